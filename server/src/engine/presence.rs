//! Being there, and noticing when nobody was: a service that slept catches up, says so, and starts nothing twice.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{DATABASE_PATIENCE, Engine};

/// How often a process says that it is there.
const EVERY: Duration = Duration::from_secs(5);
/// A longer silence of all processes is an absence; a restart is not.
const ABSENCE: Duration = Duration::from_secs(120);

/// Says that this process is there until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(EVERY) => {
                match timeout(DATABASE_PATIENCE, engine.store.stay(engine.worker)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => warn!(%error, "this process could not say that it is there"),
                    Err(_) => warn!("this process could not say in time that it is there"),
                }
            }
        }
    }
}

impl Engine {
    /// Comes to work: notes an absence, looks at what is owed, and asks the cloud, before any job is claimed.
    pub(super) async fn arrive(&self) {
        match self.store.arrive(self.worker, env!("CARGO_PKG_VERSION"), ABSENCE).await {
            Ok(Some(absence)) => {
                info!(from = %absence.from, until = %absence.until, "nobody was there; catching up");
            }
            Ok(None) => {}
            Err(error) => warn!(%error, "this process could not say that it is there"),
        }
        // The backup may have paid what fell due meanwhile.
        if let Err(error) = self.hear_of_backups().await {
            warn!(%error, "what became of the backup destroys could not be written down");
        }
        if let Err(error) = self.pay_what_is_due().await {
            warn!(%error, "the obligations could not be looked at");
        }
        if let Err(error) = self.observe().await {
            warn!(%error, "what the cloud shows could not be written down");
        }
    }
}
