//! Accepting a job: after this has answered, the job survives everything.

use chrono::Duration;
use domain::Time;
use domain::actor::{Actor, Role};
use domain::cluster::Cluster;
use domain::money::may_start;
use domain::order::{Order, conflict};
use rust_decimal::Decimal;
use sqlx::types::Json;
use sqlx::{PgConnection, PgTransaction};

use crate::acts::note_start;
use crate::rows::{maybe_word, word};
use crate::transitions::{minutes, touch_cluster};
use crate::{Error, Store, up_times};

/// On which terms an order is accepted.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// A second ask with the same key gets the first job.
    pub idempotency_key: Option<String>,
    /// The version of the cluster on which the person decided.
    pub expected_version: Option<i64>,
    /// The budget of a month that holds for this person, if one does.
    pub limit: Option<Decimal>,
    /// How far the right of the person reaches.
    pub role: Role,
}

/// The job that an order became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    pub number: i64,
    /// False when the idempotency key had been used for it before.
    pub is_new: bool,
}

impl Store {
    /// Turns an order into a job. The cluster's row is locked meanwhile, so that two presses are seen one after the other.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the idle cluster's state forbids it, [`Error::OverBudget`] when something is to be brought
    /// up and the month has cost as much as it may, [`Error::Stale`] when the cluster is not at the expected version,
    /// [`Error::KeyReused`] when the key belongs to another ask, [`Error::Stay`] when the cluster may not stay for so long.
    pub async fn accept(&self, order: &Order, actor: &Actor, terms: &Terms) -> Result<Accepted, Error> {
        let mut tx = self.pool.begin().await?;
        let locked = lock_cluster(&mut tx, &order.cluster).await?;
        let cluster = locked.cluster;
        if let Some(number) = job_of_key(&mut tx, order, terms).await? {
            return Ok(Accepted { number, is_new: false });
        }
        if terms.expected_version.is_some_and(|seen| seen < locked.press_version) {
            return Err(Error::Stale { cluster: cluster.name, state: cluster.state });
        }
        may_begin(&mut tx, order, &cluster, terms.limit).await?;
        order.stay.check(terms.role, locked.now)?;
        // What is at work now may destroy it before the order has its turn.
        if order.stay.chosen.is_some() && cluster.active_job.is_none() {
            order.check_lifetime(Self::select_obligation_of(&mut tx, &order.cluster).await?.as_ref())?;
        }
        let hold = Duration::seconds(i64::from(order.hold_seconds));
        let is_held = order.begins_with_destroy() && !actor.is_this_service() && hold > Duration::zero();
        let slip = Slip {
            idempotency_key: terms.idempotency_key.as_deref(),
            held_until: is_held.then_some(locked.now + hold),
        };
        let number = match insert(&mut tx, order, actor, &slip).await {
            Ok(number) => number,
            // The same key came at the same time for another cluster, whose lock this is not.
            Err(Error::Database(error)) if is_key_taken(&error) => {
                drop(tx);
                return Err(self.key_reused(terms).await?);
            }
            Err(error) => return Err(error),
        };
        tx.commit().await?;
        self.nudge().await;
        Ok(Accepted { number, is_new: true })
    }

    async fn key_reused(&self, terms: &Terms) -> Result<Error, Error> {
        let number = sqlx::query_scalar!(
            "select job_number from job where idempotency_key = $1",
            terms.idempotency_key.as_deref()
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(Error::KeyReused { number })
    }
}

fn is_key_taken(error: &sqlx::Error) -> bool {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    constraint == Some("job_idempotency_key_is_unique")
}

/// What is written on a job beside its order.
#[derive(Default)]
pub struct Slip<'a> {
    pub idempotency_key: Option<&'a str>,
    pub held_until: Option<Time>,
}

/// Whether an order may be accepted on a locked cluster: what its state forbids counts only while no job is at work on it.
///
/// # Errors
/// [`Error::Conflict`] or [`Error::OverBudget`] says why not.
pub async fn may_begin(
    tx: &mut PgTransaction<'_>,
    order: &Order,
    cluster: &Cluster,
    limit: Option<Decimal>,
) -> Result<(), Error> {
    let ahead = order.ahead();
    if cluster.active_job.is_none()
        && let Some(conflict) = conflict(ahead, order.size, cluster)
    {
        return Err(conflict.into());
    }
    if limit.is_some() && ahead.iter().any(|step| step.action.creates_cluster()) {
        let month = up_times::of_this_month(tx).await?;
        may_start(limit, &month.up_times, month.now)?;
    }
    Ok(())
}

