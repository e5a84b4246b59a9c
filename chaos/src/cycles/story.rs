//! What was done in a cycle, and when: told when something went wrong, so that nobody has to guess.

use std::time::Instant;

use super::plan::Plan;
use super::stage::Stage;
use super::violation::Violation;

pub struct Story {
    began: Instant,
    lines: Vec<String>,
}

impl Story {
    pub fn of(plan: &Plan) -> Self {
        let began = Instant::now();
        Self { began, lines: vec![format!("seed {}: {plan}", plan.seed)] }
    }

    pub fn tell(&mut self, what: impl std::fmt::Display) {
        self.lines.push(format!("{:8.2} s  {what}", self.began.elapsed().as_secs_f32()));
    }

    pub fn seconds(&self) -> f32 {
        self.began.elapsed().as_secs_f32()
    }

    /// The whole of it, with what the outside heard and what the replicas wrote last.
    pub fn ending_with(&self, findings: &[Violation], stage: &Stage) -> String {
        let mut text = self.lines.join("\n");
        for finding in findings {
            text += &format!("\n  VIOLATION  {finding}");
        }
        text += "\n\nWhat the outside heard last:\n";
        let log = stage.simulator.log();
        let is_of_a_job = |service: &str| !matches!(service, "slack" | "digitalocean");
        let heard: Vec<_> = log.iter().filter(|entry| is_of_a_job(entry.service.name())).collect();
        for entry in &heard[heard.len().saturating_sub(40)..] {
            text += &format!(
                "{} {} {} branch {} marker {} fault {:?} -> {:?} made {:?}\n",
                entry.at.format("%H:%M:%S%.3f"),
                entry.method,
                entry.path,
                entry.branch.as_deref().unwrap_or("-"),
                entry.marker.as_deref().unwrap_or("-"),
                entry.fault,
                entry.answer,
                entry.made_effective,
            );
        }
        for replica in &stage.replicas {
            text += &format!("\nThe last lines of replica {}:\n{}\n", replica.number, replica.last_lines());
        }
        text
    }
}
