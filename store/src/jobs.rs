//! Jobs as pages and the engine read them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::job::{Abandonment, Asked, Job, JobState, JobWithSteps};
use domain::spelling::UnknownSpelling;
use domain::stay::{Stay, StayTerms};
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::obligations::limits;
use crate::rows::{maybe_word, word};
use crate::{Error, Store};

/// The groups in which people look for jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobGroup {
    /// Queued, running or waiting.
    Running,
    Failed,
    Succeeded,
    Cancelled,
}

impl JobGroup {
    pub const ALL: [Self; 4] = [Self::Running, Self::Failed, Self::Succeeded, Self::Cancelled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Succeeded => "succeeded",
            Self::Cancelled => "cancelled",
        }
    }

    const fn states(self) -> &'static [JobState] {
        match self {
            Self::Running => &[JobState::Queued, JobState::Running, JobState::Waiting],
            Self::Failed => &[JobState::Failed],
            Self::Succeeded => &[JobState::Succeeded],
            Self::Cancelled => &[JobState::Cancelled],
        }
    }
}

impl std::str::FromStr for JobGroup {
    type Err = UnknownSpelling;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|group| group.as_str() == text).ok_or_else(|| UnknownSpelling {
            what: "job state",
            found: text.to_owned(),
            known: Self::ALL.map(Self::as_str).join(", "),
        })
    }
}

/// Which jobs to list, newest first.
#[derive(Debug, Clone)]
pub struct JobFilter {
    pub state: Option<JobGroup>,
    pub cluster: Option<String>,
    pub routine: Option<String>,
    /// Only jobs with a smaller number: the next page.
    pub before: Option<i64>,
    pub limit: i64,
}

impl Default for JobFilter {
    fn default() -> Self {
        Self { state: None, cluster: None, routine: None, before: None, limit: 25 }
    }
}

/// How many jobs there are in each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    pub all: i64,
    pub running: i64,
    pub failed: i64,
    pub succeeded: i64,
    pub cancelled: i64,
}

pub struct JobRow {
    job_number: i64,
    routine: String,
    cluster_name: String,
    size: Option<String>,
    service: Option<String>,
    state: String,
    actor_name: String,
    channel: String,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    cancel_requested_at: Option<DateTime<Utc>>,
    cancelled_by_name: Option<String>,
    cancelled_by_channel: Option<String>,
    abandoned_at: Option<DateTime<Utc>>,
    abandoned_by_name: Option<String>,
    abandoned_by_channel: Option<String>,
    leave_up_until: Option<DateTime<Utc>>,
    time_limit_minutes: Option<i32>,
    lifetime_minutes: i32,
    stay: Option<Json<Stay>>,
    longest_minutes: i32,
    grace_minutes: i32,
    idle_minutes: Option<i32>,
    held_until: Option<DateTime<Utc>>,
    recoveries: i32,
    resumes: Option<i64>,
    pays_obligation: bool,
    outcome: Option<String>,
    version: i64,
}

impl TryFrom<JobRow> for Job {
    type Error = Error;

    fn try_from(row: JobRow) -> Result<Self, Error> {
        let cancelled_by = person(row.cancelled_by_name, row.cancelled_by_channel.as_deref())?;
        let abandoned_by = person(row.abandoned_by_name, row.abandoned_by_channel.as_deref())?;
        Ok(Self {
            number: row.job_number,
            routine: row.routine,
            cluster: row.cluster_name,
            size: maybe_word(row.size.as_deref())?,
            service: row.service,
            state: word(&row.state)?,
            actor: Actor::new(row.actor_name, word(&row.channel)?),
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            cancelled: row
                .cancel_requested_at
                .map(|at| Asked { by: cancelled_by.unwrap_or_else(Actor::system), at }),
            abandoned: abandoned_by
                .zip(row.abandoned_at.zip(row.leave_up_until))
                .map(|(by, (at, until))| Abandonment { by, at, until }),
            time_limit_minutes: row.time_limit_minutes.and_then(|minutes| minutes.try_into().ok()),
            stay: StayTerms {
                lifetime_minutes: u32::try_from(row.lifetime_minutes).unwrap_or_default(),
                chosen: row.stay.map(|stay| stay.0),
                limits: limits(row.longest_minutes, row.grace_minutes, row.idle_minutes),
            },
            held_until: row.held_until,
            recoveries: row.recoveries,
            resumes: row.resumes,
            pays_obligation: row.pays_obligation,
            outcome: row.outcome,
            version: row.version,
        })
    }
}

fn person(name: Option<String>, channel: Option<&str>) -> Result<Option<Actor>, Error> {
    name.zip(channel).map(|(name, channel)| Ok(Actor::new(name, word(channel)?))).transpose()
}

