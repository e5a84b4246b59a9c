//! One environment that can be brought up and destroyed, and how its state follows from its steps.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::size::Size;
use crate::spelling::spelled_enum;
use crate::standing::Doubt;
use crate::step::{Action, Effect, StepState};

spelled_enum! {
    /// What is known of the cluster as a whole.
    ClusterState ("cluster state") {
        Down = "down",
        Provisioning = "provisioning",
        Up = "up",
        Destroying = "destroying",
        /// Bringing it up or destroying it went wrong. It may still cost money.
        Failed = "failed",
        /// No fresh fact from anybody who should know.
        Unknown = "unknown",
    }
}

/// A service on a cluster, kept until the cluster goes down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    pub service: String,
    pub at: Time,
    /// The number of the job that deployed it.
    pub job: i64,
}

/// A cluster as it stands in its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    pub name: String,
    pub state: ClusterState,
    /// The size that it has or is getting; none when it is down.
    pub size: Option<Size>,
    /// Since when it has been in this state.
    pub since: Time,
    /// Why it failed, when it failed.
    pub failure: Option<String>,
    pub deployments: Vec<Deployment>,
    /// When it is destroyed at the latest: the time of its open obligation.
    pub destroys_at: Option<Time>,
    /// The job that is at work on it.
    pub active_job: Option<i64>,
    /// Why its state is not to be believed, if it is not.
    pub doubt: Option<Doubt>,
    /// Grows with each change. A press carries the version that it was decided on.
    pub version: i64,
}

impl Cluster {
    /// The state that people are shown: nobody who should know has spoken for long means that we do not know.
    pub fn shown_state(&self) -> ClusterState {
        match &self.doubt {
            Some(Doubt::Silence { .. }) => ClusterState::Unknown,
            Some(Doubt::Disagreement { .. }) | None => self.state,
        }
    }
}

/// What a change of a step means for its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterChange {
    /// A create was begun; the size is the job's.
    Provisioning,
    Up,
    Destroying,
    Down,
    Failed {
        reason: String,
    },
    Deployed {
        service: String,
    },
}

/// What it means for the cluster that a step came into `state`, or nothing.
///
/// Several stacks make up a cluster: it is up or down only with the last of a row of such steps, so
/// `ends_its_row` says whether this step is the last of its row.
pub fn change_by_step(
    action: &Action,
    title: &str,
    state: StepState,
    ends_its_row: bool,
) -> Option<ClusterChange> {
    match (action.effect()?, state) {
        (Effect::CreatesCluster, StepState::Running | StepState::Waiting) => {
            Some(ClusterChange::Provisioning)
        }
        (Effect::CreatesCluster, StepState::Succeeded) => ends_its_row.then_some(ClusterChange::Up),
        (Effect::DestroysCluster, StepState::Running | StepState::Waiting) => Some(ClusterChange::Destroying),
        (Effect::DestroysCluster, StepState::Succeeded) => ends_its_row.then_some(ClusterChange::Down),
        (Effect::CreatesCluster | Effect::DestroysCluster, state)
            if state.is_final() && state.was_attempted() =>
        {
            Some(ClusterChange::Failed {
                reason: format!("{title}: {}", crate::text::step_state(state).to_lowercase()),
            })
        }
        (Effect::Deploys { service }, StepState::Succeeded) => {
            Some(ClusterChange::Deployed { service: service.clone() })
        }
        _ => None,
    }
}
