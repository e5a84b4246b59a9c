//! What a step's new state means for its cluster, its obligation and the people who follow along.

use chrono::TimeDelta;
use domain::aftermath::completes_its_row;
use domain::cluster::change_by_step;
use domain::event::Remark;
use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::step::{Step, StepState};
use domain::text;
use store::{JobChange, ObligationChange, Record, Turn};

use super::Engine;

impl Engine {
    /// The record of a step that came into its present state, with all that follows from it.
    pub(super) fn consequences(&self, turn: &Turn, step: Step, remarks: Vec<Remark>) -> Record {
        let before = turn.job.steps.iter().find(|known| known.position == step.position);
        let is_news = before.is_none_or(|before| before.state != step.state);
        let begins = before.is_none_or(|before| !before.state.was_attempted());
        let ends_its_row = completes_its_row(&turn.job.steps, step.position);
        let cluster = (is_news || begins)
            .then(|| change_by_step(&step.action, &step.title, step.state, ends_its_row))
            .flatten();
        Record {
            cluster,
            obligation: if begins { self.debt_begun(turn, &step) } else { settled(&step, ends_its_row) },
            job: begins.then_some(JobChange::Goes(JobState::Running)),
            announcements: if is_news && step.state.is_final() {
                self.announced(end_of_step(turn, &step))
            } else if begins && turn.job.job.started_at.is_none() {
                self.announced(start_of_job(turn))
            } else {
                Vec::new()
            },
            remarks,
            step: Some(step),
            ..Record::default()
        }
    }

    /// What Slack is told, when there is a Slack to tell.
    pub(super) fn announced(&self, text: String) -> Vec<String> {
        if self.providers.slack.is_some() { vec![text] } else { Vec::new() }
    }

    /// A create opens the debt before its call leaves, a destroy begins to pay it.
    fn debt_begun(&self, turn: &Turn, step: &Step) -> Option<ObligationChange> {
        let is_open = turn.obligation.as_ref().is_some_and(|owed| owed.state == ObligationState::Open);
        if step.action.destroys_cluster() {
            Some(ObligationChange::Destroying)
        } else if step.action.creates_cluster() && !is_open {
            Some(ObligationChange::Open {
                destroys_at: turn.now() + TimeDelta::minutes(turn.lifetime_minutes),
                teardown: turn.teardown.clone(),
            })
        } else {
            None
        }
    }
}

fn settled(step: &Step, ends_its_row: bool) -> Option<ObligationChange> {
    let is_destroyed = step.action.destroys_cluster() && step.state == StepState::Succeeded && ends_its_row;
    is_destroyed.then_some(ObligationChange::Settle)
}

fn start_of_job(turn: &Turn) -> String {
    let job = &turn.job.job;
    format!("Job #{} {} on {}: started by {}.", job.number, job.title(), job.cluster, job.actor)
}

/// "Job #12, step 2 of 6: Install the base services: succeeded after 2 min 3 s. CircleCI pipeline 244: https://…"
fn end_of_step(turn: &Turn, step: &Step) -> String {
    let took = match (step.started_at, step.finished_at) {
        (Some(from), Some(to)) => format!(" after {}", text::duration(to - from)),
        _ => String::new(),
    };
    let message = match (&step.message, step.state) {
        (Some(message), state) if state != StepState::Succeeded => format!(" {message}."),
        _ => String::new(),
    };
    let run = step.run().map(|run| format!(" {}: {}", run.title(), run.url)).unwrap_or_default();
    format!(
        "Job #{}, step {} of {}: {}: {}{took}.{message}{run}",
        turn.job.job.number,
        step.position,
        turn.job.steps.len(),
        step.title,
        text::step_state(step.state).to_lowercase(),
    )
}
