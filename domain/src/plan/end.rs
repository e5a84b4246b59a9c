//! How a job ends: its state, and one sentence for people.

use super::{Halt, Next, is_broken};
use crate::aftermath::aftermath;
use crate::job::{Abandonment, JobState};
use crate::step::{Step, StepState};

/// The end of a job of which nothing is left to do.
pub(super) fn finish(halt: Option<&Halt>, steps: &[Step]) -> Next {
    let aftermath = aftermath(steps);
    let left_up = halt.and_then(Halt::leaves_up).filter(|_| !aftermath.is_of_a_destroy());
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
        (None, Some(Halt::Abandoned(_))) if left_up.is_some() => (JobState::Cancelled, String::new()),
        (None, Some(Halt::Abandoned(abandonment))) if was_cut_short => {
            (JobState::Cancelled, format!("{} asked too late to leave the cluster up.", abandonment.by))
        }
        (None, _) if steps.len() == 1 => (JobState::Succeeded, "The step succeeded.".to_owned()),
        (None, _) => (JobState::Succeeded, format!("All {} steps succeeded.", steps.len())),
    };
    let after = left_up.map_or_else(|| aftermath.sentence().to_owned(), left_up_by);
    Next::Finish { state, outcome: format!("{what}{after}").trim_start().to_owned() }
}

fn left_up_by(abandonment: &Abandonment) -> String {
    let until = abandonment.until.format("%Y-%m-%d %H:%M UTC");
    format!(" {} left the cluster up. It is destroyed at {until} at the latest.", abandonment.by)
}

fn named(step: &Step) -> String {
    format!("{} ({})", step.position, step.title)
}
