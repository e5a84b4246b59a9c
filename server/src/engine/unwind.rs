//! The loop that pays obligations. It needs no routine, no config entry and no page to work: an obligation carries
//! its own teardown.

use std::time::Duration;

use domain::obligation::{Duty, Obligation, alarms_owed, duty};
use domain::record::Evidence;
use domain::{Time, text};
use store::{Error, OwedDestroy};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Engine;

/// How often every obligation is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Looks at all obligations until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        if let Err(error) = engine.pay_what_is_due().await {
            warn!(%error, "the obligations could not be looked at");
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
        let cluster = &obligation.cluster;
        match duty(obligation, *is_busy, *now) {
            Duty::Destroy => {
                if let Some(job) = self.store.accept_teardown(obligation).await? {
                    info!(cluster, job, "the obligation is due; destroying the cluster");
                }
            }
            // The proof is the observer's. Where there is none any more, the CI's word has to do.
            Duty::Prove if self.providers.observer.is_none() || obligation.cloud.is_none() => {
                self.store.settle(obligation, Evidence::Ci).await?;
            }
            Duty::Prove | Duty::RestUntil(_) | Duty::Nothing => {}
        }
        self.alarm(obligation, *now).await
    }

    async fn alarm(&self, owed: &Obligation, now: Time) -> Result<(), Error> {
        let Some(due_for) = owed.due_since.map(|since| now - since) else { return Ok(()) };
        let nth = alarms_owed(due_for);
        if nth <= owed.alarms {
            return Ok(());
        }
        let why = owed.last_error.as_deref().unwrap_or("the destroy has not ended");
        let text = format!(
            "Alarm: {} has been to be destroyed for {} and may still cost money. Last: {why}",
            owed.cluster,
            text::duration(due_for)
        );
        if self.store.raise_alarm(owed, nth, &text).await? {
            warn!(cluster = owed.cluster, nth, "alarm: the cluster is still not destroyed");
        }
        Ok(())
    }
}
