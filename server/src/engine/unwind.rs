//! The loop that pays obligations. It needs no routine, no config entry and no page to work: an obligation carries
//! its own teardown.

use std::time::Duration;

use domain::backup::{Outlook, outlook};
use domain::obligation::{Duty, Obligation, ObligationState, alarms_owed, duty};
use domain::record::Evidence;
use domain::standing::listed;
use domain::{Time, text};
use store::{Alarm, Debts, Error, OwedDestroy, UnreadableDebt};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::patience::in_time;
use super::{DATABASE_PATIENCE, Engine};

/// How often every obligation is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Looks at all obligations until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        let round = async {
            if let Err(error) = engine.pay_what_is_due().await {
                warn!(%error, "the obligations could not be looked at");
            }
            sleep(EVERY).await;
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = round => {}
        }
    }
}

impl Engine {
    /// Accepts a job for each obligation that asks for one now, those with the fewest failed attempts first, and then says
    /// what is overdue. One that cannot be paid, or not even read, keeps no other waiting and is told all the same.
    ///
    /// # Errors
    /// When the obligations cannot be read.
    pub async fn pay_what_is_due(&self) -> Result<(), Error> {
        let read = timeout(DATABASE_PATIENCE, self.store.debts()).await;
        let Ok(debts) = read else {
            warn!("the database did not tell the obligations in time");
            return Ok(());
        };
        let Debts { readable, unreadable } = debts?;
        let mut paid = Vec::with_capacity(readable.len());
        for owed in &readable {
            paid.push(in_time(self.pay(owed)).await);
        }
        for (owed, paid) in readable.iter().zip(paid) {
            let cluster = &owed.obligation.cluster;
            if let Err(error) = &paid {
                warn!(cluster, %error, "what a debt asks for could not be done");
            }
            if let Err(error) = in_time(self.warn_of_end(owed)).await {
                warn!(cluster, %error, "nobody could be warned of the end of a cluster");
            }
            if let Err(error) = in_time(self.alarm(owed, paid.err().as_ref())).await {
                warn!(cluster, %error, "an alarm could not be raised");
            }
        }
        for debt in &unreadable {
            let cluster = &debt.cluster;
            warn!(cluster, error = debt.error, "a debt cannot be read, and nobody pays it");
            if let Err(error) = in_time(self.alarm_of_unreadable(debt)).await {
                warn!(cluster, %error, "an alarm could not be raised");
            }
        }
        Ok(())
    }

    async fn pay(&self, owed: &OwedDestroy) -> Result<(), Error> {
        let OwedDestroy { obligation, is_busy, now } = owed;
        match duty(obligation, *is_busy, *now) {
            Duty::Destroy => self.destroy(obligation, *now).await,
            Duty::Interrupt => self.interrupt(obligation).await,
            // The proof is the observer's. Where there is none any more, the CI's word has to do.
            Duty::Prove if self.providers.observer.is_none() || obligation.cloud.is_none() => {
                self.store.settle(obligation, Evidence::Ci).await.map(|_| ())
            }
            Duty::Prove | Duty::RestUntil(_) | Duty::Nothing => Ok(()),
        }
    }

    /// Destroys, unless the backup that was planted at the CI does or did.
    async fn destroy(&self, owed: &Obligation, now: Time) -> Result<(), Error> {
        let cluster = &owed.cluster;
        let is_proved = self.providers.observer.is_some() && owed.cloud.is_some();
        match outlook(&self.store.backups_of(owed.id).await?, is_proved, now) {
            Outlook::Ask | Outlook::Await { .. } => self.store.await_backups(owed.id).await,
            Outlook::Destroyed { runs, gone_by } => {
                if self.store.backup_did_it(owed, &runs, gone_by).await? {
                    info!(cluster, "the backup destroy planted at the CI has destroyed the cluster");
                }
                Ok(())
            }
            Outlook::Destroy => {
                if let Some(job) = self.store.accept_teardown(owed).await? {
                    info!(cluster, job, "the obligation is due; destroying the cluster");
                }
                Ok(())
            }
        }
    }

    async fn alarm(&self, owed: &OwedDestroy, not_paid: Option<&Error>) -> Result<(), Error> {
        let OwedDestroy { obligation, is_busy, now } = owed;
        // What was wanted when it was read, and is destroyed since, is not overdue.
        if obligation.is_open() && !is_busy && not_paid.is_none() {
            return Ok(());
        }
        let Some(overdue_since) = obligation.overdue_since(*is_busy) else { return Ok(()) };
        let nth = alarms_owed(*now - overdue_since);
        if nth <= obligation.alarms {
            return Ok(());
        }
        let why = self.why_it_is_still_owed(owed, not_paid).await?;
        let text = format!(
            "Alarm: {} has been to be destroyed for {} and may still cost money. {why}.",
            obligation.cluster,
            text::duration(*now - overdue_since)
        );
        self.raise(&Alarm {
            debt: obligation.id,
            cluster: &obligation.cluster,
            nth,
            overdue_since: Some(overdue_since),
            text: &text,
        })
        .await
    }

    async fn why_it_is_still_owed(
        &self,
        owed: &OwedDestroy,
        not_paid: Option<&Error>,
    ) -> Result<String, Error> {
        let OwedDestroy { obligation, is_busy, .. } = owed;
        if obligation.state == ObligationState::Verifying
            && let Some(observation) = self.store.observation(&obligation.cluster).await?
        {
            return Ok(format!("The CI says destroyed, the cloud shows {}", listed(&observation.resources)));
        }
        if let Some(error) = not_paid {
            return Ok(format!("The destroy could not be begun: {error}"));
        }
        if obligation.is_open() && *is_busy {
            return Ok("A job is at work on it and has not ended".to_owned());
        }
        Ok(obligation.last_error.clone().unwrap_or_else(|| "The destroy has not ended".to_owned()))
    }

    /// The first alarm sounds at once: when its time comes, nobody here can do anything about it.
    async fn alarm_of_unreadable(&self, debt: &UnreadableDebt) -> Result<(), Error> {
        let UnreadableDebt { cluster, error, .. } = debt;
        let overdue = debt.due_since.map_or(0, |since| alarms_owed(debt.now - since));
        let nth = overdue.max(1);
        if nth <= debt.alarms {
            return Ok(());
        }
        let text = format!(
            "Alarm: the debt to destroy {cluster} cannot be read, and nobody pays it: {error}. \
             Mend its row, or destroy the cluster by hand and close the debt."
        );
        self.raise(&Alarm { debt: debt.id, cluster, nth, overdue_since: None, text: &text }).await
    }

    async fn raise(&self, alarm: &Alarm<'_>) -> Result<(), Error> {
        if self.store.raise_alarm(alarm).await? {
            warn!(cluster = alarm.cluster, nth = alarm.nth, "alarm: the cluster is still not destroyed");
        }
        Ok(())
    }
}
