//! Looking how far a step is.

use domain::job::Job;
use domain::run::RunStatus;
use domain::step::{Action, CiTarget, Step};
use domain::turn::{self, Seen, Unseen};

use super::{Replica, Turn};
use crate::store::{Claim, Refusal};
use crate::variants::Variant;
use crate::world::Failure;

impl Replica {
    /// Looks at the run or the batch job of a step and records what is new.
    pub(super) async fn poll(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Refusal> {
        let stage = &self.stage;
        let is_poisoned = claim.job == 1 && stage.scenario.poison == Some(step.position);
        if is_poisoned || stage.chance(stage.scenario.weather.breakdown) {
            return Err(Refusal::Breakdown);
        }
        let facts = &turn.facts;
        let pace = &stage.scenario.pace;
        self.boundary().await;
        let looked = match &step.action {
            Action::Trigger { target, .. } => self.look_at_run(step, target).await,
            Action::Batch { .. } => self.look_at_batch(&facts.job.job, step),
            Action::Approval { .. } | Action::Unknown(_) => {
                Err(Unseen::Refused("there is nothing to look at".into()))
            }
        };
        let record = match looked {
            Ok(seen) => match turn::seen(facts, step, seen, pace, turn.now(stage)) {
                Ok(record) => record,
                Err(until) => {
                    return self.ask_rows(|store, _| store.postpone(claim, step.position, until)).await;
                }
            },
            Err(unseen) => {
                let mut step = step.clone();
                if stage.variant == Variant::EveryFailedLookDenies {
                    step.missing_looks = step.failed_looks;
                }
                turn::not_seen(facts, &step, unseen, pace, turn.now(stage))
            }
        };
        self.record(claim, facts, record).await
    }

    fn look_at_batch(&self, job: &Job, step: &Step) -> Result<Seen, Unseen> {
        let stage = &self.stage;
        let key = if stage.variant == Variant::KeyOfEachCall {
            stage.dice.uuid().to_string()
        } else {
            job.attempt_key(step)
        };
        stage.batch(&key, (job.number, step.position, step.attempt))
    }

    async fn look_at_run(&self, step: &Step, target: &CiTarget) -> Result<Seen, Unseen> {
        let run = step.run().ok_or_else(|| Unseen::NotFound("the run was never named".into()))?;
        let what = |failure: Failure| failure.what().to_owned();
        match self.stage.ask(target.provider, |stage| stage.look(run)).await {
            Err(Failure::NotFound) if self.stage.variant == Variant::MissingIsGone => {
                Ok(Seen { status: RunStatus::Succeeded, detail: None, progress: None, run: None })
            }
            Ok(seen) => Ok(seen),
            Err(failure @ Failure::Later) => Err(Unseen::Later { after: None, what: what(failure) }),
            Err(failure @ Failure::Unauthorized) => Err(Unseen::Unauthorized(what(failure))),
            Err(failure @ Failure::NotFound) => Err(Unseen::NotFound(what(failure))),
        }
    }
}
