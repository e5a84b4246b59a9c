//! What a turn of a job means: from what was decided and what the outside world answered to what is written down.
//!
//! The engine is the hand: it makes the call and hands the answer in. Everything that follows from the answer is decided
//! here, so that the whole protocol can be played without a network, a database or a clock.

mod answered;
mod begun;
mod consequences;
mod finished;
mod found;
mod heeded;
mod looked;
mod stopped;
mod twins;

use crate::cloud::CloudMark;
use crate::cluster::Cluster;
use crate::job::JobWithSteps;
use crate::obligation::{Obligation, PlannedTeardown};
use crate::record::Record;
use crate::step::{Step, StepState};
use crate::stray::Stray;

pub use answered::{Sent, answered};
pub use begun::{Begun, begun};
pub use finished::{finished, skipped};
pub use found::{Found, adopted, found, not_searched};
pub use heeded::heeded;
pub use looked::{Seen, Unseen, not_seen, seen};
pub use stopped::{given_up, retried, stop_asked};
pub use twins::twins_sought;

/// All that one turn of a job knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub job: JobWithSteps,
    pub cluster: Cluster,
    /// The unsettled obligation of the cluster.
    pub obligation: Option<Obligation>,
    /// How to destroy what the job may create.
    pub teardown: Vec<PlannedTeardown>,
    /// By what the cluster is recognised in the cloud.
    pub cloud: Option<CloudMark>,
    /// Whether a cloud can be asked for proof of a destroy.
    pub has_observer: bool,
    /// Runs that nobody follows any more and that may create something on the cluster, until well after their end.
    pub strays: Vec<Stray>,
}

impl Facts {
    /// The step that the plan speaks of.
    pub fn step(&self, position: i32) -> Option<&Step> {
        self.job.steps.iter().find(|step| step.position == position)
    }

    /// Whether the cloud says when the cluster is gone, and not the CI alone.
    fn is_proved_by_cloud(&self) -> bool {
        let mark = self.obligation.as_ref().and_then(|owed| owed.cloud.as_ref()).or(self.cloud.as_ref());
        self.has_observer && mark.is_some()
    }

    /// A run that nobody follows any more and that may have created something after a destroy of this job was begun.
    fn stray_beside_destroys(&self) -> Option<&Stray> {
        let destroys = self.job.steps.iter().filter(|step| step.action.destroys_cluster());
        let begun = destroys.filter_map(|step| step.started_at).min();
        self.strays
            .iter()
            .find(|stray| stray.ended_at.is_none_or(|ended| begun.is_none_or(|begun| ended > begun)))
    }

    /// The record of a step that came into its present state, with all that follows from it.
    fn record(&self, step: Step, remarks: Vec<crate::event::Remark>, now: crate::Time) -> Record {
        consequences::consequences(self, step, remarks, now)
    }

    fn with(&self, step: &Step) -> Self {
        let mut facts = self.clone();
        if let Some(known) = facts.job.steps.iter_mut().find(|known| known.position == step.position) {
            *known = step.clone();
        }
        facts
    }
}

fn end(step: &mut Step, state: StepState, now: crate::Time) {
    step.state = state;
    step.finished_at = Some(now);
}
