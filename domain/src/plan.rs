//! What a job does next. The only place that decides; the engine acts on the answer.
//!
//! The rules, in the order in which they are asked:
//! 1. A job that has not begun may still be cancelled or refused without any effect.
//! 2. A step that was begun is followed to its end before anything else is looked at.
//! 3. After a failure or a cancel the forward steps that remain are skipped, except for the rest of a
//!    row of destroys that was begun: half a destroy is the most expensive state.
//! 4. The `finally` steps run whatever happened, if anything was attempted; each of them, also when the one before failed.
//! 5. Cleaning up never turns a failed job into a succeeded one.

use chrono::Duration;

use crate::Time;
use crate::aftermath::aftermath;
use crate::cluster::Cluster;
use crate::job::{Job, JobState};
use crate::order::{PlannedStep, conflict};
use crate::run::RunStatus;
use crate::step::{Phase, Step, StepState, Trigger, TriggerState};
use crate::text;

/// How patient the engine is. Everything that waits asks here, so that a demo and a test can be quicker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks at a run.
    pub poll: Duration,
    /// How long a run whose answer was lost may take to show up in the provider's list.
    pub settle: Duration,
    /// Between two looks for such a run.
    pub look: Duration,
    /// How long a cancelled run may take to stop.
    pub stop: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::seconds(5),
            settle: Duration::seconds(30),
            look: Duration::seconds(15),
            stop: Duration::minutes(10),
        }
    }
}

/// How often one trigger is sent at most.
pub const MAX_TRIES: i32 = 3;
/// How often we look for a lost run before we believe that there is none.
pub const MIN_LOOKS: i32 = 2;

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
    /// Ask how far it is.
    Poll {
        position: i32,
    },
    /// Ask the provider to stop the run.
    Stop {
        position: i32,
        because: String,
    },
    /// End the step without the provider.
    GiveUp {
        position: i32,
        state: StepState,
        because: String,
    },
    /// These forward steps will never begin.
    Skip {
        positions: Vec<i32>,
    },
    Wait {
        until: Time,
    },
    /// The job has ended; whatever is still queued is skipped.
    Finish {
        state: JobState,
        outcome: String,
    },
}

