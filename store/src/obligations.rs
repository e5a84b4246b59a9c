//! Obligations: what is owed, and the job that pays it.

use domain::Time;
use domain::actor::Actor;
use domain::cloud::CloudMark;
use domain::extension::Extension;
use domain::obligation::{Closing, Duty, Obligation, PlannedTeardown, duty};
use domain::order::{Order, PlannedStep};
use domain::stay::{StayLimits, StayTerms};
use domain::step::Phase;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use sqlx::types::JsonValue;

use crate::accept::{Slip, insert, lock_cluster};
use crate::rows::{maybe_word, word};
use crate::transitions::show_queue;
use crate::{Error, Store};

/// An unsettled obligation, with what its duty depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedDestroy {
    pub obligation: Obligation,
    /// Whether a job is at work on the cluster, or lined up to pay this debt. Jobs that only wait do not count: the debt
    /// goes before them.
    pub is_busy: bool,
    /// The database's time when it was read.
    pub now: Time,
}

/// An unsettled obligation that this binary cannot pay: a newer one wrote its row, or a hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableDebt {
    pub id: i64,
    pub cluster: String,
    /// Since when it has been to be destroyed, or when it is to be.
    pub due_since: Option<Time>,
    pub alarms: i32,
    pub error: String,
    /// The database's time when it was read.
    pub now: Time,
}

/// Everything that is owed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Debts {
    /// Those with the fewest failed attempts first: one cluster that cannot be destroyed keeps nobody else waiting.
    pub readable: Vec<OwedDestroy>,
    pub unreadable: Vec<UnreadableDebt>,
}

struct Row {
    obligation_id: i64,
    cluster_name: String,
    state: String,
    opened_at: Time,
    opened_by_job: Option<i64>,
    destroys_at: Option<Time>,
    longest_minutes: i32,
    grace_minutes: i32,
    idle_minutes: Option<i32>,
    active_at: Time,
    warnings: i32,
    chosen_by: Option<String>,
    extension_id: Option<i64>,
    extended_at: Option<Time>,
    extended_by: Option<String>,
    ends_from: Option<Time>,
    ends_at: Option<Time>,
    chosen_before: Option<String>,
    // Read one by one: a row that cannot be read must not hide the others.
    teardown: JsonValue,
    cloud: Option<JsonValue>,
    due_since: Option<Time>,
    alarms: i32,
    verifying_since: Option<Time>,
    failed_attempts: i32,
    last_error: Option<String>,
    next_attempt_at: Time,
    settled_at: Option<Time>,
    settled_by_job: Option<i64>,
    evidence: Option<String>,
    closed_by: Option<String>,
    closed_because: Option<String>,
    is_busy: bool,
    now: Time,
}

impl TryFrom<Row> for OwedDestroy {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let extended = match (row.extension_id, row.extended_at, row.extended_by) {
            (Some(id), Some(at), Some(by)) => Some(Extension {
                id,
                at,
                by,
                from: row.ends_from,
                to: row.ends_at,
                chosen_before: row.chosen_before,
            }),
            _ => None,
        };
        Ok(Self {
            obligation: Obligation {
                id: row.obligation_id,
                cluster: row.cluster_name,
                state: word(&row.state)?,
                opened_at: row.opened_at,
                opened_by_job: row.opened_by_job,
                destroys_at: row.destroys_at,
                limits: limits(row.longest_minutes, row.grace_minutes, row.idle_minutes),
                active_at: row.active_at,
                warnings: row.warnings,
                chosen_by: row.chosen_by,
                extended,
                teardown: read::<Vec<PlannedTeardown>>(row.teardown)?,
                cloud: row.cloud.map(read::<CloudMark>).transpose()?,
                due_since: row.due_since,
                alarms: row.alarms,
                verifying_since: row.verifying_since,
                failed_attempts: row.failed_attempts,
                last_error: row.last_error,
                next_attempt_at: row.next_attempt_at,
                settled_at: row.settled_at,
                settled_by_job: row.settled_by_job,
                evidence: maybe_word(row.evidence.as_deref())?,
                closed: row.closed_by.zip(row.closed_because).map(|(by, because)| Closing { by, because }),
            },
            is_busy: row.is_busy,
            now: row.now,
        })
    }
}

fn read<T: DeserializeOwned>(written: JsonValue) -> Result<T, Error> {
    T::deserialize(written).map_err(|error| Error::Unreadable(error.to_string()))
}

/// What a row says limits the stay of a cluster.
pub fn limits(longest_minutes: i32, grace_minutes: i32, idle_minutes: Option<i32>) -> StayLimits {
    let minutes = |minutes: i32| u32::try_from(minutes).unwrap_or_default();
    StayLimits {
        longest_minutes: minutes(longest_minutes),
        grace_minutes: minutes(grace_minutes),
        idle_minutes: idle_minutes.map(minutes),
    }
}

