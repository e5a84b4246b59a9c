//! Why a job goes no further than where it is, and which of its steps never begin then.

use super::{PATIENCE_WITH_NEWER, is_broken_forward};
use crate::Time;
use crate::aftermath::{Aftermath, aftermath};
use crate::job::{Abandonment, Asked, Job};
use crate::step::{Phase, Step, StepState};
use crate::text;

/// A wish, or a limit, that ends the forward work of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// Stop the run, then clean up.
    Cancelled(Asked),
    /// Stop the run, then clean up; nobody asked for it.
    OutOfTime { because: String },
    /// Let the present run end, then leave everything as it is.
    Abandoned(Abandonment),
}

impl Halt {
    /// Why a run is stopped, if it is.
    pub fn stops_runs(&self) -> Option<String> {
        match self {
            Self::Cancelled(asked) => Some(format!("{} cancelled the job", asked.by)),
            Self::OutOfTime { because } => Some(because.clone()),
            Self::Abandoned(_) => None,
        }
    }
}

/// What halts the job at `now`. To leave it up is the later word than to cancel it.
pub(super) fn halt(job: &Job, now: Time) -> Option<Halt> {
    if let Some(abandonment) = &job.abandoned {
        return Some(Halt::Abandoned(abandonment.clone()));
    }
    if let Some(asked) = &job.cancelled {
        return Some(Halt::Cancelled(asked.clone()));
    }
    let deadline = job.deadline()?;
    let limit = chrono::Duration::minutes(i64::from(job.time_limit_minutes?));
    (now >= deadline)
        .then(|| Halt::OutOfTime { because: format!("the job did not end within {}", text::duration(limit)) })
}

/// Until when the destroy that follows a cancel waits for whoever has second thoughts; none when nothing waits.
///
/// Only a whole cluster waits. What is half made, or half destroyed, is worth nothing to anybody, and every second of it is
/// one in which a person could lose sight of it.
pub fn held_teardown(job: &Job, steps: &[Step], now: Time) -> Option<Time> {
    let is_cancelled = job.cancelled.is_some() && job.abandoned.is_none() && !job.state.is_final();
    let until = job.held_until.filter(|until| now < *until && is_cancelled)?;
    let destroys = |step: &Step| {
        step.state == StepState::Queued && step.phase == Phase::Finally && step.action.destroys_cluster()
    };
    let is_whole = match aftermath(steps) {
        Aftermath::Up => true,
        Aftermath::Untouched => steps.iter().any(destroys),
        Aftermath::HalfCreated | Aftermath::Destroyed | Aftermath::HalfDestroyed => false,
    };
    (is_whole && steps.iter().any(Step::was_begun)).then_some(until)
}

/// Whether the job is still left to the newer version that knows its steps: for ever, unless somebody or something halts
/// it. Who has given no sign of itself for long then is not there any more, and what it left may cost money.
pub(super) fn waits_for_newer(job: &Job, steps: &[Step], halt: Option<&Halt>, now: Time) -> bool {
    let mut unknown =
        steps.iter().filter(|step| step.action.is_unknown() && !step.state.is_final()).peekable();
    let is_untouched = !steps.iter().any(Step::was_attempted);
    if unknown.peek().is_none() || (halt.is_some() && is_untouched) {
        return false;
    }
    let halted_at = match halt {
        None => return true,
        Some(Halt::Abandoned(wish)) => Some(wish.at),
        Some(Halt::Cancelled(asked)) => Some(asked.at),
        Some(Halt::OutOfTime { .. }) => job.deadline(),
    };
    // Whoever follows a step writes down when its run was last seen.
    let last_sign =
        unknown.flat_map(|step| [step.started_at, step.seen_at]).chain([halted_at]).flatten().max();
    last_sign.is_some_and(|sign| now < sign + PATIENCE_WITH_NEWER)
}

/// The queued steps that will never begin.
pub(super) fn never_to_begin(steps: &[Step], halt: Option<&Halt>) -> Vec<i32> {
    let is_abandoned = matches!(halt, Some(Halt::Abandoned(_)));
    if halt.is_none() && !steps.iter().any(is_broken_forward) {
        return Vec::new();
    }
    steps
        .iter()
        .enumerate()
        .filter(|(index, step)| {
            step.state == StepState::Queued
                && (step.phase == Phase::Forward || is_abandoned)
                && !is_in_begun_destroy(steps, *index)
        })
        .map(|(_, step)| step.position)
        .collect()
}

/// Whether the step belongs to a row of destroys of which one was begun.
fn is_in_begun_destroy(steps: &[Step], index: usize) -> bool {
    steps[index].action.destroys_cluster()
        && steps[..index]
            .iter()
            .rev()
            .take_while(|step| step.action.destroys_cluster())
            .any(Step::was_attempted)
}
