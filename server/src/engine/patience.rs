//! How long one cluster may take in a loop that serves them all: who holds its rows keeps no other waiting.

use std::time::Duration;

use store::Error;
use tokio::time::timeout;

/// Longer than the store waits for a row that somebody holds.
const WITH_ONE: Duration = Duration::from_secs(4);

/// Why something was not done for a cluster in this round.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotDone {
    #[error(transparent)]
    Refused(#[from] Error),
    #[error("the database did not answer in time")]
    TooSlow,
}

/// What is not done in time is given up, and tried again in the next round.
pub(super) async fn in_time<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, NotDone> {
    timeout(WITH_ONE, step).await.map_err(|_| NotDone::TooSlow)?.map_err(NotDone::from)
}
