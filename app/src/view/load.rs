//! Fetches what the views are made of.

use domain::catalogue::Catalogue;
use domain::cluster::Cluster;
use store::{Error, JobFilter, Store};

use super::{ClusterView, JobRow, JobView, OwedView};

/// How many check-ins a job's page shows.
const NEWEST_CHECK_INS: i64 = 200;

impl ClusterView {
    /// One cluster by its name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &Store, catalogue: &Catalogue, name: &str) -> Result<Option<Self>, Error> {
        match store.cluster(name).await? {
            Some(cluster) => Ok(Some(Self::of(store, catalogue, cluster).await?)),
            None => Ok(None),
        }
    }

    /// Every cluster, what needs a person first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all(store: &Store, catalogue: &Catalogue) -> Result<Vec<Self>, Error> {
        let mut views = Vec::new();
        for cluster in store.clusters().await? {
            views.push(Self::of(store, catalogue, cluster).await?);
        }
        views.sort_by(|a, b| (a.rank(), &a.name).cmp(&(b.rank(), &b.name)));
        Ok(views)
    }

    async fn of(store: &Store, catalogue: &Catalogue, cluster: Cluster) -> Result<Self, Error> {
        let latest = match cluster.active_job {
            Some(number) => Some(number),
            None => {
                let newest =
                    JobFilter { cluster: Some(cluster.name.clone()), limit: 1, ..JobFilter::default() };
                store.jobs(&newest).await?.first().map(|job| job.number)
            }
        };
        let latest_job = match latest {
            Some(number) => JobRow::load(store, number).await?,
            None => None,
        };
        let owed = store.obligation_of(&cluster.name).await?.map(OwedView::new);
        let spec = catalogue.cluster(&cluster.name);
        Ok(Self { owed, ..Self::new(cluster, spec, latest_job, catalogue) })
    }
}

impl JobRow {
    /// One job by its number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &Store, number: i64) -> Result<Option<Self>, Error> {
        Ok(store.job(number).await?.map(Self::with_steps))
    }

    /// The jobs that the filter lets through, newest first; of unfinished ones also how far they are.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list(store: &Store, filter: &JobFilter) -> Result<Vec<Self>, Error> {
        let mut rows = Vec::new();
        for job in store.jobs(filter).await? {
            let row = if job.state.is_final() { None } else { Self::load(store, job.number).await? };
            rows.push(row.unwrap_or_else(|| Self::new(job)));
        }
        Ok(rows)
    }
}

impl JobView {
    /// One job by its number, with its newest check-ins.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(store: &Store, catalogue: &Catalogue, number: i64) -> Result<Option<Self>, Error> {
        let Some(job) = store.job(number).await? else { return Ok(None) };
        let name = job.job.cluster.clone();
        let cluster = store.cluster(&name).await?.ok_or(Error::UnknownCluster(name))?;
        let rate = job
            .job
            .size
            .or(cluster.size)
            .and_then(|size| catalogue.cluster(&cluster.name)?.offer(size))
            .map(|offer| domain::text::hourly(offer.hourly));
        let is_queued = job.job.started_at.is_none() && !job.job.state.is_final();
        let own = store.obligation_of_job(number).await?;
        let owed = match own {
            Some(obligation) => Some(obligation),
            None => store.obligation_of(&cluster.name).await?,
        };
        Ok(Some(Self {
            ahead: if is_queued { store.jobs_ahead(number).await? } else { Vec::new() },
            check_ins: store.check_ins(number, NEWEST_CHECK_INS).await?,
            owed: owed.map(OwedView::new),
            ..Self::new(job, &cluster, rate)
        }))
    }
}
