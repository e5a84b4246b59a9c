//! The loop that pays obligations. It needs no routine, no config entry and no page to work: an obligation carries
//! its own teardown.

use std::time::Duration;

use domain::backup::{Outlook, outlook};
use domain::obligation::{Duty, Obligation, ObligationState, alarms_owed, duty};
use domain::record::Evidence;
use domain::standing::listed;
use domain::{Time, text};
use store::{Error, OwedDestroy};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{DATABASE_PATIENCE, Engine};

/// How often every obligation is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Looks at all obligations until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        match timeout(DATABASE_PATIENCE, engine.pay_what_is_due()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(%error, "the obligations could not be looked at"),
            Err(_) => warn!("the database did not tell the obligations in time"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(EVERY) => {}
        }
    }
}

impl Engine {
    /// Accepts a job for each obligation that asks for one now, those with the fewest failed attempts first. One that
    /// cannot be accepted keeps no other waiting.
    ///
    /// # Errors
    /// When the obligations cannot be read.
    pub async fn pay_what_is_due(&self) -> Result<(), Error> {
        for owed in self.store.unsettled_obligations().await? {
            let cluster = &owed.obligation.cluster;
            if let Err(error) = self.pay(&owed).await {
                warn!(cluster, %error, "the destroy that is due could not be accepted");
            }
        }
        Ok(())
    }

    async fn pay(&self, owed: &OwedDestroy) -> Result<(), Error> {
        let OwedDestroy { obligation, is_busy, now } = owed;
        match duty(obligation, *is_busy, *now) {
            Duty::Destroy => self.destroy(obligation, *now).await?,
            Duty::Interrupt => self.interrupt(obligation).await?,
            // The proof is the observer's. Where there is none any more, the CI's word has to do.
            Duty::Prove if self.providers.observer.is_none() || obligation.cloud.is_none() => {
                self.store.settle(obligation, Evidence::Ci).await?;
            }
            Duty::Prove | Duty::RestUntil(_) | Duty::Nothing => {}
        }
        self.warn_of_end(owed).await?;
        self.alarm(obligation, *now).await
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

    async fn alarm(&self, owed: &Obligation, now: Time) -> Result<(), Error> {
        let Some(due_for) = owed.due_since.map(|since| now - since) else { return Ok(()) };
        let nth = alarms_owed(due_for);
        if nth <= owed.alarms {
            return Ok(());
        }
        let why = self.why_it_is_still_owed(owed).await?;
        let text = format!(
            "Alarm: {} has been to be destroyed for {} and may still cost money. {why}.",
            owed.cluster,
            text::duration(due_for)
        );
        if self.store.raise_alarm(owed, nth, &text).await? {
            warn!(cluster = owed.cluster, nth, "alarm: the cluster is still not destroyed");
        }
        Ok(())
    }

    async fn why_it_is_still_owed(&self, owed: &Obligation) -> Result<String, Error> {
        if owed.state == ObligationState::Verifying
            && let Some(observation) = self.store.observation(&owed.cluster).await?
        {
            return Ok(format!("The CI says destroyed, the cloud shows {}", listed(&observation.resources)));
        }
        Ok(owed.last_error.clone().unwrap_or_else(|| "The destroy has not ended".to_owned()))
    }
}
