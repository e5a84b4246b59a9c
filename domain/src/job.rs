//! One execution of a routine, numbered. This is the history.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::actor::Actor;
use crate::size::Size;
use crate::spelling::spelled_enum;
use crate::step::Step;

spelled_enum! {
    /// How far a job is.
    JobState ("job state") {
        /// Accepted; another job on the cluster may be before it.
        Queued = "queued",
        Running = "running",
        /// Cannot go on before somebody or something answers.
        Waiting = "waiting",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl JobState {
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// A job without its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub number: i64,
    pub routine: String,
    pub cluster: String,
    /// The size that it brings up, if it brings something up.
    pub size: Option<Size>,
    /// The service that was asked for, if one was.
    pub service: Option<String>,
    pub state: JobState,
    pub actor: Actor,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
    pub cancel_requested_at: Option<Time>,
    /// How it ended, in one sentence for people.
    pub outcome: Option<String>,
    /// Grows with each change of the job or its steps.
    pub version: i64,
}

impl Job {
    /// "guide", "up (m)", "deploy slack-middleware".
    pub fn title(&self) -> String {
        match (&self.service, self.size) {
            (Some(service), _) => format!("{} {service}", self.routine),
            (None, Some(size)) => format!("{} ({size})", self.routine),
            (None, None) => self.routine.clone(),
        }
    }
}

/// A job with all its steps, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobWithSteps {
    #[serde(flatten)]
    pub job: Job,
    pub steps: Vec<Step>,
}
