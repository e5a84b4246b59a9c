//! One turn of a job: decide, act, record, until there is nothing to do but wait.

use chrono::TimeDelta;
use domain::job::JobState;
use domain::plan::Next;
use domain::record::ObligationChange;
use domain::step::Step;
use domain::turn;

use super::{Replica, Turn};
use crate::store::{Claim, Refusal};
use crate::variants::Variant;

const ACTIONS_PER_TURN: usize = 20;
const PATIENCE_WITH_NEWER: TimeDelta = TimeDelta::minutes(1);

impl Replica {
    /// Acts for the claimed job until it has to wait, has ended, or the process is to end; then gives the claim back.
    pub(super) async fn take_turn(&self, claim: &Claim) -> Result<(), Refusal> {
        for _ in 0..ACTIONS_PER_TURN {
            let turn = self.read(claim).await?;
            let now = turn.now(&self.stage);
            if self.is_to_end() {
                return self.release(claim, now).await;
            }
            let facts = &turn.facts;
            let pace = &self.stage.scenario.pace;
            match self.stage.variant.decide(facts, pace, now) {
                Next::Wait { until } => return self.release(claim, until).await,
                Next::LeaveAlone => return self.release(claim, now + PATIENCE_WITH_NEWER).await,
                Next::Finish { state, outcome } => {
                    self.record(claim, facts, turn::finished(facts, state, outcome, now)).await?;
                    return self.release(claim, now).await;
                }
                Next::Skip { .. } if self.forgets_debt(&turn) => {
                    let mut record = turn::finished(facts, JobState::Cancelled, "Cancelled.".to_owned(), now);
                    record.obligation = Some(ObligationChange::Settle);
                    self.record(claim, facts, record).await?;
                    return self.release(claim, now).await;
                }
                Next::Skip { positions } => self.record(claim, facts, turn::skipped(positions)).await?,
                Next::Begin { position } => self.begin(claim, &turn, step(&turn, position)?).await?,
                Next::Resolve { position } => self.resolve(claim, &turn, step(&turn, position)?).await?,
                Next::SeekTwins { position } => self.seek_twins(claim, &turn, step(&turn, position)?).await?,
                Next::Poll { position } => self.poll(claim, &turn, step(&turn, position)?).await?,
                Next::Stop { position, because } => {
                    self.stop(claim, &turn, step(&turn, position)?, &because).await?;
                }
                Next::Heed { position } => self.heed(claim, &turn, step(&turn, position)?).await?,
                Next::Retry { position } => {
                    self.record(claim, facts, turn::retried(step(&turn, position)?, now)).await?;
                }
                Next::GiveUp { position, state, because } => {
                    let step = self.without_adopted(step(&turn, position)?).await?;
                    let record = turn::given_up(facts, &step, state, because, now);
                    self.record(claim, facts, record).await?;
                }
            }
        }
        let now = self.read(claim).await?.now(&self.stage);
        self.release(claim, now).await
    }

    fn forgets_debt(&self, turn: &Turn) -> bool {
        self.stage.variant == Variant::CancelSettlesDebt && turn.facts.job.job.cancelled.is_some()
    }

    async fn read(&self, claim: &Claim) -> Result<Turn, Refusal> {
        let (keepsake, read_at) = self.ask_rows(|store, now| Ok((store.keepsake(claim)?, now))).await?;
        let read_when = self.stage.clock.now();
        let job = self.ask_rows(|store, _| store.job(claim.job).ok_or(Refusal::Fenced)).await?;
        let name = job.job.cluster.clone();
        let cluster = self.ask_rows(|store, _| store.cluster(&name).ok_or(Refusal::Fenced)).await?;
        let obligation = self.ask_rows(|store, _| Ok(store.unsettled(&name).cloned())).await?;
        let since = job.job.started_at;
        let strays = self.ask_rows(|store, _| Ok(store.strays_beside(&name, since))).await?;
        let facts = turn::Facts {
            job,
            cluster,
            obligation,
            teardown: keepsake.teardown,
            cloud: keepsake.cloud,
            has_observer: self.stage.scenario.has_observer,
            strays,
        };
        Ok(Turn { facts, read_at, read_when })
    }

    async fn release(&self, claim: &Claim, next_check_at: domain::Time) -> Result<(), Refusal> {
        self.ask_rows(|store, now| {
            store.release(claim, next_check_at, now);
            Ok(())
        })
        .await
    }
}

fn step(turn: &Turn, position: i32) -> Result<&Step, Refusal> {
    turn.facts.step(position).ok_or(Refusal::NoAnswer)
}
