//! Looking how far a step is.

use domain::step::{Action, BatchCall, CiTarget, Step};
use domain::turn::{self, Seen, Unseen};
use store::{Claim, Error, Turn};

use super::Engine;
use super::turn::asked;
use crate::providers::ProviderError;

impl Engine {
    /// Looks at the run or the batch job of a step and records what is new.
    pub(super) async fn poll(&self, claim: &Claim, turn: &Turn, step: &Step) -> Result<(), Error> {
        let facts = &turn.facts;
        let looked = match &step.action {
            Action::Trigger { target, .. } => self.look_at_run(step, target).await,
            Action::Batch { call } => self.look_at_batch(call, &facts.job.job.attempt_key(step)).await,
            Action::Approval { .. } | Action::Unknown(_) => {
                Err(Unseen::Refused("there is nothing to look at".into()))
            }
        };
        match looked {
            Ok(seen) => {
                match turn::seen(facts, step, seen, &self.pace, turn.now()) {
                    Ok(record) => self.record(claim, record).await?,
                    Err(next_check_at) => self.store.postpone(claim, step.position, next_check_at).await?,
                }
                match step.run() {
                    Some(run) => self.store.heed_deliveries(run, turn.read_at()).await,
                    None => Ok(()),
                }
            }
            Err(unseen) => {
                self.record(claim, turn::not_seen(facts, step, unseen, &self.pace, turn.now())).await
            }
        }
    }

    async fn look_at_run(&self, step: &Step, target: &CiTarget) -> Result<Seen, Unseen> {
        let ci = self
            .providers
            .ci(target.provider)
            .map_err(|missing| Unseen::Unauthorized(missing.to_string()))?;
        let run = step.run().ok_or_else(|| Unseen::NotFound("the run was never named".into()))?;
        let report =
            self.noted(target.provider.title(), ci.look(target, run).await).await.map_err(|error| {
                match error {
                    // A refused look is no end of a run: it may be the look that is wrong.
                    ProviderError::Rejected(what) => Unseen::Later { after: None, what },
                    other => unseen(other),
                }
            })?;
        Ok(Seen { status: report.status, detail: report.detail, progress: None, run: Some(report.run) })
    }

    async fn look_at_batch(&self, call: &BatchCall, key: &str) -> Result<Seen, Unseen> {
        let report = self.noted("Batch service", self.providers.batch.call(call, key).await).await;
        let report = report.map_err(unseen)?;
        Ok(Seen { status: report.status, detail: report.detail, progress: report.progress, run: None })
    }
}

fn unseen(error: ProviderError) -> Unseen {
    match error {
        ProviderError::Transient { after, what } => Unseen::Later { after: asked(after), what },
        ProviderError::Garbled(what) => Unseen::Later { after: None, what },
        ProviderError::Unauthorized(what) => Unseen::Unauthorized(what),
        ProviderError::NotFound(what) => Unseen::NotFound(what),
        ProviderError::Rejected(what) => Unseen::Refused(what),
    }
}