/// A cluster that nobody else accepts a job for meanwhile.
pub struct LockedCluster {
    pub cluster: Cluster,
    /// The version of its last change that a press is decided on.
    press_version: i64,
    /// The database's time.
    pub now: Time,
}

/// Locks the cluster against other acceptances.
pub async fn lock_cluster(tx: &mut PgTransaction<'_>, name: &str) -> Result<LockedCluster, Error> {
    let row = sqlx::query!(
        r#"select state, size, since, failure, version, press_version, now() as "now!"
             from cluster where cluster_name = $1 for update"#,
        name
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| Error::UnknownCluster(name.to_owned()))?;
    let active_job = sqlx::query_scalar!(
        "select min(job_number) from job where cluster_name = $1 and state in ('queued', 'running', 'waiting')",
        name
    )
    .fetch_one(&mut **tx)
    .await?;
    let cluster = Cluster {
        name: name.to_owned(),
        state: word(&row.state)?,
        size: maybe_word(row.size.as_deref())?,
        since: row.since,
        failure: row.failure,
        deployments: Vec::new(),
        destroys_at: None,
        active_job,
        doubt: None,
        version: row.version,
    };
    Ok(LockedCluster { cluster, press_version: row.press_version, now: row.now })
}

async fn job_of_key(
    connection: &mut PgConnection,
    order: &Order,
    terms: &Terms,
) -> Result<Option<i64>, Error> {
    let Some(key) = &terms.idempotency_key else {
        return Ok(None);
    };
    let earlier = sqlx::query!(
        r#"select job_number,
                  routine = $2 and cluster_name = $3 and size is not distinct from $4
                  and service is not distinct from $5 and stay is not distinct from $6 as "is_the_same!"
             from job where idempotency_key = $1"#,
        key,
        order.routine,
        order.cluster,
        order.size.map(|size| size.as_str()),
        order.service,
        order.stay.chosen.as_ref().map(Json) as _
    )
    .fetch_optional(connection)
    .await?;
    match earlier {
        Some(job) if job.is_the_same => Ok(Some(job.job_number)),
        Some(job) => Err(Error::KeyReused { number: job.job_number }),
        None => Ok(None),
    }
}

/// Writes the job with its steps, its first check-in and the act that it is, and gives the cluster a new version.
pub async fn insert(
    connection: &mut PgConnection,
    order: &Order,
    actor: &Actor,
    slip: &Slip<'_>,
) -> Result<i64, Error> {
    let number = sqlx::query_scalar!(
        "insert into job
                (routine, cluster_name, size, service, actor_name, channel, teardown, lifetime_minutes, idempotency_key,
                 time_limit_minutes, cloud, resumes, offer, stay, longest_minutes, grace_minutes, idle_minutes,
                 hold_seconds, held_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         returning job_number",
        order.routine,
        order.cluster,
        order.size.map(|size| size.as_str()),
        order.service,
        actor.name,
        actor.channel.as_str(),
        Json(&order.teardown) as _,
        minutes(order.stay.lifetime_minutes),
        slip.idempotency_key,
        order.time_limit_minutes.map(minutes),
        order.cloud.as_ref().map(Json) as _,
        order.resumes.map(|resumed| resumed.job),
        order.offer.as_ref().map(Json) as _,
        order.stay.chosen.as_ref().map(Json) as _,
        minutes(order.stay.limits.longest_minutes),
        minutes(order.stay.limits.grace_minutes),
        order.stay.limits.idle_minutes.map(minutes),
        i32::try_from(order.hold_seconds).unwrap_or(i32::MAX),
        slip.held_until
    )
    .fetch_one(&mut *connection)
    .await?;
    for (position, step) in (1..).zip(&order.steps) {
        let done_by = order.resumes.filter(|resumed| position < resumed.from).map(|resumed| resumed.job);
        sqlx::query!(
            "insert into step (job_number, position, phase, title, action, state, message)
             values ($1, $2, $3, $4, $5, case when $6::text is null then 'queued' else 'succeeded' end, $6)",
            number,
            position,
            step.phase.as_str(),
            step.title,
            Json(&step.action) as _,
            done_by.map(|job| format!("done by job #{job}"))
        )
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query!(
        "insert into check_in (job_number, line, level, text) values ($1, 1, 'info', $2)",
        number,
        format!("Accepted from {actor}.")
    )
    .execute(&mut *connection)
    .await?;
    note_start(connection, actor, order, number).await?;
    touch_cluster(connection, &order.cluster).await?;
    Ok(number)
}
