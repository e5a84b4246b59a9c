//! What the answer to a trigger means.

use chrono::Duration;

use super::{Facts, end, twins};
use crate::Time;
use crate::event::Remark;
use crate::job::JobState;
use crate::plan::Pace;
use crate::record::{JobChange, Record};
use crate::run::RunRef;
use crate::step::{Step, StepState, TriggerState};
use crate::text;

/// What became of the call that starts a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    Accepted(RunRef),
    /// Surely not accepted, and may be sent again.
    Unsent {
        after: Option<Duration>,
        what: String,
    },
    /// Surely not accepted: a person has to mend the credentials first.
    Unauthorized(String),
    /// Surely not accepted, and sending it again would change nothing.
    Rejected(String),
    /// Perhaps accepted.
    Unknown(String),
}

/// The record of a trigger's answer. `facts` are those with the intent.
pub fn answered(facts: &Facts, step: &Step, sent: Sent, pace: &Pace, now: Time) -> Record {
    let mut step = step.clone();
    let position = Some(step.position);
    let mut waits_for_credentials = false;
    let (state, remark) = match sent {
        Sent::Accepted(run) => {
            step.message = None;
            step.failed_looks = 0;
            step.seen_at = Some(now);
            step.next_check_at = now + pace.poll;
            let remark = Remark::info(position, format!("{} accepted.", run.title()));
            twins::seek_later(&mut step, pace, now);
            if let Some(trigger) = &mut step.trigger {
                trigger.run = Some(run);
            }
            (TriggerState::Accepted, remark)
        }
        Sent::Unsent { after, what } => {
            step.failed_looks += 1;
            step.next_check_at = now + pace.pause_after(facts.job.job.number, &step, after);
            (TriggerState::Unsent, asking_again(&mut step, what, now))
        }
        Sent::Unauthorized(what) => {
            step.failed_looks += 1;
            step.next_check_at = now + pace.pause_for_credentials(step.failed_looks);
            waits_for_credentials = true;
            (TriggerState::Unsent, asking_again(&mut step, what, now))
        }
        Sent::Unknown(what) => {
            step.next_check_at = now + pace.poll;
            let text = format!("{what}. It may have been accepted: looking for the run before asking again.");
            step.message = Some(what);
            if let Some(trigger) = &mut step.trigger {
                trigger.sent_at = now;
            }
            (TriggerState::Unknown, Remark::warning(position, text))
        }
        Sent::Rejected(what) => {
            end(&mut step, StepState::Failed, now);
            step.message = Some(what.clone());
            (TriggerState::Rejected, Remark::error(position, format!("{what}. Nothing was started.")))
        }
    };
    if let Some(trigger) = &mut step.trigger {
        trigger.state = state;
    }
    let mut record = facts.record(step, vec![remark], now);
    if waits_for_credentials {
        record.job = Some(JobChange::Goes(JobState::Waiting));
    } else if facts.job.job.state == JobState::Waiting {
        record.job = Some(JobChange::Goes(JobState::Running));
    }
    record
}

fn asking_again(step: &mut Step, what: String, now: Time) -> Remark {
    let pause = text::duration(step.next_check_at - now);
    let remark = Remark::warning(Some(step.position), format!("{what}. Asking again in {pause}."));
    step.message = Some(what);
    remark
}
