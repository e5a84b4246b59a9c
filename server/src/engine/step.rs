//! Beginning, stopping and giving up a step.

use chrono::TimeDelta;
use domain::event::Remark;
use domain::step::{Action, CiTarget, Step, StepState, Trigger, TriggerState};
use store::{Claim, Error, Turn};
use uuid::Uuid;

use super::Engine;

impl Engine {
    /// Begins a step, or sends its trigger once more. The intent is committed before the call leaves.
    pub(super) async fn begin(&self, claim: &Claim, turn: &Turn, position: i32) -> Result<(), Error> {
        let mut step = step_at(turn, position)?;
        let now = turn.now();
        step.started_at.get_or_insert(now);
        step.next_check_at = now;
        let Action::Trigger { target, .. } = step.action.clone() else {
            step.state = StepState::Running;
            let remark = Remark::info(Some(position), format!("{}: begun.", step.title));
            return self.store.record(claim, &self.consequences(turn, step, vec![remark])).await;
        };
        step.state = StepState::Waiting;
        let trigger = intended(step.trigger.take(), now);
        let marker = trigger.marker;
        let again = if trigger.tries > 1 { " again" } else { "" };
        step.trigger = Some(trigger);
        let remark = Remark::info(
            Some(position),
            format!(
                "Asking {}{again} to run {} of {}.",
                target.provider.title(),
                target.branch,
                target.project
            ),
        );
        self.store.record(claim, &self.consequences(turn, step.clone(), vec![remark])).await?;
        self.send(claim, turn, step, &target, marker).await
    }

    async fn send(
        &self,
        claim: &Claim,
        turn: &Turn,
        step: Step,
        target: &CiTarget,
        marker: Uuid,
    ) -> Result<(), Error> {
        let answer = match self.providers.ci(target.provider) {
            Ok(ci) => self.noted(target.provider.title(), ci.trigger(target, marker).await).await,
            Err(missing) => Err(crate::providers::TriggerError::Rejected(missing.to_string())),
        };
        // The step as it was recorded just now is what the answer changes.
        let mut recorded = turn.clone();
        if let Some(known) = recorded.job.steps.iter_mut().find(|known| known.position == step.position) {
            *known = step.clone();
        }
        let record = self.answered(&recorded, step, answer);
        self.store.record(claim, &record).await
    }

    /// Asks the provider to stop the run of a step. It is followed until the provider says that it stopped.
    pub(super) async fn stop(
        &self,
        claim: &Claim,
        turn: &Turn,
        position: i32,
        because: &str,
    ) -> Result<(), Error> {
        let mut step = step_at(turn, position)?;
        let (Action::Trigger { target, .. }, Some(run)) = (step.action.clone(), step.run().cloned()) else {
            return self.give_up(claim, turn, position, StepState::Cancelled, because.to_owned()).await;
        };
        let answer = match self.providers.ci(target.provider) {
            Ok(ci) => self
                .noted(target.provider.title(), ci.cancel(&target, &run).await)
                .await
                .map_err(|e| e.to_string()),
            Err(missing) => Err(missing.to_string()),
        };
        let now = turn.now();
        step.next_check_at = now + self.pace.poll;
        let remark = match answer {
            Ok(()) => {
                step.cancel_sent_at = Some(now);
                Remark::warning(Some(position), format!("Asked to stop {}: {because}.", run.title()))
            }
            Err(error) => {
                step.failed_looks += 1;
                step.next_check_at = now + self.pause_after(step.failed_looks, None);
                Remark::warning(Some(position), format!("{} could not be stopped yet: {error}.", run.title()))
            }
        };
        self.store.record(claim, &self.consequences(turn, step, vec![remark])).await
    }

    /// Ends a step without the provider.
    pub(super) async fn give_up(
        &self,
        claim: &Claim,
        turn: &Turn,
        position: i32,
        state: StepState,
        because: String,
    ) -> Result<(), Error> {
        let mut step = step_at(turn, position)?;
        step.state = state;
        step.finished_at = Some(turn.now());
        let remark = Remark::error(Some(position), format!("{}: {because}.", step.title));
        step.message = Some(because);
        self.store.record(claim, &self.consequences(turn, step, vec![remark])).await
    }

    /// The pause before the next look after the nth failure in a row: up to a minute, or what the service asked for.
    pub(super) fn pause_after(&self, failures: i32, asked: Option<std::time::Duration>) -> TimeDelta {
        let doublings = u32::try_from(failures.clamp(0, 6)).unwrap_or(0);
        let own = (self.pace.poll * 2_i32.pow(doublings)).min(TimeDelta::minutes(1));
        asked.and_then(|asked| TimeDelta::from_std(asked).ok()).map_or(own, |asked| asked.max(own))
    }

    /// Notes that a service was spoken to, so that pages can say how old its facts are.
    pub(super) async fn noted<T, E: std::fmt::Display>(
        &self,
        service: &str,
        answer: Result<T, E>,
    ) -> Result<T, E> {
        let error = answer.as_ref().err().map(ToString::to_string);
        if let Err(problem) = self.store.note_contact(service, error.as_deref()).await {
            tracing::warn!(%problem, service, "the contact was not noted");
        }
        answer
    }
}

/// The step that the plan speaks of.
pub(super) fn step_at(turn: &Turn, position: i32) -> Result<Step, Error> {
    turn.job
        .steps
        .iter()
        .find(|step| step.position == position)
        .cloned()
        .ok_or_else(|| Error::Unreadable(format!("job #{} has no step {position}", turn.job.job.number)))
}

/// The trigger as it is committed before its call: the marker stays the same however often it is sent.
fn intended(known: Option<Trigger>, now: domain::Time) -> Trigger {
    match known {
        None => Trigger {
            marker: Uuid::new_v4(),
            state: TriggerState::Intended,
            intended_at: now,
            sent_at: now,
            tries: 1,
            looks: 0,
            run: None,
        },
        // What surely did not arrive does not count as a try.
        Some(known) => Trigger {
            tries: known.tries + i32::from(known.state != TriggerState::Unsent),
            state: TriggerState::Intended,
            sent_at: now,
            looks: 0,
            ..known
        },
    }
}
