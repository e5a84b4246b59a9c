//! Finding the run of a trigger whose answer was lost.

use domain::event::Remark;
use domain::run::{ProviderKind, RunRef};
use domain::step::{Action, CiTarget, Step, StepState, TriggerState};
use store::{Claim, Error, Turn};

use super::Engine;
use super::step::step_at;

impl Engine {
    /// Looks for the run. One that fits is adopted; none is looked for again until the settle time is over.
    pub(super) async fn resolve(&self, claim: &Claim, turn: &Turn, position: i32) -> Result<(), Error> {
        let mut step = step_at(turn, position)?;
        let (Action::Trigger { target, .. }, Some(trigger)) = (step.action.clone(), step.trigger.clone())
        else {
            return Err(Error::Unreadable(format!("step {position} has no trigger to look for")));
        };
        let found = match self.providers.ci(target.provider) {
            Ok(ci) => {
                let found = ci.find(&target, trigger.marker, trigger.intended_at).await;
                self.noted(target.provider.title(), found).await.map_err(|error| error.to_string())
            }
            Err(missing) => Err(missing.to_string()),
        };
        let mut candidates = match found {
            Ok(found) => self.not_yet_adopted(found).await?,
            Err(error) => {
                step.failed_looks += 1;
                step.next_check_at = turn.now() + self.pause_after(step.failed_looks, None);
                let remark = Remark::warning(Some(position), format!("Could not look for the run: {error}."));
                return self.store.record(claim, &self.consequences(turn, step, vec![remark])).await;
            }
        };
        if candidates.is_empty() {
            return self.nothing_found(claim, turn, step).await;
        }
        let oldest = candidates.remove(0);
        if !candidates.is_empty() && !carries_marker(&target) {
            let listed =
                std::iter::once(&oldest).chain(&candidates).map(RunRef::title).collect::<Vec<_>>().join(", ");
            let because =
                format!("the answer was lost and more than one run fits ({listed}); a person has to look");
            return self.give_up(claim, turn, position, StepState::Failed, because).await;
        }
        let mut remarks = vec![Remark::warning(
            Some(position),
            format!("Found the run whose answer was lost: {}. It is adopted.", oldest.title()),
        )];
        for twin in &candidates {
            remarks.push(self.cancel_twin(&target, twin, position).await);
        }
        if let Some(trigger) = &mut step.trigger {
            trigger.state = TriggerState::Accepted;
            trigger.run = Some(oldest);
        }
        step.message = None;
        step.failed_looks = 0;
        step.next_check_at = turn.now();
        self.store.record(claim, &self.consequences(turn, step, remarks)).await
    }

    async fn not_yet_adopted(&self, mut found: Vec<RunRef>) -> Result<Vec<RunRef>, Error> {
        let adopted = self.store.adopted_runs(&found).await?;
        found.retain(|run| !adopted.contains(&run.id));
        Ok(found)
    }

    async fn nothing_found(&self, claim: &Claim, turn: &Turn, mut step: Step) -> Result<(), Error> {
        let now = turn.now();
        step.failed_looks = 0;
        step.next_check_at = now + self.pace.look;
        if let Some(trigger) = &mut step.trigger {
            trigger.looks += 1;
            // A run may show up late: no second call before the settle time is over.
            step.next_check_at =
                step.next_check_at.min(trigger.sent_at + self.pace.settle).max(now + self.pace.poll);
        }
        let remark = Remark::info(Some(step.position), "No such run in the provider's list yet.");
        self.store.record(claim, &self.consequences(turn, step, vec![remark])).await
    }

    async fn cancel_twin(&self, target: &CiTarget, twin: &RunRef, position: i32) -> Remark {
        let answer = match self.providers.ci(target.provider) {
            Ok(ci) => ci.cancel(target, twin).await.map_err(|error| error.to_string()),
            Err(missing) => Err(missing.to_string()),
        };
        let name = twin.title();
        match answer {
            Ok(()) => {
                Remark::warning(Some(position), format!("{name} carries the same marker; asked to stop it."))
            }
            Err(error) => Remark::error(
                Some(position),
                format!("{name} carries the same marker and could not be stopped: {error}."),
            ),
        }
    }
}

/// Whether a run that was found is surely ours.
fn carries_marker(target: &CiTarget) -> bool {
    target.provider == ProviderKind::Travis || target.marker_parameter.is_some()
}
