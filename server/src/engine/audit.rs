//! The loop that tells the log how far the chain of acts reaches. Where the log is kept elsewhere, that shows later whether
//! the end of the chain was cut off, which the chain itself cannot.

use std::time::Duration;

use store::in_time;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{DATABASE_PATIENCE, Engine};

/// How often it is told.
const EVERY: Duration = Duration::from_secs(24 * 3_600);
/// How soon it is tried again where the database did not tell.
const AGAIN: Duration = Duration::from_secs(60);

/// Tells it at the start and once a day, until it is told to stop.
pub async fn run(engine: &Engine, shutdown: &CancellationToken) {
    while !shutdown.is_cancelled() {
        let pause = match in_time(DATABASE_PATIENCE, engine.store.chain_head()).await {
            Ok(head) => {
                info!(number = head.number, digest = head.digest, "the head of the chain of acts is {head}");
                EVERY
            }
            Err(error) => {
                warn!(%error, "the head of the chain of acts could not be read");
                AGAIN
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(pause) => {}
        }
    }
}
