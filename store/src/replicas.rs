//! The processes that work on this database, and the times when there was none.

use std::time::Duration;

use domain::Time;
use uuid::Uuid;

use crate::{Error, Store};

/// A time in which nobody was there. What was due then was done late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    pub from: Time,
    pub until: Time,
}

impl Store {
    /// Says that this process is there. When nobody had been there for longer than `gap`, that is written down and told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn arrive(&self, worker: Uuid, version: &str, gap: Duration) -> Result<Option<Absence>, Error> {
        let mut tx = self.pool.begin().await?;
        // Of several that arrive at once only the first finds the gap.
        sqlx::query!("select pg_advisory_xact_lock(hashtext('replica'))").execute(&mut *tx).await?;
        let absence = sqlx::query!(
            r#"select max(seen_at) as "from?", now() as "until!" from replica
               having max(seen_at) < now() - make_interval(secs => $1)"#,
            gap.as_secs_f64()
        )
        .fetch_optional(&mut *tx)
        .await?
        .and_then(|row| row.from.map(|from| Absence { from, until: row.until }));
        if let Some(absence) = absence {
            sqlx::query!(
                "insert into absence (absent_from, absent_until) values ($1, $2) on conflict do nothing",
                absence.from,
                absence.until
            )
            .execute(&mut *tx)
            .await?;
        }
        sqlx::query!(
            "insert into replica (worker, version) values ($1, $2) on conflict (worker) do update set seen_at = now()",
            worker,
            version
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(absence)
    }

    /// Says that this process is still there, and forgets those that have not been seen for a day.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stay(&self, worker: Uuid) -> Result<(), Error> {
        sqlx::query!("update replica set seen_at = now() where worker = $1", worker)
            .execute(&self.pool)
            .await?;
        sqlx::query!(
            "delete from replica where seen_at < now() - interval '1 day'
                and seen_at < (select max(seen_at) from replica)"
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The last time that nobody was there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_absence(&self) -> Result<Option<Absence>, Error> {
        Ok(sqlx::query_as!(
            Absence,
            r#"select absent_from as "from", absent_until as "until" from absence order by absent_from desc limit 1"#
        )
        .fetch_optional(&self.pool)
        .await?)
    }
}
