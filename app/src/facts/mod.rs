//! What the rows and the catalogue say of a cluster or a job: everything from which a page about it is made.
//!
//! The version of a view is the highest of its rows, so they are read in one moment: read one after the other, an old
//! row could stand beside a newer one whose version hides the view that is right, or a debt that is paid beside a job
//! that is still at it.

mod end;
mod money;
mod past;
mod truths;

use std::collections::BTreeSet;

use domain::backup::{BackupDestroy, BackupPolicy};
use domain::catalogue::Catalogue;
use domain::cloud::{Resource, ResourceKind};
use domain::cluster::{Cluster, ClusterState};
use domain::ending::PlannedDestroy;
use domain::event::CheckIn;
use domain::history::{Durations, Range, Usual};
use domain::job::JobWithSteps;
use domain::money::UpTime;
use domain::obligation::Obligation;
use domain::price::{ListAge, Price};
use domain::proof::Observation;
use domain::size::{Size, SizeOffer};
use domain::stay::StayLimits;
use store::{AcceptedLeftover, Act, Error, JobFilter, Snapshot, Store};

pub use truths::{CiWord, Wish, cleans_up};

/// How many check-ins a job's page shows.
const NEWEST_CHECK_INS: i64 = 200;
/// How many acts a cluster's page shows.
const NEWEST_ACTS: i64 = 10;

/// Of one cluster.
#[derive(Debug, Clone)]
pub struct ClusterFacts {
    pub cluster: Cluster,
    /// The job at work on it, else the last one.
    pub latest_job: Option<JobWithSteps>,
    /// The debt to destroy it; where there is none, the last one that its latest job had to do with.
    pub owed: Option<Obligation>,
    /// What the cloud last showed of it; none when nobody asks a cloud about it.
    pub observation: Option<Observation>,
    /// What a named person took over of what it left behind.
    pub accepted: Vec<AcceptedLeftover>,
    /// What people did to it, the newest first.
    pub acts: Vec<Act>,
    /// The destroys that are planted at the CI for its debt.
    pub backups: Vec<BackupDestroy>,
    /// Those of earlier debts that may still stand there.
    pub left_backups: Vec<BackupDestroy>,
    pub backup_policy: Option<BackupPolicy>,
    /// The run of a schedule that destroys it before it ends by itself.
    pub planned: Option<PlannedDestroy>,
    /// Whether the config says by what it is recognised in the cloud.
    pub has_mark: bool,
    /// How long the steps of its latest job took before.
    pub durations: Durations,
    /// How long a cluster of each size usually takes to come up, where one is to be chosen.
    pub usual_starts: Vec<(Size, Range)>,
    /// At the prices of today. Empty for a cluster that the config no longer knows.
    pub offers: Vec<SizeOffer>,
    /// How it stands with the cloud's list of prices.
    pub list_age: ListAge,
    /// When it cost money, as far as there is no receipt of it yet.
    pub up_times: Vec<UpTime>,
    /// The receipt of what was owed, once it is settled.
    pub receipt: Option<i64>,
    pub default_size: Size,
    pub lifetime_minutes: u32,
    pub limits: StayLimits,
    /// Whether anything can be deployed on it.
    pub takes_services: bool,
}

/// Of one job.
#[derive(Debug, Clone)]
pub struct JobFacts {
    pub job: JobWithSteps,
    pub cluster: Cluster,
    /// Of the size that it brings up or that is up now, as of today.
    pub price: Option<Price>,
    /// When the cluster cost money while the job was at work.
    pub up_times: Vec<UpTime>,
    /// The receipt of what was owed, once it is settled.
    pub receipt: Option<i64>,
    /// The unfinished jobs that go first.
    pub ahead: Vec<i64>,
    /// Whether the first of them pays the debt of the cluster.
    pub first_pays_debt: bool,
    pub check_ins: Vec<CheckIn>,
    pub owed: Option<Obligation>,
    /// The run of a schedule that destroys the cluster before it ends by itself.
    pub planned: Option<PlannedDestroy>,
    pub proof: Proof,
    /// How long such steps took before.
    pub durations: Durations,
    /// How long such jobs usually take.
    pub usual_in_all: Option<Usual>,
}

