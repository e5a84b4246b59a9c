//! What the answer to a trigger means.

use domain::event::Remark;
use domain::run::RunRef;
use domain::step::{Step, StepState, TriggerState};
use store::{Record, Turn};

use super::Engine;
use crate::providers::TriggerError;

impl Engine {
    /// The record of a trigger's answer.
    pub(super) fn answered(
        &self,
        turn: &Turn,
        mut step: Step,
        answer: Result<RunRef, TriggerError>,
    ) -> Record {
        let now = turn.now();
        let position = Some(step.position);
        let (state, remark) = match answer {
            Ok(run) => {
                step.message = None;
                step.failed_looks = 0;
                step.next_check_at = now + self.pace.poll;
                let remark = Remark::info(position, format!("{} accepted.", run.title()));
                if let Some(trigger) = &mut step.trigger {
                    trigger.run = Some(run);
                }
                (TriggerState::Accepted, remark)
            }
            Err(TriggerError::Unsent { after, what }) => {
                step.failed_looks += 1;
                step.next_check_at = now + self.pause_after(step.failed_looks, after);
                step.message = Some(what.clone());
                let pause = domain::text::duration(step.next_check_at - now);
                (TriggerState::Unsent, Remark::warning(position, format!("{what}. Asking again in {pause}.")))
            }
            Err(TriggerError::Unknown(what)) => {
                step.next_check_at = now + self.pace.poll;
                let text =
                    format!("{what}. It may have been accepted: looking for the run before asking again.");
                step.message = Some(what);
                (TriggerState::Unknown, Remark::warning(position, text))
            }
            Err(TriggerError::Rejected(what) | TriggerError::Unauthorized(what)) => {
                step.state = StepState::Failed;
                step.finished_at = Some(now);
                step.message = Some(what.clone());
                (TriggerState::Rejected, Remark::error(position, format!("{what}. Nothing was started.")))
            }
        };
        if let Some(trigger) = &mut step.trigger {
            trigger.state = state;
        }
        self.consequences(turn, step, vec![remark])
    }
}
