//! Starting a run, stopping one, and finding one whose answer was lost.

use domain::run::{Candidate, RunRef};
use domain::step::{Action, CiTarget, Step, StepState, Trigger};
use domain::turn::{self, Found, Sent};
use store::{Claim, Error, Turn};
use uuid::Uuid;

use super::Engine;
use super::turn::asked;
use crate::providers::TriggerError;

impl Engine {
    /// Begins a step, or sends its trigger once more. The intent is committed before the call leaves.
    pub(super) async fn begin(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Error> {
        let begun = turn::begun(&turn.facts, step, Uuid::new_v4(), turn.now());
        self.record(claim, begun.record).await?;
        let Some((target, marker)) = begun.send else { return Ok(()) };
        let sent = self.send(&target, marker).await;
        // The step as it was recorded just now is what the answer changes.
        let Some(step) = begun.facts.step(step.position) else { return Ok(()) };
        self.record(claim, turn::answered(&begun.facts, step, sent, &self.pace, turn.now())).await
    }

    async fn send(&self, target: &CiTarget, marker: Uuid) -> Sent {
        let ci = match self.providers.ci(target.provider) {
            Ok(ci) => ci,
            Err(missing) => return Sent::Rejected(missing.to_string()),
        };
        match self.noted(target.provider.title(), ci.trigger(target, marker).await).await {
            Ok(run) => Sent::Accepted(run),
            Err(TriggerError::Unsent { after, what }) => Sent::Unsent { after: asked(after), what },
            Err(TriggerError::Unauthorized(what)) => Sent::Unauthorized(what),
            Err(TriggerError::Rejected(what)) => Sent::Rejected(what),
            Err(TriggerError::Unknown(what)) => Sent::Unknown(what),
        }
    }

    /// Looks for the run of a trigger whose answer was lost.
    pub(super) async fn resolve(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Error> {
        let (Action::Trigger { target, .. }, Some(trigger)) = (&step.action, &step.trigger) else {
            return Err(Error::Unreadable(format!("step {} has no trigger to look for", step.position)));
        };
        let asked_at = turn.now();
        let candidates = match self.seek(target, trigger).await {
            Ok(found) => self.not_yet_adopted(found).await?,
            Err(error) => {
                let record = turn::not_searched(&turn.facts, step, &error, &self.pace, turn.now());
                return self.record(claim, record).await;
            }
        };
        let record = match turn::found(&turn.facts, step, candidates, &self.pace, asked_at) {
            Found::Recorded(record) => *record,
            Found::Adopt { run, twins } => {
                turn::adopted(&turn.facts, step, run, twins, &self.pace, turn.now())
            }
        };
        self.record(claim, record).await
    }

    /// Looks whether the call of an accepted trigger made more than one run.
    pub(super) async fn seek_twins(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Error> {
        let (Action::Trigger { target, .. }, Some(trigger)) = (&step.action, &step.trigger) else {
            return Err(Error::Unreadable(format!("step {} has no trigger to look for", step.position)));
        };
        let found = match self.seek(target, trigger).await {
            Ok(mut found) => {
                let free = self.not_yet_adopted(found.clone()).await?;
                let own = trigger.run.as_ref().map(|run| &run.id);
                found.retain(|found| free.contains(found) || Some(&found.run.id) == own);
                Ok(found)
            }
            Err(error) => Err(error),
        };
        self.record(claim, turn::twins_sought(&turn.facts, step, found, &self.pace, turn.now())).await
    }

    async fn seek(&self, target: &CiTarget, trigger: &Trigger) -> Result<Vec<Candidate>, String> {
        let ci = self.providers.ci(target.provider).map_err(|missing| missing.to_string())?;
        let found = ci.find(target, trigger.marker, trigger.intended_at).await;
        self.noted(target.provider.title(), found).await.map_err(|error| error.to_string())
    }

    /// Does what a person answered. A run that another step has adopted since the question was asked fits no more.
    pub(super) async fn heed(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Error> {
        let step = self.without_adopted(step).await?;
        self.record(claim, turn::heeded(&turn.facts, &step, turn.now())).await
    }

    /// The step, and of the runs that a person was asked about only those that belong to no other.
    pub(super) async fn without_adopted(&self, step: &Step) -> Result<Step, Error> {
        let mut step = step.clone();
        if let Some(trigger) = &mut step.trigger {
            trigger.candidates = self.not_yet_adopted(std::mem::take(&mut trigger.candidates)).await?;
        }
        Ok(step)
    }

    async fn not_yet_adopted(&self, mut found: Vec<Candidate>) -> Result<Vec<Candidate>, Error> {
        if found.is_empty() {
            return Ok(found);
        }
        let adopted = self.store.adopted_runs(&found).await?;
        found.retain(|found| !adopted.contains(&found.run.id));
        Ok(found)
    }

    /// Asks the provider to stop the run of a step.
    pub(super) async fn stop(
        &self,
        claim: &Claim,
        turn: &Turn,
        step: &Step,
        because: &str,
    ) -> Result<(), Error> {
        let record = match (&step.action, step.run()) {
            (Action::Trigger { target, .. }, Some(run)) => {
                let answer = self.cancel(target, run).await;
                turn::stop_asked(&turn.facts, step, run, because, answer, &self.pace, turn.now())
            }
            _ => turn::given_up(&turn.facts, step, StepState::Cancelled, because.to_owned(), turn.now()),
        };
        self.record(claim, record).await
    }

    pub(super) async fn cancel(&self, target: &CiTarget, run: &RunRef) -> Result<(), String> {
        let ci = self.providers.ci(target.provider).map_err(|missing| missing.to_string())?;
        let answer = ci.cancel(target, run).await;
        self.noted(target.provider.title(), answer).await.map_err(|error| error.to_string())
    }
}
