//! The end of a job, and the debt that it leaves.

use chrono::Duration;

use super::Facts;
use crate::Time;
use crate::aftermath::{Aftermath, aftermath};
use crate::ending::{self, warnings_owed};
use crate::event::Remark;
use crate::job::JobState;
use crate::obligation::ObligationState;
use crate::record::{JobChange, ObligationChange, Record};
use crate::text;

/// The record of a job that has ended.
pub fn finished(facts: &Facts, state: JobState, outcome: String, now: Time) -> Record {
    let job = &facts.job.job;
    let title = format!("Job #{} {} on {}", job.number, job.title(), job.cluster);
    let remark = if state == JobState::Failed { Remark::error } else { Remark::info };
    let (destroyed, meanwhile) = word_on_destroy(facts);
    let outcome = format!("{outcome}{destroyed}");
    let told = format!("{outcome}{meanwhile}");
    Record {
        obligation: debt_left(facts, &outcome, now),
        announcements: vec![format!(
            "{title}: {}. {told}{}",
            text::job_state(state).to_lowercase(),
            word_on_end(facts, now)
        )],
        remarks: vec![remark(None, told)],
        job: Some(JobChange::Ends { state, outcome }),
        is_progress: true,
        ..Record::default()
    }
}

/// The record of steps that will never begin.
pub fn skipped(positions: Vec<i32>) -> Record {
    let listed = positions.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let noun = if positions.len() == 1 { "step" } else { "steps" };
    Record {
        remarks: vec![Remark::info(None, format!("Skipped {noun} {listed}."))],
        skipped: positions,
        is_progress: true,
        ..Record::default()
    }
}

/// Who says that the cluster is gone, which stays true, and what is done about it at the moment.
fn word_on_destroy(facts: &Facts) -> (&'static str, String) {
    let ci_says = " The CI says that the cluster was destroyed.";
    let owed = facts.obligation.as_ref().map(|owed| owed.state);
    match (aftermath(&facts.job.steps), owed) {
        (Aftermath::Destroyed, Some(ObligationState::Verifying)) => {
            (ci_says, " The cloud is being asked.".to_owned())
        }
        (Aftermath::Destroyed, Some(ObligationState::Due)) => {
            let because = facts.obligation.as_ref().and_then(|owed| owed.last_error.as_deref());
            let because =
                because.map(|because| format!("{because}, so it")).unwrap_or_else(|| "It".to_owned());
            (ci_says, format!(" {because} is destroyed once more."))
        }
        (Aftermath::Destroyed, _) if facts.is_proved_by_cloud() => {
            (" The cluster was destroyed.", String::new())
        }
        (Aftermath::Destroyed, _) => {
            (" The cluster was destroyed, says only the CI: no cloud is asked.", String::new())
        }
        _ => ("", String::new()),
    }
}

/// When the cluster ends that is up now.
fn word_on_end(facts: &Facts, now: Time) -> String {
    let is_up = aftermath(&facts.job.steps) == Aftermath::Up && facts.job.job.cancelled.is_none();
    let owed = facts.obligation.as_ref().filter(|owed| is_up && owed.is_open());
    owed.map(|owed| format!(" {}", ending::told(owed.destroys_at, now))).unwrap_or_default()
}

/// What the job could not destroy, or left half made, is due from now on; what a person wants to keep is kept.
fn debt_left(facts: &Facts, outcome: &str, now: Time) -> Option<ObligationChange> {
    let obligation = facts.obligation.as_ref()?;
    let job = &facts.job.job;
    let due = |failed: bool, pause: Duration| {
        Some(ObligationChange::Due { failed, error: outcome.to_owned(), next_attempt_at: now + pause })
    };
    match (aftermath(&facts.job.steps), &job.abandoned) {
        (Aftermath::HalfDestroyed, _) => due(true, obligation.pause_after_another_failure()),
        // Another job has destroyed it meanwhile: there is nothing to leave up, and the proof goes on.
        (Aftermath::Untouched, _) if obligation.state == ObligationState::Verifying => None,
        (Aftermath::Up | Aftermath::HalfCreated | Aftermath::Untouched, Some(abandonment)) => {
            Some(ObligationChange::LeaveUp {
                until: abandonment.until,
                by: abandonment.by.name.clone(),
                warnings: warnings_owed(Some(abandonment.until), now),
            })
        }
        (Aftermath::HalfCreated, None) => due(false, Duration::zero()),
        // Whoever cancels what brought the cluster up does not want it any more.
        (Aftermath::Up, None) if job.cancelled.is_some() => due(false, Duration::zero()),
        (Aftermath::Up | Aftermath::Untouched | Aftermath::Destroyed, _) => None,
    }
}
