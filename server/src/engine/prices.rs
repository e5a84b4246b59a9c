//! The loop that reads the cloud's price list. A list that cannot be had leaves the last one, with its age.

use std::time::Duration;

use store::Error;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Engine;
use crate::providers::PriceList;

/// How often it is read, whichever replica does.
const EVERY: Duration = Duration::from_secs(3_600);
/// How soon it is asked for again where it could not be had.
const AGAIN: Duration = Duration::from_secs(300);
/// How often a replica asks whether it is its turn.
const PAUSE: Duration = Duration::from_secs(60);
/// How long one reading may take: all pages, and the rows.
const PATIENCE: Duration = Duration::from_secs(120);

/// Reads the list until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        match timeout(PATIENCE, engine.read_prices()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!(%error, "the prices could not be written down"),
            Err(_) => warn!("the prices could not be written down in time"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(PAUSE) => {}
        }
    }
}

impl Engine {
    /// Reads the list once, if nobody has within the hour.
    ///
    /// # Errors
    /// When the database does not answer. That the cloud does not costs five minutes.
    pub async fn read_prices(&self) -> Result<(), Error> {
        let Some(cloud) = &self.providers.observer else { return Ok(()) };
        if !self.store.take_price_look(EVERY).await? {
            return Ok(());
        }
        match cloud.prices().await {
            Ok(list) => self.store.set_prices(&list).await,
            Err(error) => {
                warn!(%error, "the price list cannot be had; the last one stays");
                self.store.price_list_failed(&error.to_string(), EVERY, AGAIN).await
            }
        }
    }
}
