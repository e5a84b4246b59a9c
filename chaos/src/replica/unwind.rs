//! The loop that pays obligations.

use chrono::TimeDelta;
use domain::Time;
use domain::obligation::{Duty, ObligationState, alarms_owed, duty};
use domain::record::Evidence;

use super::Replica;
use crate::store::{Owed, Refusal};
use crate::variants::Variant;

/// The real loop looks every second; here it sleeps for so long at most.
const LONGEST_SLEEP: TimeDelta = TimeDelta::minutes(10);

impl Replica {
    /// Looks at all obligations until the process is asked to end.
    pub(super) async fn unwind(self) {
        while !self.is_to_end() {
            let paid = self.pay_what_is_due().await;
            let now = self.stage.clock.now();
            let next = if paid.is_ok() { self.next_duty(now) } else { now };
            self.stage.clock.nap(next + TimeDelta::milliseconds(self.stage.dice.among(1..=1_000))).await;
        }
    }

    /// When an obligation may ask for something, unless a row changes before.
    fn next_duty(&self, now: Time) -> Time {
        let owed = self.stage.store.borrow().owed(now);
        let asks_at = owed.iter().flat_map(|Owed { obligation, is_busy, .. }| {
            let over = match obligation.state {
                ObligationState::Open => obligation.ends_at(*is_busy),
                ObligationState::Due => obligation.due_since,
                _ => None,
            };
            let grace = TimeDelta::minutes(i64::from(obligation.limits.grace_minutes));
            let tried_again = (!obligation.is_open()).then_some(obligation.next_attempt_at);
            [over, over.map(|over| over + grace), tried_again].into_iter().flatten()
        });
        asks_at.filter(|at| *at > now).min().map_or(now + LONGEST_SLEEP, |at| at.min(now + LONGEST_SLEEP))
    }

    /// Accepts a job for each obligation that asks for one now.
    pub(super) async fn pay_what_is_due(&self) -> Result<(), Refusal> {
        let mut outcome = Ok(());
        for owed in self.ask_rows(|store, now| Ok(store.owed(now))).await? {
            // One that cannot be accepted keeps no other waiting.
            outcome = outcome.and(self.look_after(&owed).await);
        }
        outcome
    }

    /// What is overdue is told, whatever paying it returns.
    async fn look_after(&self, owed: &Owed) -> Result<(), Refusal> {
        let paid = self.pay(owed).await;
        let told = self.alarm(owed, paid.is_ok()).await;
        paid.and(told)
    }

    async fn pay(&self, owed: &Owed) -> Result<(), Refusal> {
        let Owed { obligation, is_busy, now } = owed;
        match duty(obligation, *is_busy, *now) {
            Duty::Destroy => {
                let cluster = &obligation.cluster;
                let job = self.ask_rows(|store, now| Ok(store.accept_teardown(cluster, now))).await?;
                if let Some(job) = job {
                    self.stage.tell(|| {
                        format!("replica {} accepts job {job}: the debt of {cluster} is due", self.id)
                    });
                    self.stage.ring();
                }
            }
            // A deadline that waits for ever is left to the judge.
            Duty::Interrupt if self.stage.variant != Variant::DeadlineWaits => {
                let cluster = &obligation.cluster;
                let job = self.ask_rows(|store, now| Ok(store.interrupt(cluster, now))).await?;
                if let Some(job) = job {
                    self.stage.tell(|| {
                        format!("replica {} cancels job {job}: the time of {cluster} is over", self.id)
                    });
                    self.stage.ring();
                }
            }
            Duty::Prove if !self.stage.scenario.has_observer || obligation.cloud.is_none() => {
                self.ask_rows(|store, now| Ok(store.settle(obligation, Evidence::Ci, now))).await?;
                self.stage.ring();
            }
            Duty::Interrupt | Duty::Prove | Duty::RestUntil(_) | Duty::Nothing => {}
        }
        Ok(())
    }

    async fn alarm(&self, owed: &Owed, is_paid: bool) -> Result<(), Refusal> {
        let Owed { obligation, is_busy, now } = owed;
        if obligation.is_open() && !is_busy && is_paid {
            return Ok(());
        }
        let Some(overdue_since) = obligation.overdue_since(*is_busy) else { return Ok(()) };
        let nth = alarms_owed(*now - overdue_since);
        if nth > obligation.alarms {
            self.ask_rows(|store, _| Ok(store.raise_alarm(obligation, nth, overdue_since))).await?;
        }
        Ok(())
    }
}
