//! How long things took: the newest successes, from which pages say what is usual, and the last jobs, of which they
//! draw a chart.

use domain::history::{Durations, SAMPLES};
use domain::job::JobState;
use domain::size::Size;
use sqlx::PgConnection;

use crate::rows::word;
use crate::{Error, Store};

/// How many of the newest jobs are searched for successes. It bounds the cost where something rarely succeeds.
const SEARCHED: i64 = 200;

/// A job that began and ended, well or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedJob {
    pub number: i64,
    pub state: JobState,
    pub seconds: i64,
}

impl Store {
    /// The jobs that ended last, newest first: of a cluster, of a routine, or all. One that never began took no time.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn ended_jobs(
        &self,
        cluster: Option<&str>,
        routine: Option<&str>,
        newest: i64,
    ) -> Result<Vec<EndedJob>, Error> {
        sqlx::query!(
            r#"select job_number, state,
                      greatest(extract(epoch from finished_at - started_at)::bigint, 0) as "seconds!"
                 from job
                where started_at is not null and finished_at is not null
                  and ($1::text is null or cluster_name = $1) and ($2::text is null or routine = $2)
                order by job_number desc limit $3"#,
            cluster,
            routine,
            newest
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(|row| Ok(EndedJob { number: row.job_number, state: word(&row.state)?, seconds: row.seconds }))
        .collect()
    }

    /// How long the steps of a cluster in a size took, the newest successes of each kind of step.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn step_durations(&self, cluster: &str, size: Option<Size>) -> Result<Durations, Error> {
        Self::select_step_durations(&mut *self.pool.acquire().await?, cluster, size).await
    }

    pub(crate) async fn select_step_durations(
        connection: &mut PgConnection,
        cluster: &str,
        size: Option<Size>,
    ) -> Result<Durations, Error> {
        let rows = sqlx::query!(
            r#"with recent as (
                    select job_number from job
                     where cluster_name = $1 and coalesce(size, '') = $2
                     order by job_number desc
                     limit $3),
               done as (
                    select case action ->> 'kind' when 'trigger' then 'target:' || (action #>> '{target,name}')
                                                  when 'batch' then 'batch:' || (action #>> '{call,name}')
                           end as kind,
                           started_at, finished_at
                      from recent join step using (job_number)
                     where state = 'succeeded' and started_at is not null and finished_at is not null),
               placed as (
                    select kind, extract(epoch from finished_at - started_at)::bigint as seconds,
                           row_number() over (partition by kind order by finished_at desc) as place
                      from done where kind is not null)
               select kind as "kind!", seconds as "seconds!" from placed where place <= $4 order by kind, place"#,
            cluster,
            size.map_or("", Size::as_str),
            SEARCHED,
            SAMPLES as i64
        )
        .fetch_all(connection)
        .await?;
        let mut durations = Durations::default();
        for row in rows {
            durations.0.entry(row.kind).or_default().push(row.seconds);
        }
        Ok(durations)
    }

    /// How long the newest successful jobs of a routine on a cluster in a size took, in seconds. One that took over the
    /// rest of another did only a part, and does not count.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn job_durations(
        &self,
        routine: &str,
        cluster: &str,
        size: Option<Size>,
    ) -> Result<Vec<i64>, Error> {
        Self::select_job_durations(&mut *self.pool.acquire().await?, routine, cluster, size).await
    }

    pub(crate) async fn select_job_durations(
        connection: &mut PgConnection,
        routine: &str,
        cluster: &str,
        size: Option<Size>,
    ) -> Result<Vec<i64>, Error> {
        Ok(sqlx::query_scalar!(
            r#"with recent as (
                    select job_number, routine, state, resumes, started_at, finished_at from job
                     where cluster_name = $2 and coalesce(size, '') = $3
                     order by job_number desc
                     limit $4)
               select extract(epoch from finished_at - started_at)::bigint as "seconds!" from recent
                where routine = $1 and state = 'succeeded' and resumes is null and started_at is not null and finished_at is not null
                order by job_number desc
                limit $5"#,
            routine,
            cluster,
            size.map_or("", Size::as_str),
            SEARCHED,
            SAMPLES as i64
        )
        .fetch_all(connection)
        .await?)
    }
}
