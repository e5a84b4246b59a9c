//! What changed since a version, and the hint to look.

use sqlx::postgres::PgListener;

use crate::{Error, Store};

const CHANNEL: &str = "cluster_head_change";

/// A row that a page may show.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ChangedRow {
    Cluster(String),
    Job { number: i64, cluster: String },
}

/// A row and the version that it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub what: ChangedRow,
    pub version: i64,
}

/// Wakes up when something may have changed.
#[derive(Debug)]
pub struct ChangeListener(PgListener);

impl ChangeListener {
    /// Returns on a hint, and also when the connection was lost and made anew: hints may have been missed then.
    ///
    /// # Errors
    /// When the connection is lost for good; listen anew.
    pub async fn changed(&mut self) -> Result<(), Error> {
        self.0.try_recv().await?;
        Ok(())
    }
}

impl Store {
    /// The highest version given out so far.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn latest_version(&self) -> Result<i64, Error> {
        Ok(sqlx::query_scalar!(
            r#"select greatest((select max(version) from job), (select max(version) from cluster), 0) as "version!""#
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// The rows with a newer version, oldest change first. Transactions may commit out of order: ask with an overlap and
    /// ignore what is known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn changed_after(&self, version: i64) -> Result<Vec<Changed>, Error> {
        let rows = sqlx::query!(
            r#"select cluster_name as "cluster_name!", job_number as "job_number?", version as "version!"
                 from job where version > $1
               union all
               select cluster_name, null, version from cluster where version > $1
               order by 3"#,
            version
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|row| Changed {
                what: match row.job_number {
                    Some(number) => ChangedRow::Job { number, cluster: row.cluster_name },
                    None => ChangedRow::Cluster(row.cluster_name),
                },
                version: row.version,
            })
            .collect())
    }

    /// Listens for hints on a connection of its own.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn listen(&self) -> Result<ChangeListener, Error> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(ChangeListener(listener))
    }

    /// Tells every replica to look. Sent after the commit, so that commits need not queue up for it; when it is lost,
    /// the slow read finds the change.
    pub async fn nudge(&self) {
        let told = sqlx::query!("select pg_notify($1, '')", CHANNEL).execute(&self.pool).await;
        if let Err(error) = told {
            tracing::debug!(%error, "the hint to look was not sent");
        }
    }
}