impl Store {
    /// Jobs, newest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn jobs(&self, filter: &JobFilter) -> Result<Vec<Job>, Error> {
        Self::select_jobs(&mut *self.pool.acquire().await?, filter).await
    }

    pub(crate) async fn select_jobs(
        connection: &mut PgConnection,
        filter: &JobFilter,
    ) -> Result<Vec<Job>, Error> {
        let states = filter
            .state
            .map(|group| group.states().iter().map(|state| state.as_str().to_owned()).collect::<Vec<_>>());
        sqlx::query_as!(
            JobRow,
            r#"select job_number, routine, cluster_name, size, service, state, actor_name, channel,
                    created_at, started_at, finished_at, cancel_requested_at, cancelled_by_name, cancelled_by_channel,
                    abandoned_at, abandoned_by_name, abandoned_by_channel, leave_up_until, time_limit_minutes,
                    lifetime_minutes, stay as "stay: Json<Stay>", longest_minutes, grace_minutes, idle_minutes, held_until,
                    recoveries, resumes, pays_obligation, outcome, version
               from job
              where ($1::text[] is null or state = any($1))
                and ($2::text is null or cluster_name = $2)
                and ($5::text is null or routine = $5)
                and ($3::bigint is null or job_number < $3)
              order by job_number desc
              limit $4"#,
            states.as_deref(),
            filter.cluster.as_deref(),
            filter.before,
            filter.limit,
            filter.routine.as_deref()
        )
        .fetch_all(connection)
        .await?
        .into_iter()
        .map(Job::try_from)
        .collect()
    }

    /// Of each thing that is done to a cluster, the newest job that has ended, the newest one at work and the newest one
    /// that waits for its turn: what a build monitor calls a project.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn newest_of_each_kind(&self, cluster: Option<&str>) -> Result<Vec<Job>, Error> {
        sqlx::query_as!(
            JobRow,
            r#"select job_number, routine, cluster_name, size, service, state, actor_name, channel,
                    created_at, started_at, finished_at, cancel_requested_at, cancelled_by_name, cancelled_by_channel,
                    abandoned_at, abandoned_by_name, abandoned_by_channel, leave_up_until, time_limit_minutes,
                    lifetime_minutes, stay as "stay: Json<Stay>", longest_minutes, grace_minutes, idle_minutes, held_until,
                    recoveries, resumes, pays_obligation, outcome, version
               from job
              where job_number in (
                    select max(job_number)
                      from job
                     where $1::text is null or cluster_name = $1
                     group by cluster_name, routine, service, finished_at is null, state = 'queued')
              order by job_number desc"#,
            cluster
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(Job::try_from)
        .collect()
    }

    /// One job with its steps, as they were at one moment.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn job(&self, number: i64) -> Result<Option<JobWithSteps>, Error> {
        self.snapshot().await?.job(number).await
    }

    /// In two statements: the caller's transaction has to keep others from writing between them, or from being seen.
    pub(crate) async fn select_job(
        connection: &mut PgConnection,
        number: i64,
    ) -> Result<Option<JobWithSteps>, Error> {
        let row = sqlx::query_as!(
            JobRow,
            r#"select job_number, routine, cluster_name, size, service, state, actor_name, channel,
                    created_at, started_at, finished_at, cancel_requested_at, cancelled_by_name, cancelled_by_channel,
                    abandoned_at, abandoned_by_name, abandoned_by_channel, leave_up_until, time_limit_minutes,
                    lifetime_minutes, stay as "stay: Json<Stay>", longest_minutes, grace_minutes, idle_minutes, held_until,
                    recoveries, resumes, pays_obligation, outcome, version
               from job
              where job_number = $1"#,
            number
        )
        .fetch_optional(&mut *connection)
        .await?;
        match row {
            Some(row) => {
                let steps = Self::select_steps(connection, number).await?;
                Ok(Some(JobWithSteps { job: row.try_into()?, steps }))
            }
            None => Ok(None),
        }
    }

    /// How many jobs there are in each group, on one cluster or on all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn job_counts(&self, cluster: Option<&str>) -> Result<JobCounts, Error> {
        self.job_counts_of(cluster, None).await
    }

    /// The same, of one routine or of all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn job_counts_of(
        &self,
        cluster: Option<&str>,
        routine: Option<&str>,
    ) -> Result<JobCounts, Error> {
        let row = sqlx::query!(
            r#"select count(*) as "all!",
                      count(*) filter (where state in ('queued', 'running', 'waiting')) as "running!",
                      count(*) filter (where state = 'failed') as "failed!",
                      count(*) filter (where state = 'succeeded') as "succeeded!",
                      count(*) filter (where state = 'cancelled') as "cancelled!"
                 from job
                where ($1::text is null or cluster_name = $1) and ($2::text is null or routine = $2)"#,
            cluster,
            routine
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(JobCounts {
            all: row.all,
            running: row.running,
            failed: row.failed,
            succeeded: row.succeeded,
            cancelled: row.cancelled,
        })
    }

    /// Of those of the jobs that wait behind another one on their cluster: behind which, the first of all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn waits_for(&self, jobs: &[i64]) -> Result<BTreeMap<i64, i64>, Error> {
        let rows = sqlx::query!(
            "select distinct on (job.job_number) job.job_number, earlier.job_number as first
               from job join job as earlier using (cluster_name)
              where job.job_number = any($1)
                and job.state in ('queued', 'running', 'waiting') and job.started_at is null
                and earlier.state in ('queued', 'running', 'waiting')
                and (earlier.fence = 0, not earlier.pays_obligation, earlier.job_number)
                    < (job.fence = 0, not job.pays_obligation, job.job_number)
              order by job.job_number, earlier.fence = 0, not earlier.pays_obligation, earlier.job_number",
            jobs
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| (row.job_number, row.first)).collect())
    }

    /// The unfinished jobs on the same cluster that this job waits behind, the first one first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn jobs_ahead(&self, job: i64) -> Result<Vec<i64>, Error> {
        Self::select_jobs_ahead(&mut *self.pool.acquire().await?, job).await
    }

    pub(crate) async fn select_jobs_ahead(
        connection: &mut PgConnection,
        job: i64,
    ) -> Result<Vec<i64>, Error> {
        Ok(sqlx::query_scalar!(
            "select earlier.job_number
               from job join job as earlier using (cluster_name)
              where job.job_number = $1
                and earlier.state in ('queued', 'running', 'waiting')
                and (earlier.fence = 0, not earlier.pays_obligation, earlier.job_number)
                    < (job.fence = 0, not job.pays_obligation, job.job_number)
              order by earlier.fence = 0, not earlier.pays_obligation, earlier.job_number",
            job
        )
        .fetch_all(connection)
        .await?)
    }
}
