//! Stopping a run, giving a step up, and starting one anew.

use super::{Facts, end};
use crate::Time;
use crate::event::Remark;
use crate::plan::Pace;
use crate::record::Record;
use crate::run::RunRef;
use crate::step::{Step, StepState};
use crate::stray::left_by;
use crate::text;

/// The record of asking the provider to stop a run. It is followed until the provider says that it stopped; one that
/// refuses it for too long does not hold the job for ever.
pub fn stop_asked(
    facts: &Facts,
    step: &Step,
    run: &RunRef,
    because: &str,
    answer: Result<(), String>,
    pace: &Pace,
    now: Time,
) -> Record {
    let mut step = step.clone();
    let position = Some(step.position);
    step.next_check_at = now + pace.poll;
    let is_first = step.cancel_sent_at.is_none();
    let remark = match answer {
        Ok(()) => {
            step.cancel_sent_at.get_or_insert(now);
            if let Some(trigger) = &mut step.trigger {
                trigger.asked_to_stop += 1;
            }
            let asked = if is_first { "Asked" } else { "Asked again" };
            Remark::warning(position, format!("{asked} to stop {}: {because}.", run.title()))
        }
        Err(error) if is_first && step.deadline().is_some_and(|deadline| now >= deadline + pace.stop) => {
            let because = format!("{because}, and it could not be stopped: {error}; it may still be at work");
            return given_up(facts, &step, StepState::TimedOut, because, now);
        }
        Err(error) => {
            step.failed_looks += 1;
            step.next_check_at = now + pace.pause_after(facts.job.job.number, &step, None);
            Remark::warning(position, format!("{} could not be stopped yet: {error}.", run.title()))
        }
    };
    facts.record(step, vec![remark], now)
}

/// The record of ending a step without the provider. What it leaves at work is told to stop from now on.
pub fn given_up(facts: &Facts, step: &Step, state: StepState, because: String, now: Time) -> Record {
    let mut step = step.clone();
    let remark = Remark::error(Some(step.position), format!("{}: {because}.", step.title));
    end(&mut step, state, now);
    step.message = Some(because);
    let left = left_by(&step);
    Record { left, ..facts.record(step, vec![remark], now) }
}

/// The record of lining up a step whose run or batch job failed for another attempt, with a new marker or key.
pub fn retried(step: &Step, now: Time) -> Record {
    let of = step.action.retries().count + 1;
    let failed = step.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default();
    let ran = match (step.started_at, step.finished_at) {
        (Some(from), Some(to)) => format!(" after {}", text::duration(to - from)),
        _ => String::new(),
    };
    let remark = Remark::warning(
        Some(step.position),
        format!("Attempt {} of {of} failed{ran}{failed}. Starting it anew.", step.attempt),
    );
    let anew = Step {
        state: StepState::Queued,
        attempt: step.attempt + 1,
        trigger: None,
        answer: None,
        started_at: None,
        finished_at: None,
        cancel_sent_at: None,
        failed_looks: 0,
        missing_looks: 0,
        seen_at: None,
        progress: None,
        next_check_at: now,
        ..step.clone()
    };
    Record { step: Some(anew), remarks: vec![remark], is_progress: true, ..Record::default() }
}
