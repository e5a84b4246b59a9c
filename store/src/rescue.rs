//! A debt that the backup destroy has paid while nobody was here.

use domain::Time;
use domain::actor::Actor;
use domain::cluster::ClusterChange;
use domain::event::Remark;
use domain::obligation::{Duty, Obligation, duty};
use domain::run::RunRef;
use sqlx::PgConnection;

use crate::accept::lock_cluster;
use crate::acts::note;
use crate::record::check_in;
use crate::transitions::change_cluster;
use crate::{Error, OwedDestroy, Store};

impl Store {
    /// Believes the CI that these runs of the backup have destroyed the cluster, at `gone_by` at the latest. What proves
    /// it comes next, as after any destroy. Returns whether that was still to be said.
    ///
    /// # Errors
    /// [`Error::UnknownCluster`] when there is no such cluster.
    pub async fn backup_did_it(
        &self,
        owed: &Obligation,
        runs: &[RunRef],
        gone_by: Time,
    ) -> Result<bool, Error> {
        let mut tx = self.begin_impatiently().await?;
        lock_cluster(&mut tx, &owed.cluster).await?;
        let still_owed = Self::select_obligations(&mut tx, Some(&owed.cluster), None).await?.pop();
        let is_due = |it: &OwedDestroy| {
            it.obligation.id == owed.id && duty(&it.obligation, it.is_busy, it.now) == Duty::Destroy
        };
        if !still_owed.as_ref().is_some_and(is_due) {
            return Ok(false);
        }
        believe(&mut tx, owed.id).await?;
        sqlx::query!("update observation set clean_looks = 0 where cluster_name = $1", owed.cluster)
            .execute(&mut *tx)
            .await?;
        let job = owed.opened_by_job.unwrap_or_default();
        change_cluster(&mut tx, job, &owed.cluster, None, &ClusterChange::Down).await?;
        end_in_time(&mut tx, &owed.cluster, gone_by).await?;
        let named = runs.iter().map(RunRef::title).collect::<Vec<_>>().join(", ");
        let text = format!(
            "The backup destroy planted at the CI did it while nobody was here: {named} destroyed {}.",
            owed.cluster
        );
        note(&mut tx, &Actor::system(), "backup destroy", &owed.cluster, None, Some(&named)).await?;
        sqlx::query!("insert into announcement (text) values ($1)", text).execute(&mut *tx).await?;
        if let Some(job) = owed.opened_by_job {
            // The lines of a log are numbered under the lock of its job.
            sqlx::query!("update job set version = nextval('change_version') where job_number = $1", job)
                .execute(&mut *tx)
                .await?;
            check_in(&mut tx, job, &[Remark::info(None, text)]).await?;
        }
        tx.commit().await?;
        self.nudge().await;
        Ok(true)
    }
}

async fn believe(connection: &mut PgConnection, obligation: i64) -> Result<(), Error> {
    sqlx::query!(
        "update obligation
            set state = 'verifying', verifying_since = now(), due_since = coalesce(due_since, now()),
                settled_by_job = null
          where obligation_id = $1",
        obligation
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// It cost nothing any more while nobody knew that it was gone.
async fn end_in_time(connection: &mut PgConnection, cluster: &str, gone_by: Time) -> Result<(), Error> {
    sqlx::query!(
        "update up_time set ended_at = least(ended_at, greatest(began_at, $2))
          where cluster_name = $1 and receipt_id is null and ended_at = now()",
        cluster,
        gone_by
    )
    .execute(connection)
    .await?;
    Ok(())
}
