//! What one turn of a job wrote down: everything that belongs together and is committed together.

use crate::Time;
use crate::cloud::CloudMark;
use crate::cluster::ClusterChange;
use crate::event::Remark;
use crate::job::JobState;
use crate::obligation::PlannedTeardown;
use crate::spelling::spelled_enum;
use crate::stay::StayLimits;
use crate::step::Step;
use crate::stray::Left;

/// One transition of a job. What is not mentioned stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// The step as it is from now on, its trigger included.
    pub step: Option<Step>,
    /// Whether the step's answer was heeded, and goes.
    pub heeded: bool,
    /// Whether the job got any further. Breakdowns are counted from the last progress on.
    pub is_progress: bool,
    pub skipped: Vec<i32>,
    pub cluster: Option<ClusterChange>,
    pub obligation: Option<ObligationChange>,
    pub job: Option<JobChange>,
    /// Runs that nobody follows any more from now on, though they may be at work.
    pub left: Vec<Left>,
    pub remarks: Vec<Remark>,
    /// What Slack is told.
    pub announcements: Vec<String>,
}

/// What happens to the job itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobChange {
    /// It has begun, or goes on.
    Goes(JobState),
    /// It has ended. Steps that are still queued are skipped.
    Ends { state: JobState, outcome: String },
}

/// What happens to the cluster's unsettled obligation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObligationChange {
    /// From now on something may exist. An unsettled one is taken over by the new wish.
    Open {
        /// None when only somebody can end it.
        destroys_at: Option<Time>,
        /// Who chose that at the start, if somebody did.
        chosen_by: Option<String>,
        limits: StayLimits,
        /// Of how many of the warnings it is too late to be a warning.
        warnings: i32,
        teardown: Vec<PlannedTeardown>,
        cloud: Option<CloudMark>,
    },
    Destroying,
    /// The CI says destroyed; the cloud is asked from now on.
    Verify,
    /// The CI says destroyed, and there is no cloud that could be asked.
    Settle,
    /// To be destroyed as soon as `next_attempt_at`; `failed` when a destroy was tried.
    Due {
        failed: bool,
        error: String,
        next_attempt_at: Time,
    },
    /// A named person wants the cluster until then.
    LeaveUp {
        until: Time,
        by: String,
        warnings: i32,
    },
}

spelled_enum! {
    /// On whose word an obligation was settled.
    Evidence ("evidence") {
        /// Only the CI said that the cluster was destroyed.
        Ci = "ci",
        /// The cloud showed nothing, twice.
        Cloud = "cloud",
        /// The cloud showed only what a named person had accepted.
        Accepted = "accepted",
    }
}
