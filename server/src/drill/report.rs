//! What a person reads when the drill is over, and what is kept of it.

use std::fmt;

use chrono::{TimeDelta, Utc};
use domain::Time;
use domain::size::Size;
use domain::text;
use serde::Serialize;
use store::Drill;

use super::plan::Plan;
use super::play::Played;
use super::stage::Stage;
use super::story::{Line, story};
use super::strikes::Struck;
use super::verdict::Verdict;

/// One drill from its beginning to its verdict.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub passed: bool,
    /// Why it did not pass, in whole sentences.
    pub failures: Vec<String>,
    pub began_at: Time,
    pub ended_at: Time,
    pub routine: String,
    pub cluster: String,
    pub size: Option<Size>,
    pub service: Option<String>,
    /// How many times faster than life.
    pub speed: f64,
    /// With what the faults were drawn; none when somebody chose them.
    pub seed: Option<u64>,
    /// What was not as the config says, and what is left behind.
    notes: Vec<String>,
    faults: Vec<Struck>,
    story: Vec<Line>,
    /// "failed", and the sentence about it.
    job: String,
    outcome: String,
    destroyed_after_seconds: Option<f64>,
    proof: String,
    /// How many requests the simulators got.
    requests: usize,
}

impl Report {
    pub(super) fn new(plan: &Plan, stage: &Stage, played: &Played, verdict: Verdict) -> Self {
        let job = &played.job.job;
        Self {
            passed: verdict.failures.is_empty(),
            failures: verdict.failures,
            began_at: played.beginning.here,
            ended_at: Utc::now(),
            routine: plan.order.routine.clone(),
            cluster: plan.order.cluster.clone(),
            size: plan.order.size,
            service: plan.order.service.clone(),
            speed: plan.speed,
            seed: plan.seed,
            notes: plan.notes.clone(),
            story: story(played, &verdict.struck),
            faults: verdict.struck,
            job: text::job_state(job.state).to_lowercase(),
            outcome: job.outcome.clone().unwrap_or_default(),
            destroyed_after_seconds: verdict.destroyed_after,
            proof: verdict.proof,
            requests: stage.simulator.log().len(),
        }
    }

    pub(super) fn noting(mut self, what: String) -> Self {
        self.notes.push(what);
        self
    }

    /// The row that the dashboard shows: everything but the story.
    pub fn record(&self) -> Drill {
        let mut report = vec![self.verdict()];
        report.extend(self.failures.iter().skip(1).cloned());
        report.push(format!("The job {}: {}", self.job, self.outcome));
        report.extend(self.faults.iter().map(|fault| format!("{}: {}", fault.fault, when(fault))));
        Drill {
            began_at: self.began_at,
            ended_at: self.ended_at,
            routine: self.routine.clone(),
            faults: self.faults.iter().map(|fault| fault.fault.clone()).collect(),
            passed: self.passed,
            report: report.join("\n"),
        }
    }

    /// One sentence.
    fn verdict(&self) -> String {
        match (self.failures.first(), self.destroyed_after_seconds) {
            (Some(failure), _) => format!("FAILED: {failure}"),
            (None, Some(after)) => format!(
                "PASSED: the cluster was destroyed {} after the job was accepted; proof: {}.",
                seconds(after),
                self.proof
            ),
            (None, None) => "PASSED: no cluster came into being, and nothing is owed.".to_owned(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.began_at.format("%Y-%m-%d %H:%M UTC");
        write!(f, "Fire drill of {date}: {} on {}", self.routine, self.cluster)?;
        if let Some(size) = self.size {
            write!(f, ", size {size}")?;
        }
        if let Some(service) = &self.service {
            write!(f, ", service {service}")?;
        }
        writeln!(f, "; {} times faster than life", self.speed)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "  {note}"))?;

        writeln!(f, "\nInjected{}", self.drawn())?;
        let widest = self.faults.iter().map(|fault| fault.fault.len()).max().unwrap_or_default();
        for fault in &self.faults {
            writeln!(f, "  {:<widest$}  {}", fault.fault, when(fault))?;
        }

        writeln!(f, "\nWhat happened")?;
        for line in &self.story {
            let after = line.after_seconds.map(|after| format!("{after:.1} s")).unwrap_or_default();
            writeln!(f, "  {after:>7}  {}", line.text)?;
        }

        let took =
            text::duration(TimeDelta::milliseconds((self.ended_at - self.began_at).num_milliseconds()));
        writeln!(f, "\nThe job {}: {}", self.job, self.outcome)?;
        writeln!(f, "The drill took {took} and {} requests.", self.requests)?;
        writeln!(f, "\n{}", self.verdict())?;
        self.failures.iter().skip(1).try_for_each(|failure| writeln!(f, "  {failure}"))
    }
}

impl Report {
    fn drawn(&self) -> String {
        let seed = self.seed.map(|seed| format!(" (drawn with --seed {seed})"));
        seed.unwrap_or_default()
    }
}

fn when(fault: &Struck) -> String {
    match fault.after_seconds.as_slice() {
        [] => "did not strike".to_owned(),
        [once] => format!("struck after {}", seconds(*once)),
        [first, .., last] => format!(
            "struck {} times, from {} to {}",
            fault.after_seconds.len(),
            seconds(*first),
            seconds(*last)
        ),
    }
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.1} s")
}
