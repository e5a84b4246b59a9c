//! The loop that starts what schedules ask for. Every look begins anew from the rows, so that a replica that was asleep,
//! or whose look failed, has nothing to make up for but what is due by now.

use std::time::Duration;

use domain::Time;
use store::{Error, Heeded};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{DATABASE_PATIENCE, Engine};

/// How often schedules are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Heeds schedules until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        match timeout(DATABASE_PATIENCE, engine.heed_schedules()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(%error, "the schedules could not be looked at"),
            Err(_) => warn!("the database did not tell the schedules in time"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(EVERY) => {}
        }
    }
}

impl Engine {
    /// Starts or skips what every schedule asks for by the database's clock.
    ///
    /// # Errors
    /// When the schedules cannot be read.
    pub async fn heed_schedules(&self) -> Result<(), Error> {
        self.heed_schedules_at(self.store.now().await?).await
    }

    /// The same at another time. One schedule that cannot be heeded keeps no other waiting.
    ///
    /// # Errors
    /// When the schedules cannot be read.
    pub async fn heed_schedules_at(&self, now: Time) -> Result<(), Error> {
        let Some(catalogue) = &self.catalogue else { return Ok(()) };
        for due in self.store.due_schedules(now).await? {
            let schedule = due.id;
            match self.store.heed_schedule(due, catalogue, now).await {
                Ok(Heeded::Started { job }) => info!(schedule, job, "a schedule started a job"),
                Ok(Heeded::Skipped { because }) => {
                    info!(schedule, because, "a run of a schedule was skipped")
                }
                Ok(Heeded::Passed) => {}
                Err(error) => warn!(schedule, %error, "a schedule could not be heeded"),
            }
        }
        Ok(())
    }
}
