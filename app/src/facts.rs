//! What the rows and the catalogue say of a cluster or a job: everything from which a page about it is made.
//!
//! The version of a view is the highest of its rows, so they are read in one moment: read one after the other, an old
//! row could stand beside a newer one whose version hides the view that is right. What is owed has no version; it is
//! read after that moment. Should it be newer, its cluster got a newer version with it, and the view comes again.

use domain::catalogue::Catalogue;
use domain::cluster::Cluster;
use domain::event::CheckIn;
use domain::job::JobWithSteps;
use domain::obligation::Obligation;
use domain::size::{Size, SizeOffer};
use domain::text;
use rust_decimal::Decimal;
use store::{Error, JobFilter, Store};

/// How many check-ins a job's page shows.
const NEWEST_CHECK_INS: i64 = 200;

/// Of one cluster.
#[derive(Debug, Clone)]
pub struct ClusterFacts {
    pub cluster: Cluster,
    /// The job at work on it, else the last one.
    pub latest_job: Option<JobWithSteps>,
    /// The debt to destroy it, while there is one.
    pub owed: Option<Obligation>,
    /// Empty for a cluster that the config no longer knows.
    pub offers: Vec<SizeOffer>,
    pub default_size: Size,
    pub lifetime_minutes: u32,
    /// Whether anything can be deployed on it.
    pub takes_services: bool,
}

/// Of one job.
#[derive(Debug, Clone)]
pub struct JobFacts {
    pub job: JobWithSteps,
    pub cluster: Cluster,
    /// Dollars for an hour of the size that it brings up or that is up now.
    pub hourly: Option<Decimal>,
    /// The unfinished jobs that go first.
    pub ahead: Vec<i64>,
    pub check_ins: Vec<CheckIn>,
    pub owed: Option<Obligation>,
}

impl ClusterFacts {
    pub fn new(cluster: Cluster, catalogue: &Catalogue) -> Self {
        let spec = catalogue.cluster(&cluster.name);
        Self {
            offers: spec.map(|spec| spec.sizes.clone()).unwrap_or_default(),
            default_size: spec.map_or(Size::S, |spec| spec.default_size),
            lifetime_minutes: spec.map_or(0, |spec| spec.lifetime_minutes),
            takes_services: !catalogue.services.is_empty(),
            latest_job: None,
            owed: None,
            cluster,
        }
    }

    pub async fn load(store: &Store, catalogue: &Catalogue, name: &str) -> Result<Option<Self>, Error> {
        let mut snapshot = store.snapshot().await?;
        let Some(cluster) = snapshot.cluster(name).await? else { return Ok(None) };
        let latest = match cluster.active_job {
            Some(number) => Some(number),
            None => {
                let newest = JobFilter { cluster: Some(name.to_owned()), limit: 1, ..JobFilter::default() };
                snapshot.jobs(&newest).await?.first().map(|job| job.number)
            }
        };
        let latest_job = match latest {
            Some(number) => snapshot.job(number).await?,
            None => None,
        };
        drop(snapshot);
        let owed = store.obligation_of(name).await?;
        Ok(Some(Self { latest_job, owed, ..Self::new(cluster, catalogue) }))
    }

    pub async fn all(store: &Store, catalogue: &Catalogue) -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        for cluster in store.clusters().await? {
            all.extend(Self::load(store, catalogue, &cluster.name).await?);
        }
        Ok(all)
    }

    /// The job that is at work on it or waits for its turn.
    pub fn active_job(&self) -> Option<&JobWithSteps> {
        self.latest_job.as_ref().filter(|job| !job.job.state.is_final())
    }

    /// "$0.036/h", of the present size.
    pub fn rate(&self) -> Option<String> {
        self.hourly(self.cluster.size?)
    }

    pub fn hourly(&self, size: Size) -> Option<String> {
        self.offers.iter().find(|offer| offer.size == size).map(|offer| text::hourly(offer.hourly))
    }
}

impl JobFacts {
    pub async fn load(store: &Store, catalogue: &Catalogue, number: i64) -> Result<Option<Self>, Error> {
        let mut snapshot = store.snapshot().await?;
        let Some(job) = snapshot.job(number).await? else { return Ok(None) };
        let cluster = snapshot.cluster(&job.job.cluster).await?;
        let cluster = cluster.ok_or_else(|| Error::UnknownCluster(job.job.cluster.clone()))?;
        let is_queued = job.job.started_at.is_none() && !job.job.state.is_final();
        let ahead = if is_queued { snapshot.jobs_ahead(number).await? } else { Vec::new() };
        let check_ins = snapshot.check_ins(number, NEWEST_CHECK_INS).await?;
        drop(snapshot);
        let hourly = job
            .job
            .size
            .or(cluster.size)
            .and_then(|size| catalogue.cluster(&cluster.name)?.offer(size))
            .map(|offer| offer.hourly);
        let owed = match store.obligation_of_job(number).await? {
            Some(own) => Some(own),
            None => store.obligation_of(&cluster.name).await?,
        };
        Ok(Some(Self { ahead, check_ins, job, cluster, hourly, owed }))
    }

    /// "$0.071/h"
    pub fn rate(&self) -> Option<String> {
        self.hourly.map(text::hourly)
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples;

    #[test]
    fn the_rate_is_that_of_the_present_size() {
        let mut facts = samples::cluster_facts(ClusterState::Up);
        assert_eq!(facts.rate().as_deref(), Some("$0.036/h"));
        facts.cluster.size = None;
        assert_eq!(facts.rate(), None);
    }

    #[test]
    fn a_cluster_that_the_config_no_longer_knows_has_no_prices() {
        let facts = ClusterFacts::new(samples::cluster(ClusterState::Up), &Catalogue::default());
        assert_eq!((facts.rate(), facts.offers), (None, Vec::new()));
    }
}
