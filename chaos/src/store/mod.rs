//! The rows, under the conditions that `store` puts on them in Postgres.
//!
//! Each function is one statement or one transaction there; what happens between two of them is up to chance. What decides
//! nothing is left out: check-ins, announcements, deployments, sessions, contacts.

mod accept;
mod acts;
mod claims;
mod endings;
mod obligations;
mod observations;
mod record;
mod strays;

use std::collections::BTreeMap;

use domain::Time;
use domain::act::ActError;
use domain::cloud::{CloudMark, ResourceKind};
use domain::cluster::{Cluster, ClusterState};
use domain::extension::ExtendError;
use domain::job::{Job, JobWithSteps};
use domain::obligation::{Obligation, PlannedTeardown};
use domain::order::Conflict;
use domain::proof::Observation;
use domain::step::Step;
use uuid::Uuid;

use crate::variants::Variant;

pub use accept::Accepted;
pub use claims::Claim;
pub use obligations::Owed;
pub use strays::StrayRow;

/// Everything that is written down.
pub struct Store {
    pub jobs: Vec<JobRow>,
    pub clusters: Vec<ClusterRow>,
    pub obligations: Vec<Obligation>,
    pub observations: BTreeMap<String, Observation>,
    /// What people took over of what was left behind.
    pub accepted_leftovers: Vec<(String, ResourceKind, String)>,
    /// Which trigger has which run: no run has two.
    adopted: BTreeMap<String, Uuid>,
    pub strays: Vec<StrayRow>,
    account_asked_at: Option<Time>,
    version: i64,
    variant: Variant,
    news: Vec<News>,
}

/// A job with its plan and its claim.
pub struct JobRow {
    pub job: Job,
    pub steps: Vec<Step>,
    pub fence: i64,
    pub claimed_until: Option<Time>,
    pub next_check_at: Time,
    is_nudged: bool,
    teardown: Vec<PlannedTeardown>,
    hold_seconds: u32,
    cloud: Option<CloudMark>,
    key: Option<String>,
}

/// A cluster without what is read from other rows.
pub struct ClusterRow(Cluster);

/// What a transaction changed that somebody may have to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A write went through whose claim had passed on.
    StaleWrite {
        job: i64,
        position: Option<i32>,
    },
    /// A row was changed without a newer version.
    OldVersion {
        what: String,
    },
    /// A step, or its trigger, came into another state.
    Step {
        job: i64,
        position: i32,
    },
    /// A step ended because workers broke down over it.
    PutAside {
        job: i64,
        position: i32,
    },
    JobEnded {
        job: i64,
    },
    Settled {
        obligation: i64,
    },
    Closed {
        obligation: i64,
    },
}

/// Why a write or a read brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The claim has passed on.
    Fenced,
    /// Another trigger has the run.
    RunTaken,
    /// The database did not answer. What was sent may have been committed.
    NoAnswer,
    Act(ActError),
    Conflict(Conflict),
    /// No such auto-destroy time may be chosen.
    OutOfRange,
    Extend(ExtendError),
    /// Not in the database: the worker broke down.
    Breakdown,
}

impl Store {
    pub fn new(clusters: &[String], variant: Variant, now: Time) -> Self {
        let row = |(name, version): (&String, i64)| {
            ClusterRow(Cluster {
                name: name.clone(),
                state: ClusterState::Down,
                size: None,
                since: now,
                failure: None,
                deployments: Vec::new(),
                destroys_at: None,
                active_job: None,
                doubt: None,
                version,
            })
        };
        Self {
            jobs: Vec::new(),
            clusters: clusters.iter().zip(1..).map(row).collect(),
            obligations: Vec::new(),
            observations: BTreeMap::new(),
            accepted_leftovers: Vec::new(),
            adopted: BTreeMap::new(),
            strays: Vec::new(),
            account_asked_at: None,
            version: i64::try_from(clusters.len()).unwrap_or(i64::MAX),
            variant,
            news: Vec::new(),
        }
    }

    /// What was changed since this was last asked.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    pub fn row(&self, job: i64) -> Option<&JobRow> {
        self.jobs.get(usize::try_from(job - 1).ok()?)
    }

    fn row_mut(&mut self, job: i64) -> Option<&mut JobRow> {
        self.jobs.get_mut(usize::try_from(job - 1).ok()?)
    }

    pub fn step(&self, job: i64, position: i32) -> Option<&Step> {
        self.row(job)?.steps.iter().find(|step| step.position == position)
    }

    pub fn job(&self, job: i64) -> Option<JobWithSteps> {
        let row = self.row(job)?;
        Some(JobWithSteps { job: row.job.clone(), steps: row.steps.clone() })
    }

    pub fn cluster(&self, name: &str) -> Option<Cluster> {
        let cluster = self.clusters.iter().map(|row| &row.0).find(|cluster| cluster.name == name)?;
        let active = self.first_of(name).map(|row| row.job.number);
        let destroys_at = self.unsettled(name).and_then(|owed| owed.destroys_at);
        Some(Cluster { active_job: active, destroys_at, ..cluster.clone() })
    }

    /// The debt of the cluster that is neither settled nor closed.
    pub fn unsettled(&self, cluster: &str) -> Option<&Obligation> {
        self.obligations.iter().find(|owed| owed.cluster == cluster && !owed.state.is_final())
    }

    fn unsettled_mut(&mut self, cluster: &str) -> Option<&mut Obligation> {
        self.obligations.iter_mut().find(|owed| owed.cluster == cluster && !owed.state.is_final())
    }

    /// The unfinished job of the cluster whose turn it is.
    fn first_of(&self, cluster: &str) -> Option<&JobRow> {
        self.unfinished(cluster).min_by_key(|row| row.place())
    }

    fn unfinished(&self, cluster: &str) -> impl Iterator<Item = &JobRow> {
        self.jobs.iter().filter(move |row| row.job.cluster == cluster && !row.job.state.is_final())
    }

    fn next_version(&mut self) -> i64 {
        self.version += 1;
        self.version
    }

    /// Gives a cluster that changed a newer version.
    fn touch(&mut self, cluster: &str) {
        let version = self.next_version();
        if let Some(row) = self.clusters.iter_mut().find(|row| row.0.name == cluster) {
            row.0.version = version;
        }
    }

    fn touch_job(&mut self, job: i64) {
        let version = self.next_version();
        if let Some(row) = self.row_mut(job) {
            row.job.version = version;
        }
    }
}

impl JobRow {
    /// First comes what a worker ever had, then what pays the debt, then the oldest.
    const fn place(&self) -> (bool, bool, i64) {
        (self.fence == 0, !self.job.pays_obligation, self.job.number)
    }

    /// When somebody has to look at it.
    pub fn due_at(&self) -> Time {
        self.claimed_until.map_or(self.next_check_at, |until| until.max(self.next_check_at))
    }
}
