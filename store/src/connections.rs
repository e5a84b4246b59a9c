//! The connections to Postgres. One that has fallen silent, as behind a firewall that forgot it, is thrown away.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPoolOptions};
use sqlx::{Connection, Error};

/// How long somebody waits for a connection that is free.
const FREE_WITHIN: Duration = Duration::from_secs(10);
/// How long a connection that is free may take to say that it is still there.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// A pool of at most so many connections.
///
/// The pool's own tests wait for an answer without end. Where a caller gave up on a silent connection, the test after it would
/// keep the connection's place for ever, and a few of them the whole pool. Ours have a limit.
pub fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(FREE_WITHIN)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(answers(connection)))
        .after_release(|connection, _| Box::pin(answers(connection)))
}

async fn answers(connection: &mut PgConnection) -> Result<bool, Error> {
    let answer = tokio::time::timeout(ANSWERS_WITHIN, connection.ping()).await;
    answer.unwrap_or_else(|_| Err(Error::Io(ErrorKind::TimedOut.into())))?;
    Ok(true)
}
