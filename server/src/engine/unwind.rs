//! The loop that pays obligations. It needs no routine, no config entry and no page to work: an obligation carries
//! its own teardown.

use std::time::Duration;

use domain::obligation::{Duty, duty};
use store::Error;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::Engine;

/// How often every obligation is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Looks at all obligations until it is told to stop. The first look is at once: what fell due during a restart or a
/// sleep is not kept waiting.
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
    /// Accepts a job for each obligation that asks for one now. One that cannot be accepted keeps no other waiting.
    ///
    /// # Errors
    /// When the obligations cannot be read.
    pub async fn pay_what_is_due(&self) -> Result<(), Error> {
        for owed in self.store.unsettled_obligations().await? {
            if duty(&owed.obligation, owed.is_busy, owed.now) != Duty::Destroy {
                continue;
            }
            let cluster = &owed.obligation.cluster;
            match self.store.accept_teardown(&owed.obligation).await {
                Ok(Some(job)) => info!(cluster, job, "the obligation is due; destroying the cluster"),
                Ok(None) => {}
                Err(error) => warn!(cluster, %error, "the destroy that is due could not be accepted"),
            }
        }
        Ok(())
    }
}
