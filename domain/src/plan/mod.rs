//! What a job does next. The only place that decides; the engine acts on the answer.
//!
//! The rules, in the order in which they are asked:
//! 1. A job that has not begun may still be cancelled or refused without any effect; one that is held does not begin.
//! 2. A step over which workers break down is put aside as failed, and the job goes on to clean up.
//! 3. A step that was begun is followed to its end before anything else is looked at.
//! 4. A run or a batch job that failed is tried again as often as its target or its call allows, unless the job is halted.
//! 5. After a failure or a halt the forward steps that remain are skipped, except for the rest of a row of destroys that
//!    was begun: half a destroy is the most expensive state.
//! 6. The `finally` steps run whatever happened, if anything was attempted; each of them, also when the one before failed.
//!    Only "leave it up" skips them, which is the wish of a named person.
//! 7. The destroy that follows the cancel of a person waits for second thoughts where the cluster is whole.
//! 8. Cleaning up never turns a failed job into a succeeded one.
//! 9. A job with a step that only a newer version knows is left to that version. Once the job is halted, it is so for
//!    [`PATIENCE_WITH_NEWER`] at most: then the step has failed, and what this version knows is cleaned up.

mod end;
mod follow;
mod halt;
mod pace;

use crate::Time;
use crate::cluster::Cluster;
use crate::job::{Job, JobState};
use crate::order::{PlannedStep, conflict};
use crate::run::RunStatus;
use crate::step::{Phase, Step, StepState};

pub use halt::{Halt, held_teardown};
pub use pace::{
    MAX_NOT_FOUND, MAX_RECOVERIES, MAX_RETRIES_PER_JOB, MAX_TRIES, MIN_LOOKS, PATIENCE_WITH_NEWER, Pace,
};

/// What the engine has to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Begin the step, or send its trigger once more.
    Begin {
        position: i32,
    },
    /// Look for the run of a trigger whose answer was lost.
    Resolve {
        position: i32,
    },
    /// Look whether the call of an accepted trigger made more than one run.
    SeekTwins {
        position: i32,
    },
    /// Ask how far it is.
    Poll {
        position: i32,
    },
    /// Ask the provider to stop the run.
    Stop {
        position: i32,
        because: String,
    },
    /// Do what a person answered, or what holds when nobody did in time.
    Heed {
        position: i32,
    },
    /// Its run or its batch job failed and may be started anew.
    Retry {
        position: i32,
    },
    /// End the step without the provider.
    GiveUp {
        position: i32,
        state: StepState,
        because: String,
    },
    /// These steps will never begin.
    Skip {
        positions: Vec<i32>,
    },
    Wait {
        until: Time,
    },
    /// A newer version of this service knows how to go on; this one does not.
    LeaveAlone,
    /// The job has ended; whatever is still queued is skipped.
    Finish {
        state: JobState,
        outcome: String,
    },
}

/// Decides what the job does at `now`.
pub fn next(job: &Job, steps: &[Step], cluster: &Cluster, pace: &Pace, now: Time) -> Next {
    let halt = halt::halt(job, now);
    if halt::waits_for_newer(job, steps, halt.as_ref(), now) {
        return Next::LeaveAlone;
    }
    // A step may also have been put aside before it was begun.
    if !steps.iter().any(|step| step.was_begun() || is_broken(step)) {
        if let Some(halt) = &halt {
            return Next::Finish { state: JobState::Cancelled, outcome: end::before_it_began(job, halt) };
        }
        if let Some(until) = job.held_until.filter(|until| now < *until) {
            return Next::Wait { until };
        }
        if let Some(until) = job.stay.missed(now) {
            return Next::Finish { state: JobState::Failed, outcome: end::came_too_late(until) };
        }
        let planned: Vec<PlannedStep> =
            steps.iter().filter(|step| step.state == StepState::Queued).map(planned).collect();
        // A debt is paid whatever the cluster is thought to be: refused, it would be owed for ever.
        if !job.pays_obligation
            && let Some(conflict) = conflict(&planned, job.size, cluster)
        {
            return Next::Finish { state: JobState::Failed, outcome: conflict.to_string() };
        }
    }
    let under_way = steps.iter().find(|step| step.state.was_attempted() && !step.state.is_final());
    if job.recoveries >= MAX_RECOVERIES
        && let Some(step) = under_way.or_else(|| steps.iter().find(|step| step.state == StepState::Queued))
    {
        return Next::GiveUp {
            position: step.position,
            state: StepState::Failed,
            because: format!("put aside: this service broke down {} times over it", job.recoveries),
        };
    }
    if let Some(step) = under_way.filter(|step| step.action.is_unknown()) {
        return unknown(step);
    }
    if let Some(step) = under_way {
        return follow::follow(step, halt.as_ref(), pace, now);
    }
    if halt.is_none()
        && let Some((step, at)) = retry(steps)
    {
        return if now >= at { Next::Retry { position: step.position } } else { Next::Wait { until: at } };
    }
    let positions = halt::never_to_begin(steps, halt.as_ref());
    if !positions.is_empty() {
        return Next::Skip { positions };
    }
    match (steps.iter().find(|step| step.state == StepState::Queued), held_teardown(job, steps, now)) {
        (Some(step), _) if step.action.is_unknown() => unknown(step),
        (Some(step), Some(until)) if step.action.destroys_cluster() => Next::Wait { until },
        (Some(step), _) => Next::Begin { position: step.position },
        // The end of the job would make the debt due.
        (None, Some(until)) => Next::Wait { until },
        (None, None) => end::finish(halt.as_ref(), steps),
    }
}

/// The end of a step for which nobody came who knows it.
fn unknown(step: &Step) -> Next {
    Next::GiveUp {
        position: step.position,
        state: StepState::Failed,
        because:
            "only a newer version of this service knows such a step, and none came; it may still be at work"
                .into(),
    }
}

/// What a look at the run means for the step: its new state and what to tell people.
pub fn conclude(step: &Step, status: RunStatus) -> StepState {
    match status {
        RunStatus::Queued => StepState::Waiting,
        RunStatus::Running | RunStatus::NeedsApproval | RunStatus::Unknown => StepState::Running,
        RunStatus::Succeeded => StepState::Succeeded,
        RunStatus::Failed | RunStatus::Errored | RunStatus::Skipped => StepState::Failed,
        RunStatus::Cancelled => match (step.cancel_sent_at, step.deadline()) {
            (Some(sent), Some(deadline)) if sent >= deadline => StepState::TimedOut,
            _ => StepState::Cancelled,
        },
    }
}

/// The step whose run or batch job failed and may be started anew, and when.
pub fn retry(steps: &[Step]) -> Option<(&Step, Time)> {
    let used: i32 = steps.iter().map(|step| step.attempt - 1).sum();
    let step = steps.iter().find(|step| is_broken(step))?;
    let retries = step.action.retries();
    let attempts_left = u32::try_from(step.attempt).is_ok_and(|attempt| attempt <= retries.count);
    let may = step.state == StepState::Failed
        && step.was_seen_to_end()
        && attempts_left
        && used < MAX_RETRIES_PER_JOB;
    let pause = chrono::Duration::seconds(i64::from(retries.pause_seconds));
    may.then_some((step, step.finished_at? + pause))
}

fn is_broken(step: &Step) -> bool {
    matches!(step.state, StepState::Failed | StepState::Cancelled | StepState::TimedOut)
}

fn is_broken_forward(step: &Step) -> bool {
    step.phase == Phase::Forward && is_broken(step)
}

fn planned(step: &Step) -> PlannedStep {
    PlannedStep { phase: step.phase, title: step.title.clone(), action: step.action.clone() }
}
