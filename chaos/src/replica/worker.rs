//! Claiming jobs that are due, and holding a claim while a turn is taken.

use std::pin::pin;

use chrono::TimeDelta;
use domain::Time;
use futures::future::{Either, select};

use super::Replica;
use crate::store::{Claim, Refusal};

const PAUSE_AFTER_FAILED_TURN: TimeDelta = TimeDelta::seconds(2);
const PAUSE_AFTER_BREAKDOWN: TimeDelta = TimeDelta::seconds(1);
const PAUSE_AFTER_ERROR: TimeDelta = TimeDelta::seconds(1);
/// Without a hint and without a job that is known to fall due.
const LONG_SLEEP: TimeDelta = TimeDelta::hours(1);

impl Replica {
    /// Works on jobs until the process is asked to end.
    pub(super) async fn work(self) {
        let clock = &self.stage.clock;
        while !self.is_to_end() {
            match self.claim_all().await {
                Ok(()) => {}
                Err(_) => {
                    clock.sleep(PAUSE_AFTER_ERROR).await;
                    continue;
                }
            }
            // The real loop wakes every two seconds and finds nothing; here it sleeps until there is something to find.
            let next = self.stage.store.borrow().next_look();
            let now = clock.now();
            let until = next.map_or(now + LONG_SLEEP, |next| next.max(now + TimeDelta::milliseconds(20)));
            clock.nap(until).await;
        }
    }

    async fn claim_all(&self) -> Result<(), Refusal> {
        let lease = self.stage.scenario.lease;
        loop {
            let asked_at = self.stage.clock.now();
            let claim = self.ask_rows(|store, now| Ok(store.claim(lease, now))).await?;
            let Some(claim) = claim else { return Ok(()) };
            self.stage.cast.spawn(&self.stage.clock, self.id, self.clone().hold(claim, asked_at));
        }
    }

    /// Takes a job's turn while its claim is kept, and stops by itself before the claim could end unnoticed.
    async fn hold(self, claim: Claim, asked_at: Time) {
        // The claim comes first: who was stopped beyond its end does nothing more for the job.
        let outcome = match select(pin!(self.lose(&claim, asked_at)), pin!(self.take_turn(&claim))).await {
            Either::Left((lost, _)) => Err(lost),
            Either::Right((outcome, _)) => outcome,
        };
        let given_back = match outcome {
            Ok(()) => Ok(()),
            Err(Refusal::Fenced) => {
                self.stage.tell(|| {
                    format!("replica {} has a stale fence {} for job {}", self.id, claim.fence, claim.job)
                });
                Ok(())
            }
            Err(Refusal::Breakdown) => {
                self.stage.tell(|| format!("replica {} broke down over job {}", self.id, claim.job));
                self.ask_rows(|store, now| {
                    store.broke_down(&claim, PAUSE_AFTER_BREAKDOWN, now);
                    Ok(())
                })
                .await
            }
            Err(_) => {
                self.ask_rows(|store, now| {
                    store.put_off(&claim, PAUSE_AFTER_FAILED_TURN, now);
                    Ok(())
                })
                .await
            }
        };
        // A claim that could not be given back ends by itself.
        let _ = given_back;
        self.stage.ring();
    }

    /// Renews a claim until it is lost. It surely holds for a lease from the moment on in which it was asked for.
    async fn lose(&self, claim: &Claim, mut asked_at: Time) -> Refusal {
        let clock = &self.stage.clock;
        loop {
            let left = asked_at + self.stage.scenario.lease * 5 / 6 - clock.now();
            let late = pin!(clock.sleep(left.max(TimeDelta::zero())));
            match select(late, pin!(self.renewed(claim))).await {
                Either::Left(_) => return Refusal::NoAnswer,
                Either::Right((Some(renewed_at), _)) => asked_at = renewed_at,
                Either::Right((None, _)) => return Refusal::Fenced,
            }
        }
    }

    /// When the renewal that was answered was asked for; none when the claim has passed on.
    async fn renewed(&self, claim: &Claim) -> Option<Time> {
        let clock = &self.stage.clock;
        let lease = self.stage.scenario.lease;
        loop {
            clock.sleep(lease / 3).await;
            let asked_at = clock.now();
            let renewal = pin!(self.ask_rows(|store, now| store.renew(claim, lease, now)));
            match select(renewal, pin!(clock.sleep(lease / 3))).await {
                Either::Left((Ok(()), _)) => return Some(asked_at),
                Either::Left((Err(Refusal::Fenced), _)) => return None,
                Either::Left((Err(_), _)) | Either::Right(_) => {}
            }
        }
    }
}
