//! How a job ends: its state, and one sentence for people.

use super::{Halt, Next, is_broken};
use crate::aftermath::aftermath;
use crate::job::JobState;
use crate::step::{Step, StepState};

/// The end of a job of which nothing is left to do.
pub(super) fn finish(halt: Option<&Halt>, steps: &[Step]) -> Next {
    if let Some(Halt::Abandoned(abandonment)) = halt {
        let until = abandonment.until.format("%Y-%m-%d %H:%M UTC");
        let outcome =
            format!("{} left the cluster up. It is destroyed at {until} at the latest.", abandonment.by);
        return Next::Finish { state: JobState::Cancelled, outcome };
    }
    let was_cut_short = steps.iter().any(|step| step.state == StepState::Skipped);
    let (state, what) = match (steps.iter().find(|step| is_broken(step)), halt) {
        (Some(step), Some(Halt::Cancelled(asked))) if step.state == StepState::Cancelled => {
            (JobState::Cancelled, format!("Cancelled by {} at step {}.", asked.by, named(step)))
        }
        (Some(step), Some(Halt::OutOfTime { because })) if step.state == StepState::Cancelled => {
            (JobState::Failed, format!("Stopped at step {}: {because}.", named(step)))
        }
        (Some(step), _) => {
            let why = step.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
            (JobState::Failed, format!("Failed at step {}{why}.", named(step)))
        }
        (None, Some(Halt::Cancelled(asked))) if was_cut_short => {
            (JobState::Cancelled, format!("Cancelled by {}.", asked.by))
        }
        (None, Some(Halt::OutOfTime { because })) if was_cut_short => {
            (JobState::Failed, format!("Stopped: {because}."))
        }
        (None, _) if steps.len() == 1 => (JobState::Succeeded, "The step succeeded.".to_owned()),
        (None, _) => (JobState::Succeeded, format!("All {} steps succeeded.", steps.len())),
    };
    Next::Finish { state, outcome: format!("{what}{}", aftermath(steps).sentence()) }
}

fn named(step: &Step) -> String {
    format!("{} ({})", step.position, step.title)
}
