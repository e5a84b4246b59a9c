//! Doing what a person answered, or what holds when nobody did in time.

use super::{Facts, end};
use crate::Time;
use crate::event::Remark;
use crate::job::JobState;
use crate::record::{JobChange, Record};
use crate::run::Candidate;
use crate::step::{Action, Answer, GivenAnswer, Step, StepState, TriggerState, Verdict};
use crate::stray::left_by;
use crate::text;

/// The record of heeding an answer. The step has no candidates that belong to other triggers by now. Nothing is sent yet: a trigger that is wanted again is sent by the next turn.
pub fn heeded(facts: &Facts, step: &Step, now: Time) -> Record {
    let mut step = step.clone();
    step.next_check_at = now;
    let remark = match step.answer.take() {
        Some(given) => answered(&mut step, &given, now),
        None => unanswered(&mut step, now),
    };
    // An answer that does not fit any more leaves the question open.
    let is_open = step.question().is_some();
    let left = left_by(&step);
    let mut record = facts.record(step, vec![remark], now);
    record.job = Some(JobChange::Goes(if is_open { JobState::Waiting } else { JobState::Running }));
    record.heeded = true;
    record.left = left;
    record
}

fn answered(step: &mut Step, given: &GivenAnswer, now: Time) -> Remark {
    let position = Some(step.position);
    let by = &given.by;
    match &given.answer {
        Answer::Approve => {
            end(step, StepState::Succeeded, now);
            step.message = Some(format!("approved by {by}"));
            Remark::info(position, format!("{by} approved."))
        }
        Answer::Refuse => {
            end(step, StepState::Failed, now);
            step.message = Some(format!("refused by {by}"));
            Remark::warning(position, format!("{by} refused."))
        }
        Answer::Adopt { run } => adopt(step, run, given),
        Answer::TriggerAgain => {
            if let Some(trigger) = &mut step.trigger {
                trigger.state = TriggerState::Unsent;
                trigger.candidates.clear();
                // A person has looked: the count of tries begins anew.
                trigger.tries = 0;
            }
            step.message = None;
            Remark::warning(
                position,
                format!("{by} says that none of the runs is ours and asks for another."),
            )
        }
        Answer::GiveUp => {
            end(step, StepState::Failed, now);
            let runs = step.trigger.as_ref().map(|trigger| Candidate::titles(&trigger.candidates));
            let runs = runs.filter(|runs| !runs.is_empty());
            let runs = runs.map(|runs| format!(": {runs} may still be at work")).unwrap_or_default();
            step.message = Some(format!("given up by {by}{runs}"));
            Remark::warning(position, format!("{by} gave the step up."))
        }
    }
}

fn adopt(step: &mut Step, wanted: &str, given: &GivenAnswer) -> Remark {
    let position = Some(step.position);
    let Some(trigger) = &mut step.trigger else {
        return Remark::warning(position, "There is no run to adopt.");
    };
    let Some(run) =
        trigger.candidates.iter().map(|candidate| &candidate.run).find(|run| run.id == wanted).cloned()
    else {
        return Remark::warning(position, "The run that was named is not among those that fit.");
    };
    let remark =
        Remark::info(position, format!("{} says that {} is the run. It is adopted.", given.by, run.title()));
    trigger.state = TriggerState::Accepted;
    trigger.run = Some(run);
    trigger.candidates.clear();
    step.state = StepState::Running;
    step.message = None;
    remark
}

fn unanswered(step: &mut Step, now: Time) -> Remark {
    let position = Some(step.position);
    let Action::Approval { time_limit_minutes, without_answer, .. } = step.action else {
        return Remark::warning(position, "Nobody answered.");
    };
    let limit = text::duration(chrono::Duration::minutes(i64::from(time_limit_minutes)));
    match without_answer {
        Verdict::Approve => {
            end(step, StepState::Succeeded, now);
            step.message = Some(format!("approved, since nobody answered within {limit}"));
            Remark::info(position, format!("Nobody answered within {limit}: approved, as the routine says."))
        }
        Verdict::Refuse => {
            end(step, StepState::TimedOut, now);
            step.message = Some(format!("refused, since nobody answered within {limit}"));
            Remark::warning(
                position,
                format!("Nobody answered within {limit}: refused, as the routine says."),
            )
        }
    }
}
