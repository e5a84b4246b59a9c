//! The connections to Postgres. One that has fallen silent, as behind a firewall that forgot it, is thrown away, and so is
//! one that is left in the middle of a transaction.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Error, Row};

/// How long somebody waits for a connection that is free.
const FREE_WITHIN: Duration = Duration::from_secs(10);
/// How long a connection that is free may take to say that it is still there.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// How long a transaction may lie idle before Postgres ends it. Ours take milliseconds; one whose replica is gone, frozen or
/// cut off without a word holds its rows from everybody, longer than any lease.
const IDLE_IN_TRANSACTION: &str = "3s";

/// The same database, which ends transactions that nobody goes on with.
pub fn without_idlers(database: PgConnectOptions) -> PgConnectOptions {
    database.options([("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION)])
}

/// A pool of at most so many connections.
///
/// The pool's own tests wait for an answer without end. Where a caller gave up on a silent connection, the test after it would
/// keep the connection's place for ever, and a few of them the whole pool. Ours have a limit.
pub fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(FREE_WITHIN)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(is_fit(connection)))
        .after_release(|connection, _| Box::pin(is_fit(connection)))
}

/// Whether it answers, and is in no transaction.
///
/// A caller that is dropped while its `begin` is on its way leaves a transaction that nobody knows of. What the next caller
/// writes alone would be written in that one: told as done, seen by nobody, and lost with the connection.
async fn is_fit(connection: &mut PgConnection) -> Result<bool, Error> {
    // Where a statement comes alone and in one message, its transaction began with it.
    let asked = sqlx::raw_sql("select now() = statement_timestamp()").fetch_one(connection);
    let answer = tokio::time::timeout(ANSWERS_WITHIN, asked).await;
    answer.unwrap_or_else(|_| Err(Error::Io(ErrorKind::TimedOut.into())))?.try_get(0)
}
