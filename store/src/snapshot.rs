//! One moment of the database: rows that are read through the same snapshot belong together, however many reads that
//! takes and whatever is written meanwhile.

use domain::Time;
use domain::backup::BackupDestroy;
use domain::catalogue::Catalogue;
use domain::cluster::Cluster;
use domain::ending::PlannedDestroy;
use domain::event::CheckIn;
use domain::history::Durations;
use domain::job::{Job, JobWithSteps};
use domain::money::UpTime;
use domain::obligation::Obligation;
use domain::price::{ListAge, MachinePrice};
use domain::proof::Observation;
use domain::size::Size;
use sqlx::PgTransaction;

use crate::prices::{select_list_age, select_prices};
use crate::receipts::select_receipt_of;
use crate::schedule_runs::select_planned_destroy;
use crate::up_times::{select_between, select_without_receipt};
use crate::{AcceptedLeftover, Act, Error, JobFilter, Store};

/// Shows the rows as they were at its first read, and takes no writes. It holds a connection: drop it before waiting
/// for another one.
#[derive(Debug)]
pub struct Snapshot(PgTransaction<'static>);

impl Store {
    /// # Errors
    /// When the database does not answer.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        Ok(Snapshot(self.pool.begin_with("begin isolation level repeatable read read only").await?))
    }
}

impl Snapshot {
    /// One cluster by its name.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn cluster(&mut self, name: &str) -> Result<Option<Cluster>, Error> {
        Ok(Store::select_clusters(&mut self.0, Some(name)).await?.pop())
    }

    /// Jobs, newest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn jobs(&mut self, filter: &JobFilter) -> Result<Vec<Job>, Error> {
        Store::select_jobs(&mut self.0, filter).await
    }

    /// One job with its steps.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn job(&mut self, number: i64) -> Result<Option<JobWithSteps>, Error> {
        Store::select_job(&mut self.0, number).await
    }

    /// The unfinished jobs on the same cluster that this job waits behind, the first one first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn jobs_ahead(&mut self, job: i64) -> Result<Vec<i64>, Error> {
        Store::select_jobs_ahead(&mut self.0, job).await
    }

    /// The newest check-ins of a job, oldest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn check_ins(&mut self, job: i64, newest: i64) -> Result<Vec<CheckIn>, Error> {
        Store::select_check_ins(&mut self.0, job, newest).await
    }

    /// The unsettled obligation of a cluster.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn obligation_of(&mut self, cluster: &str) -> Result<Option<Obligation>, Error> {
        Store::select_obligation_of(&mut self.0, cluster).await
    }

    /// The newest obligation that this job opened or settled, whatever its state.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn obligation_of_job(&mut self, job: i64) -> Result<Option<Obligation>, Error> {
        Store::select_obligation_of_job(&mut self.0, job).await
    }

    /// What the cloud last showed of a cluster.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn observation(&mut self, cluster: &str) -> Result<Option<Observation>, Error> {
        Store::select_observation(&mut self.0, cluster).await
    }

    /// What people took over of a cluster's leftovers, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn accepted_leftovers(&mut self, cluster: &str) -> Result<Vec<AcceptedLeftover>, Error> {
        Store::select_accepted_leftovers(&mut self.0, cluster).await
    }

    /// The up-times of a cluster of which there is no receipt yet, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn up_times_without_receipt(&mut self, cluster: &str) -> Result<Vec<UpTime>, Error> {
        select_without_receipt(&mut self.0, cluster).await
    }

    /// The up-times of a cluster that lie between two times in part or as a whole.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn up_times_between(
        &mut self,
        cluster: &str,
        from: Time,
        until: Time,
    ) -> Result<Vec<UpTime>, Error> {
        select_between(&mut self.0, cluster, from, until).await
    }

    /// Every machine whose price was ever seen, with when it was seen last.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn prices(&mut self) -> Result<Vec<MachinePrice>, Error> {
        select_prices(&mut self.0, None).await
    }

    /// How it stands with the list of prices.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn price_list_age(&mut self) -> Result<ListAge, Error> {
        select_list_age(&mut self.0).await
    }

    /// The number of the receipt of a debt, once there is one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn receipt_of(&mut self, obligation: i64) -> Result<Option<i64>, Error> {
        select_receipt_of(&mut self.0, obligation).await
    }

    /// The run of a schedule that destroys the cluster before it ends by itself, if there is one.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn planned_destroy(
        &mut self,
        cluster: &Cluster,
        owed: Option<&Obligation>,
        catalogue: &Catalogue,
    ) -> Result<Option<PlannedDestroy>, Error> {
        let Some(owed) = owed.filter(|owed| owed.is_open()) else { return Ok(None) };
        select_planned_destroy(&mut self.0, cluster, owed, catalogue).await
    }

    /// What people did to a cluster, the newest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn acts(&mut self, cluster: &str, newest: i64) -> Result<Vec<Act>, Error> {
        Store::select_acts(&mut self.0, cluster, newest).await
    }

    /// The backup destroys of one debt, in their order.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn backups_of(&mut self, obligation: i64) -> Result<Vec<BackupDestroy>, Error> {
        Store::select_backups(&mut self.0, Some(obligation), None).await
    }

    /// Those of earlier debts of a cluster that may still stand.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn left_backups(&mut self, cluster: &str) -> Result<Vec<BackupDestroy>, Error> {
        Store::select_backups(&mut self.0, None, Some(cluster)).await
    }

    /// How long the steps of a cluster in a size took.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn step_durations(&mut self, cluster: &str, size: Option<Size>) -> Result<Durations, Error> {
        Store::select_step_durations(&mut self.0, cluster, size).await
    }

    /// How long the jobs of a routine on a cluster in a size took, in seconds.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn job_durations(
        &mut self,
        routine: &str,
        cluster: &str,
        size: Option<Size>,
    ) -> Result<Vec<i64>, Error> {
        Store::select_job_durations(&mut self.0, routine, cluster, size).await
    }
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn what_is_written_after_the_first_read_is_not_seen(pool: PgPool) {
        let store = Store::new(pool);
        let mut snapshot = store.snapshot().await.unwrap();
        assert_eq!(snapshot.cluster("late").await.unwrap(), None);
        store.ensure_clusters(&["late"]).await.unwrap();
        store.observed("late", &[], None).await.unwrap();
        assert_eq!(snapshot.cluster("late").await.unwrap(), None);
        assert_eq!(snapshot.observation("late").await.unwrap(), None);
        let mut later = store.snapshot().await.unwrap();
        assert!(later.cluster("late").await.unwrap().is_some());
        assert!(later.observation("late").await.unwrap().is_some());
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn nothing_is_written_through_it(pool: PgPool) {
        let store = Store::new(pool);
        let mut snapshot = store.snapshot().await.unwrap();
        let written =
            sqlx::query("insert into cluster (cluster_name) values ('c')").execute(&mut *snapshot.0);
        let error = written.await.unwrap_err();
        assert!(error.to_string().contains("read-only transaction"), "{error}");
    }
}
