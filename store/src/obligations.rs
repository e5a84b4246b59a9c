//! Obligations: what is owed, and the job that pays it.

use domain::Time;
use domain::actor::Actor;
use domain::obligation::{Duty, Obligation, PlannedTeardown, duty};
use domain::order::{Order, PlannedStep};
use domain::step::Phase;
use sqlx::types::Json;

use crate::accept::{insert, lock_cluster};
use crate::rows::word;
use crate::{Error, Store};

/// An unsettled obligation, with what its duty depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedDestroy {
    pub obligation: Obligation,
    /// Whether a job is unfinished on the cluster.
    pub is_busy: bool,
    /// The database's time when it was read.
    pub now: Time,
}

struct Row {
    obligation_id: i64,
    cluster_name: String,
    state: String,
    opened_at: Time,
    opened_by_job: i64,
    destroys_at: Time,
    teardown: Json<Vec<PlannedTeardown>>,
    failed_attempts: i32,
    last_error: Option<String>,
    next_attempt_at: Time,
    settled_at: Option<Time>,
    settled_by_job: Option<i64>,
    is_busy: bool,
    now: Time,
}

impl TryFrom<Row> for OwedDestroy {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            obligation: Obligation {
                id: row.obligation_id,
                cluster: row.cluster_name,
                state: word(&row.state)?,
                opened_at: row.opened_at,
                opened_by_job: row.opened_by_job,
                destroys_at: row.destroys_at,
                teardown: row.teardown.0,
                failed_attempts: row.failed_attempts,
                last_error: row.last_error,
                next_attempt_at: row.next_attempt_at,
                settled_at: row.settled_at,
                settled_by_job: row.settled_by_job,
            },
            is_busy: row.is_busy,
            now: row.now,
        })
    }
}

impl Store {
    /// The unsettled obligation of a cluster.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn obligation_of(&self, cluster: &str) -> Result<Option<Obligation>, Error> {
        let owed = self.select_obligations(Some(cluster), None).await?.pop();
        Ok(owed.map(|owed| owed.obligation))
    }

    /// The newest obligation that this job opened or settled, whatever its state.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn obligation_of_job(&self, job: i64) -> Result<Option<Obligation>, Error> {
        let owed =
            self.select_obligations(None, Some(job)).await?.into_iter().max_by_key(|owed| owed.obligation.id);
        Ok(owed.map(|owed| owed.obligation))
    }

    /// Every obligation that is not settled, those with the fewest failed attempts first: one cluster that cannot be
    /// destroyed keeps nobody else waiting.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn unsettled_obligations(&self) -> Result<Vec<OwedDestroy>, Error> {
        self.select_obligations(None, None).await
    }

    async fn select_obligations(
        &self,
        cluster: Option<&str>,
        job: Option<i64>,
    ) -> Result<Vec<OwedDestroy>, Error> {
        sqlx::query_as!(
            Row,
            r#"select obligation_id, cluster_name, state, opened_at, opened_by_job, destroys_at,
                      teardown as "teardown: Json<Vec<PlannedTeardown>>", failed_attempts, last_error, next_attempt_at,
                      settled_at, settled_by_job,
                      exists (select from job
                               where job.cluster_name = obligation.cluster_name
                                 and job.state in ('queued', 'running', 'waiting')) as "is_busy!",
                      now() as "now!"
                 from obligation
                where case when $2::bigint is null
                           then state not in ('settled', 'closed') and ($1::text is null or cluster_name = $1)
                           else opened_by_job = $2 or settled_by_job = $2 end
                order by failed_attempts, next_attempt_at, obligation_id"#,
            cluster,
            job
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(OwedDestroy::try_from)
        .collect()
    }

    /// Accepts the job that pays an obligation, unless a job is at work on the cluster by now or nothing is owed any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accept_teardown(&self, owed: &Obligation) -> Result<Option<i64>, Error> {
        let mut tx = self.pool.begin().await?;
        let (_, is_busy) = lock_cluster(&mut tx, &owed.cluster).await?;
        let still_owed = self.obligation_of(&owed.cluster).await?;
        let now = sqlx::query_scalar!(r#"select now() as "now!""#).fetch_one(&mut *tx).await?;
        let Some(owed) = still_owed.filter(|owed| duty(owed, is_busy, now) == Duty::Destroy) else {
            return Ok(None);
        };
        let order = Order {
            routine: "down".into(),
            cluster: owed.cluster.clone(),
            size: None,
            service: None,
            steps: owed
                .teardown
                .into_iter()
                .map(|step| PlannedStep { phase: Phase::Forward, title: step.title, action: step.action })
                .collect(),
            teardown: Vec::new(),
            lifetime_minutes: 0,
        };
        let number = insert(&mut tx, &order, &Actor::system(), None).await?;
        sqlx::query!(
            "update obligation set state = 'due' where obligation_id = $1 and state = 'open'",
            owed.id
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.nudge().await;
        Ok(Some(number))
    }
}
