//! Claiming jobs that are due, and holding a claim while a turn is taken.

use std::pin::pin;

use chrono::TimeDelta;
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
        while let Some(claim) = self.ask_rows(|store, now| Ok(store.claim(lease, now))).await? {
            self.stage.cast.spawn(&self.stage.clock, self.id, self.clone().hold(claim));
        }
        Ok(())
    }

    /// Takes a job's turn while renewing its claim, and stops by itself when the claim could end unnoticed.
    async fn hold(self, claim: Claim) {
        let clock = &self.stage.clock;
        let lease = self.stage.scenario.lease;
        let mut turn = pin!(self.take_turn(&claim));
        let mut held_since = clock.now();
        let outcome = loop {
            match select(turn.as_mut(), pin!(clock.sleep(lease / 3))).await {
                Either::Left((outcome, _)) => break outcome,
                Either::Right(_) => match self.renew(&claim).await {
                    Ok(()) => held_since = clock.now(),
                    Err(Refusal::Fenced) => break Err(Refusal::Fenced),
                    Err(_) if clock.now() - held_since > lease * 5 / 6 => break Err(Refusal::Fenced),
                    Err(_) => {}
                },
            }
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

    async fn renew(&self, claim: &Claim) -> Result<(), Refusal> {
        let lease = self.stage.scenario.lease;
        let renewal = pin!(self.ask_rows(|store, now| store.renew(claim, lease, now)));
        match select(renewal, pin!(self.stage.clock.sleep(lease / 3))).await {
            Either::Left((renewed, _)) => renewed,
            Either::Right(_) => Err(Refusal::NoAnswer),
        }
    }
}
