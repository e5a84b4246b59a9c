//! Starting a run, stopping one, and finding one whose answer was lost.

use domain::run::{Candidate, RunRef};
use domain::step::{Action, CiTarget, Step, StepState};
use domain::turn::{self, Found, Sent};
use uuid::Uuid;

use super::{Replica, Turn};
use crate::store::{Claim, Refusal, Store};
use crate::variants::Variant;
use crate::world::{Failure, Origin};

impl Replica {
    /// Begins a step, or sends its trigger once more. The intent is committed before the call leaves.
    pub(super) async fn begin(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Refusal> {
        let marker = self.stage.dice.uuid();
        let begun = turn::begun(&turn.facts, step, marker, turn.now(&self.stage));
        let Some((target, marker)) = begun.send else {
            return self.record(claim, &turn.facts, begun.record).await;
        };
        let Some(step) = begun.facts.step(step.position) else { return Ok(()) };
        let sent = if self.stage.variant == Variant::NoIntent {
            let sent = self.send(claim, step, &target, marker).await;
            self.record(claim, &turn.facts, begun.record).await?;
            sent
        } else {
            self.record(claim, &turn.facts, begun.record).await?;
            self.send(claim, step, &target, marker).await
        };
        let pace = &self.stage.scenario.pace;
        let record = turn::answered(&begun.facts, step, sent, pace, turn.now(&self.stage));
        self.record(claim, &begun.facts, record).await
    }

    async fn send(&self, claim: &Claim, step: &Step, target: &CiTarget, marker: Uuid) -> Sent {
        let stage = &self.stage;
        let times = if stage.variant == Variant::RepeatingClient { 2 } else { 1 };
        for _ in 0..times {
            self.boundary().await;
            let origin = Origin {
                job: claim.job,
                position: step.position,
                attempt: step.attempt,
                sent_at: step.trigger.as_ref().map_or(stage.clock.now(), |trigger| trigger.sent_at),
                left_stale: stage.store.borrow().is_stale(claim),
            };
            let reply = stage.post(target, marker, origin);
            if let Some(sent) = stage.within_timeout(&reply).await {
                return sent;
            }
            stage.tally.borrow_mut().lost_answers += 1;
        }
        Sent::Unknown("no answer in time".into())
    }

    /// Looks for the run of a trigger whose answer was lost.
    pub(super) async fn resolve(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Refusal> {
        let (Action::Trigger { target, .. }, Some(trigger)) = (&step.action, &step.trigger) else {
            return Err(Refusal::NoAnswer);
        };
        self.boundary().await;
        let stage = &self.stage;
        let pace = &stage.scenario.pace;
        let (marker, since) = (trigger.marker, trigger.intended_at);
        let asked_at = turn.now(stage);
        let found = match stage.ask(target.provider, |stage| Ok(stage.find(target, marker, since))).await {
            Ok(found) => found,
            Err(failure) => {
                let error = format!("{failure:?}");
                stage.note_not_searched(claim.job, step.position);
                let record = turn::not_searched(&turn.facts, step, &error, pace, turn.now(stage));
                return self.record(claim, &turn.facts, record).await;
            }
        };
        let candidates = self.not_yet_adopted(found).await?;
        let asked_at = if stage.variant == Variant::LateAnswersCount { turn.now(stage) } else { asked_at };
        if candidates.is_empty() && stage.variant == Variant::NoSettle {
            return self.begin(claim, turn, step).await;
        }
        match turn::found(&turn.facts, step, candidates, pace, asked_at) {
            Found::Recorded(record) => self.record(claim, &turn.facts, *record).await,
            Found::Adopt { run, twins } => {
                let record = turn::adopted(&turn.facts, step, run, twins, pace, turn.now(stage));
                self.record(claim, &turn.facts, record).await
            }
        }
    }

    /// Looks whether the call of an accepted trigger made more than one run.
    pub(super) async fn seek_twins(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Refusal> {
        let (Action::Trigger { target, .. }, Some(trigger)) = (&step.action, &step.trigger) else {
            return Err(Refusal::NoAnswer);
        };
        self.boundary().await;
        let stage = &self.stage;
        let (marker, since) = (trigger.marker, trigger.intended_at);
        let found = match stage.ask(target.provider, |stage| Ok(stage.find(target, marker, since))).await {
            Ok(mut found) => {
                let free = self.not_yet_adopted(found.clone()).await?;
                let own = trigger.run.as_ref().map(|run| &run.id);
                found.retain(|found| free.contains(found) || Some(&found.run.id) == own);
                Ok(found)
            }
            Err(failure) => Err(failure.what().to_owned()),
        };
        let pace = &stage.scenario.pace;
        let record = turn::twins_sought(&turn.facts, step, found, pace, turn.now(stage));
        self.record(claim, &turn.facts, record).await
    }

    /// Does what a person answered. A run that another step has adopted since the question was asked fits no more.
    pub(super) async fn heed(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Refusal> {
        let step = self.without_adopted(step).await?;
        let record = turn::heeded(&turn.facts, &step, turn.now(&self.stage));
        self.record(claim, &turn.facts, record).await
    }

    /// The step, and of the runs that a person was asked about only those that belong to no other.
    pub(super) async fn without_adopted(&self, step: &Step) -> Result<Step, Refusal> {
        let mut step = step.clone();
        if let Some(trigger) = &mut step.trigger
            && !trigger.candidates.is_empty()
        {
            trigger.candidates = self.not_yet_adopted(std::mem::take(&mut trigger.candidates)).await?;
        }
        Ok(step)
    }

    async fn not_yet_adopted(&self, found: Vec<Candidate>) -> Result<Vec<Candidate>, Refusal> {
        let is_free = |store: &Store, found: &Candidate| !store.is_adopted(&found.run.id);
        self.ask_rows(|store, _| Ok(found.into_iter().filter(|found| is_free(store, found)).collect())).await
    }

    /// Asks the provider to stop the run of a step.
    pub(super) async fn stop(
        &self,
        claim: &Claim,
        turn: &Turn,
        step: &Step,
        because: &str,
    ) -> Result<(), Refusal> {
        let stage = &self.stage;
        let record = match (&step.action, step.run()) {
            (Action::Trigger { target, .. }, Some(run)) => {
                self.boundary().await;
                let answer = self.cancel(target, run).await;
                let pace = &stage.scenario.pace;
                turn::stop_asked(&turn.facts, step, run, because, answer, pace, turn.now(stage))
            }
            _ => {
                let now = turn.now(stage);
                turn::given_up(&turn.facts, step, StepState::Cancelled, because.to_owned(), now)
            }
        };
        self.record(claim, &turn.facts, record).await
    }

    async fn cancel(&self, target: &CiTarget, run: &RunRef) -> Result<(), String> {
        self.stage.cancel(target, run).await
    }
}

impl Failure {
    pub(super) const fn what(self) -> &'static str {
        match self {
            Self::Later => "503",
            Self::Unauthorized => "401",
            Self::NotFound => "404",
        }
    }
}
