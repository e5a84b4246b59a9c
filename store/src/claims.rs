//! Claims: which worker may act for a job, until when, and the fence that keeps a late one from writing.
//!
//! All times are the database's. A claim is taken in a transaction of its own and holds nothing while the worker acts.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::Time;
use domain::cluster::Cluster;
use domain::job::JobWithSteps;
use domain::obligation::{Obligation, PlannedTeardown};
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Error, Store};

/// The right to act for one job. Every write that it covers carries the fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub job: i64,
    pub fence: i64,
    pub worker: Uuid,
}

/// All that a turn of a job needs to know, read under its claim.
#[derive(Debug, Clone)]
pub struct Turn {
    pub job: JobWithSteps,
    pub cluster: Cluster,
    /// The unsettled obligation of the cluster.
    pub obligation: Option<Obligation>,
    /// How to destroy what the job may create.
    pub teardown: Vec<PlannedTeardown>,
    pub lifetime_minutes: i64,
    read_at: DateTime<Utc>,
    read_when: Instant,
}

impl Turn {
    /// The database's time, carried on by this machine's monotonic clock since the row was read.
    pub fn now(&self) -> Time {
        self.read_at + chrono::Duration::from_std(self.read_when.elapsed()).unwrap_or_default()
    }
}

impl Store {
    /// Claims one job that is due for a look: the first unfinished one of its cluster, so that jobs on a cluster queue up.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim(&self, worker: Uuid, lease: Duration) -> Result<Option<Claim>, Error> {
        let row = sqlx::query!(
            "update job
                set fence = fence + 1, claimed_by = $1, claimed_until = now() + make_interval(secs => $2)
              where job_number = (
                    select job_number from job as candidate
                     where candidate.state in ('queued', 'running', 'waiting')
                       and candidate.next_check_at <= now()
                       and (candidate.claimed_until is null or candidate.claimed_until < now())
                       and not exists (
                           select from job as earlier
                            where earlier.cluster_name = candidate.cluster_name
                              and earlier.job_number < candidate.job_number
                              and earlier.state in ('queued', 'running', 'waiting'))
                     order by candidate.next_check_at
                       for update skip locked
                     limit 1)
             returning job_number, fence",
            worker,
            lease.as_secs_f64()
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| Claim { job: row.job_number, fence: row.fence, worker }))
    }

    /// Reads all that a turn needs.
    ///
    /// # Errors
    /// [`Error::Fenced`] when the claim has passed on.
    pub async fn turn(&self, claim: &Claim) -> Result<Turn, Error> {
        let row = sqlx::query!(
            r#"select teardown as "teardown: Json<Vec<PlannedTeardown>>", lifetime_minutes, now() as "now!"
                 from job where job_number = $1 and fence = $2"#,
            claim.job,
            claim.fence
        )
        .fetch_optional(&self.pool)
        .await?
        .ok_or(Error::Fenced)?;
        let read_when = Instant::now();
        let job = self.job(claim.job).await?.ok_or(Error::Fenced)?;
        let cluster = self
            .cluster(&job.job.cluster)
            .await?
            .ok_or_else(|| Error::UnknownCluster(job.job.cluster.clone()))?;
        let obligation = self.obligation_of(&cluster.name).await?;
        Ok(Turn {
            job,
            cluster,
            obligation,
            teardown: row.teardown.0,
            lifetime_minutes: i64::from(row.lifetime_minutes),
            read_at: row.now,
            read_when,
        })
    }

    /// Holds the claim for another lease.
    ///
    /// # Errors
    /// [`Error::Fenced`] when it has passed on.
    pub async fn renew(&self, claim: &Claim, lease: Duration) -> Result<(), Error> {
        let renewed = sqlx::query!(
            "update job set claimed_until = now() + make_interval(secs => $3) where job_number = $1 and fence = $2",
            claim.job,
            claim.fence,
            lease.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        if renewed.rows_affected() == 0 { Err(Error::Fenced) } else { Ok(()) }
    }

    /// Gives the claim back. The job is looked at again at `next_check_at`.
    ///
    /// # Errors
    /// When the database does not answer; the claim then ends by itself. A claim that passed on is no error here.
    pub async fn release(&self, claim: &Claim, next_check_at: Time) -> Result<(), Error> {
        sqlx::query!(
            "update job set claimed_by = null, claimed_until = null, next_check_at = $3 where job_number = $1 and fence = $2",
            claim.job,
            claim.fence,
            next_check_at
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// When the next job is due for a look, if any is unfinished. Already past when one is due now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next_look(&self) -> Result<Option<Duration>, Error> {
        let seconds = sqlx::query_scalar!(
            "select extract(epoch from min(greatest(next_check_at, coalesce(claimed_until, next_check_at))) - now())::float8
               from (select distinct on (cluster_name) next_check_at, claimed_until
                       from job
                      where state in ('queued', 'running', 'waiting')
                      order by cluster_name, job_number) as first_of_cluster"
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(seconds.map(|seconds| Duration::from_secs_f64(seconds.max(0.0))))
    }
}