/// What the cloud has to say on a debt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// Whether anybody asks a cloud about the cluster.
    pub has_observer: bool,
    pub clean_looks: i32,
    /// Who accepted what was left, each once.
    pub accepted_by: Vec<String>,
}

impl Proof {
    fn new(observation: Option<&Observation>, accepted: &[AcceptedLeftover]) -> Self {
        let people: BTreeSet<&str> = accepted.iter().map(|taken| taken.by.as_str()).collect();
        Self {
            has_observer: observation.is_some(),
            clean_looks: observation.map_or(0, |observation| observation.clean_looks),
            accepted_by: people.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl ClusterFacts {
    pub fn new(cluster: Cluster, catalogue: &Catalogue) -> Self {
        let spec = catalogue.cluster(&cluster.name);
        Self {
            offers: spec.map(|spec| spec.sizes.clone()).unwrap_or_default(),
            list_age: ListAge::default(),
            default_size: spec.map_or(Size::S, |spec| spec.default_size),
            lifetime_minutes: spec.map_or(0, |spec| spec.lifetime_minutes),
            limits: spec.map(|spec| spec.limits).unwrap_or_default(),
            takes_services: !catalogue.services.is_empty(),
            has_mark: spec.is_some_and(|spec| spec.cloud.is_some()),
            latest_job: None,
            owed: None,
            observation: None,
            accepted: Vec::new(),
            acts: Vec::new(),
            up_times: Vec::new(),
            receipt: None,
            backups: Vec::new(),
            left_backups: Vec::new(),
            backup_policy: catalogue.backup,
            planned: None,
            durations: Durations::default(),
            usual_starts: Vec::new(),
            cluster,
        }
    }

    pub async fn load(store: &Store, catalogue: &Catalogue, name: &str) -> Result<Option<Self>, Error> {
        // No row has such a name, and the database would not take it.
        if name.contains('\0') {
            return Ok(None);
        }
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
        let owed = match (snapshot.obligation_of(name).await?, latest) {
            (None, Some(job)) => snapshot.obligation_of_job(job).await?,
            (owed, _) => owed,
        };
        let observation = snapshot.observation(name).await?;
        let accepted = snapshot.accepted_leftovers(name).await?;
        let acts = snapshot.acts(name, NEWEST_ACTS).await?;
        let durations = match latest_job.as_ref().filter(|job| !job.job.state.is_final()) {
            Some(job) => snapshot.step_durations(name, job.job.size).await?,
            None => Durations::default(),
        };
        let backups = match &owed {
            Some(owed) => snapshot.backups_of(owed.id).await?,
            None => Vec::new(),
        };
        let left_backups = snapshot.left_backups(name).await?;
        let planned = snapshot.planned_destroy(&cluster, owed.as_ref(), catalogue).await?;
        let up_times = snapshot.up_times_without_receipt(name).await?;
        let receipt = receipt_of(&mut snapshot, owed.as_ref()).await?;
        let known = Self::new(cluster, catalogue);
        let list = snapshot.prices().await?;
        let list_age = snapshot.price_list_age().await?;
        let offers = known.offers.into_iter().map(|offer| offer.by_list(&list)).collect();
        Ok(Some(Self {
            latest_job,
            owed,
            observation,
            accepted,
            acts,
            backups,
            left_backups,
            planned,
            durations,
            offers,
            list_age,
            up_times,
            receipt,
            ..known
        }))
    }

    pub async fn all(store: &Store, catalogue: &Catalogue) -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        for cluster in store.clusters().await? {
            all.extend(Self::load(store, catalogue, &cluster.name).await?);
        }
        Ok(all)
    }

    /// The same for a card, on which a size can be chosen only where there is nothing to replace.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn with_starts_on_card(self, store: &Store, catalogue: &Catalogue) -> Result<Self, Error> {
        match self.cluster.state {
            ClusterState::Down | ClusterState::Failed | ClusterState::Unknown => {
                self.with_starts(store, catalogue).await
            }
            _ => Ok(self),
        }
    }

    /// The same, knowing how long a cluster of each size usually takes to come up: for those who are to choose one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn with_starts(self, store: &Store, catalogue: &Catalogue) -> Result<Self, Error> {
        let usual_starts = past::starts(store, catalogue, &self.cluster.name).await?;
        Ok(Self { usual_starts, ..self })
    }