impl Store {
    /// The unsettled obligation of a cluster.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn obligation_of(&self, cluster: &str) -> Result<Option<Obligation>, Error> {
        Self::select_obligation_of(&mut *self.pool.acquire().await?, cluster).await
    }

    pub(crate) async fn select_obligation_of(
        connection: &mut PgConnection,
        cluster: &str,
    ) -> Result<Option<Obligation>, Error> {
        let owed = Self::select_obligations(connection, Some(cluster), None).await?.pop();
        Ok(owed.map(|owed| owed.obligation))
    }

    /// The newest obligation that this job opened or settled, whatever its state.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn obligation_of_job(&self, job: i64) -> Result<Option<Obligation>, Error> {
        Self::select_obligation_of_job(&mut *self.pool.acquire().await?, job).await
    }

    pub(crate) async fn select_obligation_of_job(
        connection: &mut PgConnection,
        job: i64,
    ) -> Result<Option<Obligation>, Error> {
        let owed = Self::select_obligations(connection, None, Some(job)).await?.into_iter();
        Ok(owed.map(|owed| owed.obligation).max_by_key(|owed| owed.id))
    }

    /// Every obligation that is not settled and that can be read; see [`Store::debts`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unsettled_obligations(&self) -> Result<Vec<OwedDestroy>, Error> {
        Ok(self.debts().await?.readable)
    }

    /// Every obligation that is not settled. One that cannot be read hides no other.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn debts(&self) -> Result<Debts, Error> {
        let mut debts = Debts::default();
        for row in Self::select_rows(&mut *self.pool.acquire().await?, None, None).await? {
            let unreadable = UnreadableDebt {
                id: row.obligation_id,
                cluster: row.cluster_name.clone(),
                due_since: row.due_since.or(row.destroys_at),
                alarms: row.alarms,
                error: String::new(),
                now: row.now,
            };
            match OwedDestroy::try_from(row) {
                Ok(owed) => debts.readable.push(owed),
                Err(error) => {
                    debts.unreadable.push(UnreadableDebt { error: error.to_string(), ..unreadable });
                }
            }
        }
        Ok(debts)
    }

    pub(crate) async fn select_obligations(
        connection: &mut PgConnection,
        cluster: Option<&str>,
        job: Option<i64>,
    ) -> Result<Vec<OwedDestroy>, Error> {
        Self::select_rows(connection, cluster, job).await?.into_iter().map(OwedDestroy::try_from).collect()
    }

    async fn select_rows(
        connection: &mut PgConnection,
        cluster: Option<&str>,
        job: Option<i64>,
    ) -> Result<Vec<Row>, Error> {
        let rows = sqlx::query_as!(
            Row,
            r#"select obligation_id, cluster_name, state, opened_at, opened_by_job, destroys_at,
                      longest_minutes, grace_minutes, idle_minutes, active_at, warnings, chosen_by,
                      extension_id as "extension_id?", extended_at as "extended_at?", extended_by as "extended_by?",
                      ends_from, ends_at, chosen_before,
                      teardown, cloud, due_since, alarms, verifying_since, failed_attempts, last_error, next_attempt_at,
                      settled_at, settled_by_job, evidence, closed_by, closed_because,
                      exists (select from job
                               where job.cluster_name = obligation.cluster_name
                                 and job.state in ('queued', 'running', 'waiting')
                                 and (fence > 0 or pays_obligation)) as "is_busy!",
                      now() as "now!"
                 from obligation
                 left join lateral (
                      select extension_id, extended_at, extended_by, ends_from, ends_at, chosen_before
                        from extension
                       where extension.obligation_id = obligation.obligation_id and undone_at is null
                       order by extension_id desc
                       limit 1) as last_extension on true
                where case when $2::bigint is null
                           then state not in ('settled', 'closed') and ($1::text is null or cluster_name = $1)
                           else opened_by_job = $2 or settled_by_job = $2 end
                order by failed_attempts, next_attempt_at, obligation_id"#,
            cluster,
            job
        )
        .fetch_all(connection)
        .await?;
        Ok(rows)
    }

    /// Accepts the job that pays an obligation, unless a job is at work on the cluster by now or nothing is owed any more.
    ///
    /// # Errors
    /// When the database does not answer, or somebody holds the cluster's row.
    pub async fn accept_teardown(&self, owed: &Obligation) -> Result<Option<i64>, Error> {
        let mut tx = self.begin_impatiently().await?;
        lock_cluster(&mut tx, &owed.cluster).await?;
        let still_owed = Self::select_obligations(&mut tx, Some(&owed.cluster), None).await?.pop();
        let is_due = |owed: &OwedDestroy| duty(&owed.obligation, owed.is_busy, owed.now) == Duty::Destroy;
        let Some(OwedDestroy { obligation: owed, .. }) = still_owed.filter(is_due) else {
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
            stay: StayTerms::default(),
            hold_seconds: 0,
            time_limit_minutes: None,
            cloud: owed.cloud,
            offer: None,
            resumes: None,
        };
        let number = insert(&mut tx, &order, &Actor::system(), &Slip::default()).await?;
        sqlx::query!("update job set pays_obligation = true where job_number = $1", number)
            .execute(&mut *tx)
            .await?;
        show_queue(&mut tx, &owed.cluster).await?;
        sqlx::query!(
            "update obligation set state = 'due', due_since = coalesce(due_since, now())
              where obligation_id = $1 and state in ('open', 'due')",
            owed.id
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.nudge().await;
        Ok(Some(number))
    }
}
