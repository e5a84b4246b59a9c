//! One turn of a job: decide, act, record, until there is nothing to do but wait.

use std::time::Duration;

use chrono::TimeDelta;
use domain::plan::{self, Next};
use domain::record::Record;
use domain::step::Step;
use domain::turn;
use store::{Claim, Error, Turn};
use tokio_util::sync::CancellationToken;

use super::Engine;

/// After so many actions the job lines up again, so that no job keeps a slot for itself.
const ACTIONS_PER_TURN: usize = 20;
/// How often a job is looked at that only a newer version of this service can carry on.
const PATIENCE_WITH_NEWER: TimeDelta = TimeDelta::minutes(1);

impl Engine {
    /// Acts for the claimed job until it has to wait, has ended, or the process is to stop; then gives the claim back.
    ///
    /// # Errors
    /// [`Error::Fenced`] when the claim passed on; the rest when the database does not answer. What was done
    /// but not recorded is found out by the next claim.
    pub(super) async fn take_turn(&self, claim: &Claim, shutdown: &CancellationToken) -> Result<(), Error> {
        for _ in 0..ACTIONS_PER_TURN {
            let turn = self.read(claim).await?;
            let now = turn.now();
            if shutdown.is_cancelled() {
                return self.store.release(claim, now).await;
            }
            let facts = &turn.facts;
            match plan::next(&facts.job.job, &facts.job.steps, &facts.cluster, &self.pace, now) {
                Next::Wait { until } => return self.store.release(claim, until).await,
                Next::LeaveAlone => {
                    tracing::warn!(
                        job = claim.job,
                        "a step is of a kind that only a newer version knows; left to it"
                    );
                    return self.store.release(claim, now + PATIENCE_WITH_NEWER).await;
                }
                Next::Finish { state, outcome } => {
                    self.record(claim, turn::finished(facts, state, outcome, now)).await?;
                    return self.store.release(claim, now).await;
                }
                Next::Skip { positions } => self.record(claim, turn::skipped(positions)).await?,
                Next::Begin { position } => self.begin(claim, &turn, step(&turn, position)?).await?,
                Next::Resolve { position } => self.resolve(claim, &turn, step(&turn, position)?).await?,
                Next::SeekTwins { position } => self.seek_twins(claim, &turn, step(&turn, position)?).await?,
                Next::Poll { position } => self.poll(claim, &turn, step(&turn, position)?).await?,
                Next::Stop { position, because } => {
                    self.stop(claim, &turn, step(&turn, position)?, &because).await?;
                }
                Next::Heed { position } => self.heed(claim, &turn, step(&turn, position)?).await?,
                Next::Retry { position } => {
                    self.record(claim, turn::retried(step(&turn, position)?, now)).await?;
                }
                Next::GiveUp { position, state, because } => {
                    let step = self.without_adopted(step(&turn, position)?).await?;
                    self.record(claim, turn::given_up(facts, &step, state, because, now)).await?;
                }
            }
        }
        let now = self.read(claim).await?.now();
        self.store.release(claim, now).await
    }

    async fn read(&self, claim: &Claim) -> Result<Turn, Error> {
        let mut turn = self.store.turn(claim).await?;
        turn.facts.has_observer = self.providers.observer.is_some();
        Ok(turn)
    }

    /// Writes a transition down. Where there is no Slack, nobody is told.
    pub(super) async fn record(&self, claim: &Claim, mut record: Record) -> Result<(), Error> {
        if self.providers.slack.is_none() {
            record.announcements.clear();
        }
        self.store.record(claim, &record).await
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
fn step(turn: &Turn, position: i32) -> Result<&Step, Error> {
    turn.facts.step(position).ok_or_else(|| {
        Error::Unreadable(format!("job #{} has no step {position}", turn.facts.job.job.number))
    })
}

/// How long a service asked us to stay away.
pub(super) fn asked(after: Option<Duration>) -> Option<TimeDelta> {
    after.and_then(|after| TimeDelta::from_std(after).ok())
}
