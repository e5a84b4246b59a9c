//! Beginning a step, or sending its trigger once more.

use uuid::Uuid;

use super::Facts;
use crate::Time;
use crate::event::Remark;
use crate::record::Record;
use crate::step::{Action, CiTarget, Step, StepState, Trigger, TriggerState};

/// What is committed before anything is done, and what is to be sent then.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    pub record: Record,
    /// Only once the record stands: the target, and the marker that travels with the call.
    pub send: Option<(CiTarget, Uuid)>,
    /// The facts as they are with the record.
    pub facts: Facts,
}

/// Begins the step. `marker` is used if it has none yet: it stays the same however often the trigger is sent.
pub fn begun(facts: &Facts, step: &Step, marker: Uuid, now: Time) -> Begun {
    let mut step = step.clone();
    let position = Some(step.position);
    step.started_at.get_or_insert(now);
    step.next_check_at = now;
    let (send, remark) = match &step.action {
        Action::Trigger { target, .. } => {
            let target = target.clone();
            let trigger = intended(step.trigger.take(), marker, now);
            let again = if trigger.tries > 1 { " again" } else { "" };
            let remark = Remark::info(
                position,
                format!(
                    "Asking {}{again} to run {} of {}.",
                    target.provider.title(),
                    target.branch,
                    target.project
                ),
            );
            let send = (target, trigger.marker);
            step.state = StepState::Waiting;
            step.trigger = Some(trigger);
            (Some(send), remark)
        }
        Action::Approval { question, .. } => {
            let remark = Remark::info(position, format!("Waiting for somebody to answer: {question}"));
            step.state = StepState::Waiting;
            (None, remark)
        }
        Action::Batch { .. } | Action::Unknown(_) => {
            step.state = StepState::Running;
            (None, Remark::info(position, format!("{}: begun.", step.title)))
        }
    };
    let remarks = std::iter::once(remark).chain(lifetime_is_in_vain(facts, &step)).collect();
    Begun { facts: facts.with(&step), record: facts.record(step, remarks, now), send }
}

/// That somebody chose how long the cluster stays, and it was up by the time that the job got its turn.
fn lifetime_is_in_vain(facts: &Facts, step: &Step) -> Option<Remark> {
    let job = &facts.job.job;
    let is_chosen_anew = job.stay.chosen.is_some() && job.resumes.is_none();
    let creates = step.action.creates_cluster() && step.trigger.as_ref().is_none_or(|sent| sent.tries == 1);
    let owed = facts.obligation.as_ref().filter(|owed| is_chosen_anew && creates && owed.is_open())?;
    (owed.opened_by_job != Some(job.number)).then(|| {
        let text =
            "The cluster was up already: it ends when it would have, and not as was chosen for this job.";
        Remark::warning(Some(step.position), text.to_owned())
    })
}

/// The trigger as it is committed before its call.
fn intended(known: Option<Trigger>, marker: Uuid, now: Time) -> Trigger {
    match known {
        None => Trigger {
            marker,
            state: TriggerState::Intended,
            intended_at: now,
            sent_at: now,
            tries: 1,
            looks: 0,
            run: None,
            candidates: Vec::new(),
            asked_to_stop: 0,
            twins_at: None,
        },
        // What surely did not arrive does not count as a try.
        Some(known) => Trigger {
            tries: known.tries + i32::from(known.state != TriggerState::Unsent),
            state: TriggerState::Intended,
            sent_at: now,
            looks: 0,
            candidates: Vec::new(),
            ..known
        },
    }
}
