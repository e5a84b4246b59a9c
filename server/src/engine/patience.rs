//! How long one cluster may take in a loop that serves them all: who holds its rows keeps no other waiting.

use std::time::Duration;

use store::Error;

/// Longer than the store waits for a row that somebody holds.
const WITH_ONE: Duration = Duration::from_secs(4);

/// What is not done in time is given up, and tried again in the next round.
pub(super) async fn in_time<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    store::in_time(WITH_ONE, step).await
}