    /// The job that is at work on it or waits for its turn.
    pub fn active_job(&self) -> Option<&JobWithSteps> {
        self.latest_job.as_ref().filter(|job| !job.job.state.is_final())
    }

    /// Whether the CI says that there is nothing.
    pub fn is_down(&self) -> bool {
        self.cluster.state == ClusterState::Down
    }

    /// The debt, while it is one.
    pub fn unsettled(&self) -> Option<&Obligation> {
        self.owed.as_ref().filter(|owed| !owed.state.is_final())
    }

    /// What the cloud shows and nobody has accepted.
    pub fn left_in_cloud(&self) -> impl Iterator<Item = &Resource> {
        let shown = self.observation.iter().flat_map(|observation| &observation.resources);
        shown.filter(|resource| self.acceptance_of(resource).is_none())
    }

    pub fn acceptance_of(&self, resource: &Resource) -> Option<&AcceptedLeftover> {
        self.accepted.iter().find(|taken| taken.kind == resource.kind && taken.resource_id == resource.id)
    }

    /// The cluster that the cloud shows and that nobody owes the destroy of.
    pub fn found(&self) -> Option<&Resource> {
        let is_gone = matches!(self.cluster.state, ClusterState::Down | ClusterState::Failed);
        let may_be_adopted =
            is_gone && self.has_mark && self.unsettled().is_none() && self.active_job().is_none();
        self.left_in_cloud()
            .find(|resource| resource.kind == ResourceKind::Cluster)
            .filter(|_| may_be_adopted)
    }

    pub fn proof(&self) -> Proof {
        Proof::new(self.observation.as_ref(), &self.accepted)
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
        let list = snapshot.prices().await?;
        let offer =
            job.job.size.or(cluster.size).and_then(|size| catalogue.cluster(&cluster.name)?.offer(size));
        let price = offer.map(|offer| offer.clone().by_list(&list).price);
        let until = job.job.finished_at.unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC);
        let up_times = match job.job.started_at {
            Some(started) => snapshot.up_times_between(&cluster.name, started, until).await?,
            None => Vec::new(),
        };
        let owed = match snapshot.obligation_of_job(number).await? {
            Some(own) => Some(own),
            None => snapshot.obligation_of(&cluster.name).await?,
        };
        let first_pays_debt = match ahead.first() {
            Some(first) => snapshot.job(*first).await?.is_some_and(|first| first.job.pays_obligation),
            None => false,
        };
        let planned = snapshot.planned_destroy(&cluster, owed.as_ref(), catalogue).await?;
        let observation = snapshot.observation(&cluster.name).await?;
        let accepted = snapshot.accepted_leftovers(&cluster.name).await?;
        let proof = Proof::new(observation.as_ref(), &accepted);
        let receipt = receipt_of(&mut snapshot, owed.as_ref()).await?;
        let (durations, usual_in_all) = past::of_job(&mut snapshot, &job).await?;
        Ok(Some(Self {
            ahead,
            first_pays_debt,
            check_ins,
            job,
            cluster,
            price,
            up_times,
            receipt,
            owed,
            planned,
            proof,
            durations,
            usual_in_all,
        }))
    }
}

/// Only what nothing is owed for any more has one.
async fn receipt_of(snapshot: &mut Snapshot, owed: Option<&Obligation>) -> Result<Option<i64>, Error> {
    match owed.filter(|owed| owed.state.is_final()) {
        Some(owed) => snapshot.receipt_of(owed.id).await,
        None => Ok(None),
    }
}
