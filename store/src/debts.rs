//! What becomes of a debt without a job: the cloud proves it paid, a person takes it over, an alarm is raised.

use domain::Time;
use domain::actor::Actor;
use domain::cloud::{CloudMark, ResourceKind};
use domain::ending::warnings_owed;
use domain::obligation::{Obligation, PlannedTeardown};
use domain::record::Evidence;
use domain::size::{Size, SizeOffer};
use domain::stay::StayLimits;
use sqlx::types::Json;

use crate::accept::lock_cluster;
use crate::acts::note;
use crate::transitions::{minutes, touch_cluster};
use crate::{Error, Store, receipts, up_times};

/// A cluster that is found in the cloud, and how it is to be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    pub cluster: String,
    pub size: Option<Size>,
    /// Its price by the config of today, where its size is known: without one it is not metered.
    pub offer: Option<SizeOffer>,
    pub destroys_at: Time,
    pub limits: StayLimits,
    pub teardown: Vec<PlannedTeardown>,
    pub cloud: CloudMark,
}

/// What is told, and goes on being told, while a debt is not paid.
#[derive(Debug, Clone, Copy)]
pub struct Alarm<'a> {
    pub debt: i64,
    pub cluster: &'a str,
    /// Each is raised once.
    pub nth: i32,
    /// Written down where no job and no failure has said so before.
    pub overdue_since: Option<Time>,
    pub text: &'a str,
}

impl Store {
    /// Settles a debt whose destroy the CI has reported, on the word of `evidence`. Returns whether it was unsettled.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settle(&self, owed: &Obligation, evidence: Evidence) -> Result<bool, Error> {
        let mut tx = self.begin_impatiently().await?;
        let settled = sqlx::query!(
            "update obligation set state = 'settled', settled_at = now(), evidence = $2
              where obligation_id = $1 and state = 'verifying' and verifying_since is not distinct from $3",
            owed.id,
            evidence.as_str(),
            owed.verifying_since
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if settled > 0 {
            receipts::write(&mut tx, owed.id).await?;
        }
        self.changed(tx, &owed.cluster).await?;
        Ok(settled > 0)
    }