/// Decides what the job does at `now`.
pub fn next(job: &Job, steps: &[Step], cluster: &Cluster, pace: &Pace, now: Time) -> Next {
    let cancelled = job.cancel_requested_at.is_some();
    if !steps.iter().any(|step| step.state.was_attempted()) {
        if cancelled {
            return Next::Finish {
                state: JobState::Cancelled,
                outcome: "Cancelled before it began. Nothing was started.".into(),
            };
        }
        let planned: Vec<PlannedStep> = steps.iter().map(planned).collect();
        if let Some(conflict) = conflict(&planned, job.size, cluster) {
            return Next::Finish { state: JobState::Failed, outcome: conflict.to_string() };
        }
    }
    if let Some(step) = steps.iter().find(|step| step.state.was_attempted() && !step.state.is_final()) {
        return follow(step, cancelled, pace, now);
    }
    if cancelled || steps.iter().any(|step| step.phase == Phase::Forward && is_broken(step)) {
        let positions = unreachable_after_failure(steps);
        if !positions.is_empty() {
            return Next::Skip { positions };
        }
    }
    match steps.iter().find(|step| step.state == StepState::Queued) {
        Some(step) => Next::Begin { position: step.position },
        None => finish(cancelled, steps),
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

fn follow(step: &Step, cancelled: bool, pace: &Pace, now: Time) -> Next {
    let position = step.position;
    // A destroy that was begun is walked to its end: see rule 3.
    let cancelled = cancelled && step.phase == Phase::Forward && !step.action.destroys_cluster();
    let deadline = step.deadline().unwrap_or(now);
    let overdue = now >= deadline;
    let look_or_wait = |look: Next| {
        // The deadline wakes too, unless it is past already.
        let until = if overdue { step.next_check_at } else { step.next_check_at.min(deadline) };
        if now >= step.next_check_at { look } else { Next::Wait { until } }
    };
    let give_up = |state, because: String| Next::GiveUp { position, state, because };

    let Some(trigger) = &step.trigger else {
        return if overdue {
            give_up(StepState::TimedOut, format!("no end within {}", limit(step)))
        } else if cancelled {
            give_up(StepState::Cancelled, "cancelled; the far end may still be at work".into())
        } else {
            look_or_wait(Next::Poll { position })
        };
    };
    match trigger.state {
        TriggerState::Rejected => give_up(StepState::Failed, "the provider refused to start it".into()),
        TriggerState::Unsent if overdue => {
            give_up(StepState::TimedOut, format!("the provider could not be reached for {}", limit(step)))
        }
        TriggerState::Unsent if cancelled => {
            give_up(StepState::Cancelled, "cancelled before it was sent".into())
        }
        TriggerState::Unsent => look_or_wait(Next::Begin { position }),
        TriggerState::Intended | TriggerState::Unknown => {
            if now < step.next_check_at {
                Next::Wait { until: step.next_check_at }
            } else if !has_settled(trigger, pace, now) {
                Next::Resolve { position }
            } else if cancelled {
                give_up(StepState::Cancelled, "cancelled; no run was found".into())
            } else if trigger.tries >= MAX_TRIES {
                give_up(
                    StepState::Failed,
                    format!(
                        "sent {} times without an answer, and no run was found; a person has to look",
                        trigger.tries
                    ),
                )
            } else {
                Next::Begin { position }
            }
        }
        TriggerState::Accepted => match step.cancel_sent_at {
            None if now >= deadline + pace.stop => give_up(
                StepState::TimedOut,
                format!("no end within {}, and it could not be stopped", limit(step)),
            ),
            None if overdue => {
                look_or_wait(Next::Stop { position, because: format!("no end within {}", limit(step)) })
            }
            None if cancelled => {
                look_or_wait(Next::Stop { position, because: "the job was cancelled".into() })
            }
            Some(sent) if now >= sent + pace.stop => give_up(
                if overdue { StepState::TimedOut } else { StepState::Cancelled },
                format!(
                    "asked to stop {} ago and did not; it may still be at work",
                    text::duration(now - sent)
                ),
            ),
            _ => look_or_wait(Next::Poll { position }),
        },
    }
}

fn has_settled(trigger: &Trigger, pace: &Pace, now: Time) -> bool {
    trigger.looks >= MIN_LOOKS && now >= trigger.sent_at + pace.settle
}

fn is_broken(step: &Step) -> bool {
    matches!(step.state, StepState::Failed | StepState::Cancelled | StepState::TimedOut)
}

/// The queued forward steps, except for the rest of a row of destroys that was begun.
fn unreachable_after_failure(steps: &[Step]) -> Vec<i32> {
    let in_begun_destroy = |index: usize| {
        steps[index].action.destroys_cluster()
            && steps[..index]
                .iter()
                .rev()
                .take_while(|step| step.action.destroys_cluster())
                .any(|step| step.state.was_attempted())
    };
    steps
        .iter()
        .enumerate()
        .filter(|(index, step)| {
            step.phase == Phase::Forward && step.state == StepState::Queued && !in_begun_destroy(*index)
        })
        .map(|(_, step)| step.position)
        .collect()
}

fn finish(cancelled: bool, steps: &[Step]) -> Next {
    let first_broken = steps.iter().find(|step| is_broken(step));
    let (state, what) = match first_broken {
        Some(step) if cancelled && step.state == StepState::Cancelled => {
            (JobState::Cancelled, format!("Cancelled at step {} ({}).", step.position, step.title))
        }
        Some(step) => {
            let why = step.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
            (JobState::Failed, format!("Failed at step {} ({}){why}.", step.position, step.title))
        }
        None if cancelled && steps.iter().any(|step| step.state == StepState::Skipped) => {
            (JobState::Cancelled, "Cancelled.".to_owned())
        }
        None if steps.len() == 1 => (JobState::Succeeded, "The step succeeded.".to_owned()),
        None => (JobState::Succeeded, format!("All {} steps succeeded.", steps.len())),
    };
    Next::Finish { state, outcome: format!("{what}{}", aftermath(steps).sentence()) }
}

fn limit(step: &Step) -> String {
    text::duration(Duration::minutes(i64::from(step.action.time_limit_minutes())))
}

fn planned(step: &Step) -> PlannedStep {
    PlannedStep { phase: step.phase, title: step.title.clone(), action: step.action.clone() }
}
