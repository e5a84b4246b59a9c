//! Claims: which worker may act for a job, until when, and the fence that keeps a late one from writing.
//!
//! All times are the database's. A claim is taken in a transaction of its own and holds nothing while the worker acts.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::Time;
use domain::cloud::CloudMark;
use domain::obligation::PlannedTeardown;
use domain::turn::Facts;
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

/// Which jobs a worker takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Any,
    /// Only those that pay a debt: a queue full of other work never keeps a destroy waiting.
    Teardown,
}

/// All that a turn of a job needs to know, read under its claim.
#[derive(Debug, Clone)]
pub struct Turn {
    pub facts: Facts,
    read_at: DateTime<Utc>,
    read_when: Instant,
}

impl Turn {
    /// The database's time when all this was so.
    pub const fn read_at(&self) -> Time {
        self.read_at
    }

    /// The database's time, carried on by this machine's monotonic clock since the row was read.
    pub fn now(&self) -> Time {
        self.read_at + chrono::Duration::from_std(self.read_when.elapsed()).unwrap_or_default()
    }
}

impl Store {
    /// Claims one job that is due for a look: the first unfinished one of its cluster, so that jobs on a cluster queue up.
    ///
    /// First is the one that a worker ever had; then one that pays the debt; then the oldest. The cluster's row is locked
    /// meanwhile: nobody else claims or accepts anything on it. A job whose rows somebody else holds is passed over.
    ///
    /// A claim that ended without being given back counts as a recovery of its job.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim(&self, worker: Uuid, lease: Duration, kind: Kind) -> Result<Option<Claim>, Error> {
        let mut tx = self.begin_impatiently().await?;
        let cluster = sqlx::query_scalar!(
            "select cluster.cluster_name
               from job as candidate join cluster using (cluster_name)
              where candidate.state in ('queued', 'running', 'waiting')
                and candidate.next_check_at <= now()
                and (candidate.claimed_until is null or candidate.claimed_until < now())
                and (candidate.pays_obligation or not $1)
                and not exists (
                    select from job as other
                     where other.cluster_name = candidate.cluster_name
                       and other.state in ('queued', 'running', 'waiting')
                       and (other.fence = 0, not other.pays_obligation, other.job_number)
                           < (candidate.fence = 0, not candidate.pays_obligation, candidate.job_number))
              order by candidate.next_check_at
                for update of candidate, cluster skip locked
              limit 1",
            kind == Kind::Teardown
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(cluster) = cluster else { return Ok(None) };
        // Asked again under the lock: between the look and the lock another worker may have been here.
        let row = sqlx::query!(
            "update job
                set fence = fence + 1, claimed_by = $2, claimed_until = now() + make_interval(secs => $3),
                    recoveries = recoveries + case when claimed_until is null then 0 else 1 end, is_nudged = false
              where job_number = (
                    select job_number from job
                     where cluster_name = $1 and state in ('queued', 'running', 'waiting')
                     order by fence = 0, not pays_obligation, job_number
                     limit 1)
                and next_check_at <= now()
                and (claimed_until is null or claimed_until < now())
             returning job_number, fence",
            cluster,
            worker,
            lease.as_secs_f64()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(row.map(|row| Claim { job: row.job_number, fence: row.fence, worker }))
    }

    /// Reads all that a turn needs.
    ///
    /// # Errors
    /// [`Error::Fenced`] when the claim has passed on.
    pub async fn turn(&self, claim: &Claim) -> Result<Turn, Error> {
        let row = sqlx::query!(
            r#"select teardown as "teardown: Json<Vec<PlannedTeardown>>",
                      cloud as "cloud: Json<CloudMark>", now() as "now!"
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
        let strays = self.strays_beside(&cluster.name, job.job.started_at).await?;
        let facts = Facts {
            job,
            cluster,
            obligation,
            teardown: row.teardown.0,
            cloud: row.cloud.map(|cloud| cloud.0),
            has_observer: false,
            strays,
        };
        Ok(Turn { facts, read_at: row.now, read_when })
    }

    /// Holds the claim for another lease. One that was given back stays given back.
    ///
    /// # Errors
    /// [`Error::Fenced`] when it has passed on or was given back.
    pub async fn renew(&self, claim: &Claim, lease: Duration) -> Result<(), Error> {
        let renewed = sqlx::query!(
            "update job set claimed_until = now() + make_interval(secs => $3)
              where job_number = $1 and fence = $2 and claimed_until is not null",
            claim.job,
            claim.fence,
            lease.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        if renewed.rows_affected() == 0 { Err(Error::Fenced) } else { Ok(()) }
    }

    /// Gives the claim back at the end of a turn, which shows that nobody breaks down over the job. It is looked at again at
    /// `next_check_at`, or at once when somebody wished something of it meanwhile.
    ///
    /// # Errors
    /// When the database does not answer; the claim then ends by itself. A claim that passed on is no error here.
    pub async fn release(&self, claim: &Claim, next_check_at: Time) -> Result<(), Error> {
        sqlx::query!(
            "update job
                set claimed_by = null, claimed_until = null, recoveries = 0,
                    next_check_at = case when is_nudged then now() else $3 end
              where job_number = $1 and fence = $2",
            claim.job,
            claim.fence,
            next_check_at
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives the claim back after a turn that could not be recorded. Looked at again after `pause`.
    ///
    /// # Errors
    /// When the database does not answer; the claim then ends by itself.
    pub async fn put_off(&self, claim: &Claim, pause: Duration) -> Result<(), Error> {
        sqlx::query!(
            "update job
                set claimed_by = null, claimed_until = null, next_check_at = now() + make_interval(secs => $3)
              where job_number = $1 and fence = $2",
            claim.job,
            claim.fence,
            pause.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Gives the claim back after a breakdown, which counts as a recovery. Looked at again after `pause`.
    ///
    /// # Errors
    /// When the database does not answer; the claim then ends by itself, which counts the same.
    pub async fn broke_down(&self, claim: &Claim, pause: Duration) -> Result<(), Error> {
        sqlx::query!(
            "update job
                set claimed_by = null, claimed_until = null, recoveries = recoveries + 1,
                    next_check_at = now() + make_interval(secs => $3)
              where job_number = $1 and fence = $2",
            claim.job,
            claim.fence,
            pause.as_secs_f64()
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
                      order by cluster_name, fence = 0, not pays_obligation, job_number) as first_of_cluster"
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(seconds.map(|seconds| Duration::from_secs_f64(seconds.max(0.0))))
    }
}