    /// The cloud still shows what the CI calls destroyed: it is to be destroyed again at `next_attempt_at`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn destroy_again(
        &self,
        owed: &Obligation,
        because: &str,
        next_attempt_at: Time,
    ) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        let disproved = sqlx::query!(
            "update obligation
                set state = 'due', failed_attempts = failed_attempts + 1, last_error = $2, next_attempt_at = $3,
                    verifying_since = null
              where obligation_id = $1 and state = 'verifying'",
            owed.id,
            because,
            next_attempt_at
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if disproved > 0 {
            up_times::take_end_back(&mut tx, &owed.cluster).await?;
        }
        // What could not be destroyed is there: nobody may think that the cluster is down.
        sqlx::query!(
            "update cluster set state = 'failed', failure = $2, since = now() where cluster_name = $1 and state = 'down'",
            owed.cluster,
            because
        )
        .execute(&mut *tx)
        .await?;
        self.changed(tx, &owed.cluster).await
    }

    /// Raises the nth alarm over a debt, once for all replicas. Returns whether it was raised by this call.
    ///
    /// # Errors
    /// When the database does not answer. Who holds the row of the cluster keeps no alarm from sounding.
    pub async fn raise_alarm(&self, alarm: &Alarm<'_>) -> Result<bool, Error> {
        let mut tx = self.begin_impatiently().await?;
        let raised = sqlx::query!(
            "update obligation set alarms = $2, due_since = coalesce(due_since, $3)
              where obligation_id = $1 and alarms < $2 and state not in ('settled', 'closed')",
            alarm.debt,
            alarm.nth,
            alarm.overdue_since
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if raised == 0 {
            return Ok(false);
        }
        sqlx::query!("insert into announcement (text) values ($1)", alarm.text).execute(&mut *tx).await?;
        tx.commit().await?;
        // The pages hear of it at once, or with the next change.
        let mut tx = self.begin_impatiently().await?;
        match touch_cluster(&mut tx, alarm.cluster).await {
            Ok(()) => tx.commit().await?,
            Err(error) => tracing::debug!(%error, "the pages were not told of an alarm"),
        }
        self.nudge().await;
        Ok(true)
    }

    /// A named person takes the debt over. Returns whether there was one.
    ///
    /// # Errors
    /// [`Error::UnknownCluster`] when there is no such cluster.
    pub async fn close_obligation(&self, cluster: &str, actor: &Actor, because: &str) -> Result<bool, Error> {
        let mut tx = self.pool.begin().await?;
        lock_cluster(&mut tx, cluster).await?;
        let closed = sqlx::query_scalar!(
            "update obligation set state = 'closed', closed_by = $2, closed_because = $3
              where cluster_name = $1 and state not in ('settled', 'closed')
             returning obligation_id",
            cluster,
            actor.name,
            because
        )
        .fetch_optional(&mut *tx)
        .await?;
        let was_owed = closed.is_some();
        if let Some(closed) = closed {
            note(&mut tx, actor, "close obligation", cluster, None, Some(because)).await?;
            let text = format!("{actor} closed the debt to destroy {cluster}: {because}");
            sqlx::query!("insert into announcement (text) values ($1)", text).execute(&mut *tx).await?;
            receipts::write(&mut tx, closed).await?;
        }
        self.changed(tx, cluster).await?;
        Ok(was_owed)
    }

    /// A named person takes over what a destroyed cluster left behind. To ask twice is no mistake, and the first name stays.
    ///
    /// # Errors
    /// [`Error::UnknownCluster`] when there is no such cluster, [`Error::NotShown`] when the cloud does not show it.
    pub async fn accept_leftover(
        &self,
        cluster: &str,
        kind: ResourceKind,
        resource: &str,
        actor: &Actor,
        because: &str,
    ) -> Result<(), Error> {
        let observation = self.observation(cluster).await?;
        let shown = observation.iter().flat_map(|observation| &observation.resources);
        let found = shown.into_iter().find(|shown| shown.kind == kind && shown.id == resource);
        let found = found.ok_or_else(|| Error::NotShown { kind, id: resource.to_owned() })?.clone();
        let mut tx = self.pool.begin().await?;
        lock_cluster(&mut tx, cluster).await?;
        let taken = sqlx::query!(
            "insert into accepted_leftover (cluster_name, kind, resource_id, name, accepted_by, because)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (cluster_name, kind, resource_id) do nothing",
            cluster,
            kind.as_str(),
            resource,
            found.name,
            actor.name,
            because
        )
        .execute(&mut *tx)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(());
        }
        let what = format!("accept {} {}", kind.title(), found.name);
        note(&mut tx, actor, &what, cluster, None, Some(because)).await?;
        self.changed(tx, cluster).await
    }

    /// Takes a cluster under the promise that was found in the cloud and that no job brought up. Returns whether nothing
    /// was owed for it before.
    ///
    /// # Errors
    /// [`Error::UnknownCluster`] when there is no such cluster, [`Error::NotIdle`] when a job is at work on it.
    pub async fn adopt_cluster(&self, adoption: &Adoption, actor: &Actor) -> Result<bool, Error> {
        let mut tx = self.pool.begin().await?;
        let locked = lock_cluster(&mut tx, &adoption.cluster).await?;
        if locked.cluster.active_job.is_some() {
            return Err(Error::NotIdle(adoption.cluster.clone()));
        }
        let warnings = warnings_owed(Some(adoption.destroys_at), locked.now);
        let opened = sqlx::query!(
            "insert into obligation (cluster_name, state, opened_at, destroys_at, teardown, next_attempt_at, cloud,
                                     longest_minutes, grace_minutes, idle_minutes, warnings, chosen_by)
             values ($1, 'open', now(), $2, $3, $2, $4, $5, $6, $7, $8, $9)
             on conflict (cluster_name) where state not in ('settled', 'closed') do nothing",
            adoption.cluster,
            adoption.destroys_at,
            Json(&adoption.teardown) as _,
            Json(&adoption.cloud) as _,
            minutes(adoption.limits.longest_minutes),
            minutes(adoption.limits.grace_minutes),
            adoption.limits.idle_minutes.map(minutes),
            warnings,
            actor.name
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if opened > 0 {
            sqlx::query!(
                "update cluster set state = 'up', size = $2, since = now(), failure = null, doubt = null
                  where cluster_name = $1",
                adoption.cluster,
                adoption.size.map(|size| size.as_str())
            )
            .execute(&mut *tx)
            .await?;
            if let Some(offer) = &adoption.offer {
                up_times::begin(&mut tx, &adoption.cluster, offer, None).await?;
            }
            note(&mut tx, actor, "adopt", &adoption.cluster, None, None).await?;
        }
        self.changed(tx, &adoption.cluster).await?;
        Ok(opened > 0)
    }

    async fn changed(&self, mut tx: sqlx::PgTransaction<'static>, cluster: &str) -> Result<(), Error> {
        touch_cluster(&mut tx, cluster).await?;
        tx.commit().await?;
        self.nudge().await;
        Ok(())
    }
}
