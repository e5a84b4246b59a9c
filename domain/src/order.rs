//! From what somebody asks for to a job that can be accepted: every name resolved, the plan fixed.

use serde::{Deserialize, Serialize};

use crate::cloud::CloudMark;
use crate::cluster::{Cluster, ClusterState};
use crate::obligation::{Obligation, PlannedTeardown};
use crate::size::{Size, SizeOffer};
use crate::stay::{Stay, StayError, StayTerms};
use crate::step::{Action, Phase};
use crate::text::one_line;

/// What somebody asks for, with the names still unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ask {
    pub routine: String,
    pub cluster: String,
    pub size: Option<Size>,
    pub service: Option<String>,
    /// How long the cluster is wanted; the cluster's usual lifetime unless somebody says so.
    pub lifetime: Option<Stay>,
}

/// One step that a job is going to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStep {
    pub phase: Phase,
    pub title: String,
    pub action: Action,
}

/// A job ready to be accepted. It carries all that it needs, so that a changed config never strands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub routine: String,
    pub cluster: String,
    pub size: Option<Size>,
    pub service: Option<String>,
    pub steps: Vec<PlannedStep>,
    /// How to destroy what it may create; empty when it creates nothing.
    pub teardown: Vec<PlannedTeardown>,
    /// How long a cluster that it brings up stays.
    pub stay: StayTerms,
    /// How long it waits before it destroys anything, for whoever has second thoughts.
    pub hold_seconds: u32,
    /// How long the job may take; none when only its steps are limited.
    pub time_limit_minutes: Option<u32>,
    /// By what the cluster is recognised in the cloud, where it can be looked for.
    pub cloud: Option<CloudMark>,
    /// What is brought up and its price by the config, where something is.
    pub offer: Option<SizeOffer>,
    /// The job whose remaining steps these are; those before them count as done.
    pub resumes: Option<Resumption>,
}

impl Order {
    /// Whether the first thing that it does is to destroy what is there.
    pub fn begins_with_destroy(&self) -> bool {
        self.ahead().first().is_some_and(|step| step.action.destroys_cluster())
    }

    /// Whether the lifetime that somebody chose would hold: a cluster that is up has its end already. Whoever takes up
    /// the rest of a job chose nothing anew.
    ///
    /// # Errors
    /// Says what the end is, and how it is moved.
    pub fn check_lifetime(&self, owed: Option<&Obligation>) -> Result<(), StayError> {
        let changes = |step: &&PlannedStep| step.action.creates_cluster() || step.action.destroys_cluster();
        let creates = self.ahead().iter().find(changes).is_some_and(|step| step.action.creates_cluster());
        match owed.filter(|owed| owed.is_open() && creates && self.resumes.is_none()) {
            Some(owed) if self.stay.chosen.is_some() => {
                Err(StayError::up_already(&owed.cluster, owed.destroys_at))
            }
            _ => Ok(()),
        }
    }

    /// The steps that are not done yet.
    pub fn ahead(&self) -> &[PlannedStep] {
        let done = self.resumes.map_or(0, |resumed| usize::try_from(resumed.from - 1).unwrap_or(0));
        self.steps.get(done..).unwrap_or_default()
    }
}

/// Where a job goes on that another one left off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resumption {
    pub job: i64,
    /// The first step that is taken again.
    pub from: i32,
}

/// Of a name that nobody knows, so much is repeated: it may be anything that somebody sent.
pub(crate) const LONGEST_NAME: usize = 80;

/// Why an ask cannot become a job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    #[error("There is no routine \"{}\". Known routines: {known}.", one_line(name, LONGEST_NAME))]
    UnknownRoutine { name: String, known: String },
    #[error("There is no cluster \"{}\". Known clusters: {known}.", one_line(name, LONGEST_NAME))]
    UnknownCluster { name: String, known: String },
    #[error("There is no service \"{}\". Known services: {known}.", one_line(name, LONGEST_NAME))]
    UnknownService { name: String, known: String },
    #[error("The routine \"{routine}\" needs a service. Known services: {known}.")]
    ServiceMissing { routine: String, known: String },
    #[error("The routine \"{routine}\" takes no service.")]
    ServiceNotTaken { routine: String },
    #[error("The routine \"{routine}\" takes no size: it brings nothing up.")]
    SizeNotTaken { routine: String },
    #[error("The routine \"{routine}\" takes no lifetime: it brings nothing up.")]
    LifetimeNotTaken { routine: String },
    #[error("The cluster \"{cluster}\" may stay for {longest} at most, and the schedule says longer.")]
    LifetimeTooLong { cluster: String, longest: String },
    #[error("The cluster \"{cluster}\" is not offered in size {size}. Offered sizes: {known}.")]
    SizeNotOffered { cluster: String, size: Size, known: String },
}

/// Why a job that is well formed may not begin on the cluster as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("{cluster} is already up in size {size}. Nothing was started.")]
    AlreadyUp { cluster: String, size: Size },
    #[error(
        "{cluster} is up in size {size}. Another size replaces the whole cluster: use \"resize\", or destroy it first. Nothing was started."
    )]
    OtherSizeUp { cluster: String, size: Size },
    #[error("{cluster} is down. Start it first. Nothing was started.")]
    Down { cluster: String },
    #[error("{cluster} is already down. Nothing was started.")]
    AlreadyDown { cluster: String },
}

/// Whether these steps may begin on the cluster as it is now.
///
/// Checked when a job is accepted on an idle cluster, and again when it gets its turn.
/// A cluster that failed or is unknown never blocks: destroying or bringing up again is the way out of both.
pub fn conflict(steps: &[PlannedStep], size: Option<Size>, cluster: &Cluster) -> Option<Conflict> {
    let first = &steps.first()?.action;
    let name = || cluster.name.clone();
    match (cluster.state, cluster.size) {
        (ClusterState::Up, Some(present)) if first.creates_cluster() && size != Some(present) => {
            Some(Conflict::OtherSizeUp { cluster: name(), size: present })
        }
        // Bringing up what is up changes nothing, so a routine that goes on to do more may begin with it.
        (ClusterState::Up, Some(present)) if steps.iter().all(|step| step.action.creates_cluster()) => {
            Some(Conflict::AlreadyUp { cluster: name(), size: present })
        }
        (ClusterState::Up, Some(present)) if first.destroys_cluster() && size == Some(present) => {
            Some(Conflict::AlreadyUp { cluster: name(), size: present })
        }
        (ClusterState::Down, _) if first.destroys_cluster() => {
            if size.is_some() {
                Some(Conflict::Down { cluster: name() })
            } else {
                Some(Conflict::AlreadyDown { cluster: name() })
            }
        }
        (ClusterState::Down, _) if !first.creates_cluster() => Some(Conflict::Down { cluster: name() }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_repeated_in_one_line_and_never_whole_when_it_is_long() {
        let unknown = |name: String| {
            let known = "iriversland2".to_owned();
            AskError::UnknownCluster { name, known }.to_string()
        };
        let short = "There is no cluster \"no pe\". Known clusters: iriversland2.";
        assert_eq!(unknown("no\npe".to_owned()), short);
        let long = format!("There is no cluster \"{}…\". Known clusters: iriversland2.", "x".repeat(79));
        assert_eq!(unknown("x".repeat(5_000)), long);
    }
}
