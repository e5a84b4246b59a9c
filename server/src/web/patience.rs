//! How long a live page waits for the database before its stream ends and the browser comes again, over another connection.

use std::time::Duration;

use store::Error;

const WITH_ONE_READ: Duration = Duration::from_secs(5);

pub async fn in_time<T>(read: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    store::in_time(WITH_ONE_READ, read).await
}
