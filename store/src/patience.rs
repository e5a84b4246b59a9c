//! How long the database is waited for. A connection that was cut without a word would be waited for without end, and so would
//! a row that somebody holds.

use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;

use crate::Error;

/// What is not done within `limit` is given up, with whatever it had begun.
///
/// # Errors
/// [`Error::TooSlow`] when it was given up, and those of what was asked.
pub async fn in_time<T>(limit: Duration, asked: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout(limit, asked).await.unwrap_or(Err(Error::TooSlow))
}
