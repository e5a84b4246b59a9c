//! The backup destroy: a destroy that the CI carries out by its own clock when nobody here is alive to do it.
//!
//! For each stack of a teardown a schedule is planted at the CI, for a full hour after the auto-destroy time and a
//! margin. It is moved with the auto-destroy time, put off while a job is at work on the cluster after that time, and
//! removed when nothing is owed any more. Only a service that is dead lets its hour come.

mod outlook;
mod wish;

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::run::{ProviderKind, RunRef, RunStatus};
use crate::spelling::spelled_enum;
use crate::step::CiTarget;

pub use outlook::{Outlook, PATIENCE_WITH_CI, outlook};
pub use wish::{Plantable, Stand, WhyNone, Wish, plantable, wish};

/// Whether backup destroys are planted at all, and how long after the auto-destroy time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPolicy {
    pub margin_minutes: u32,
}

spelled_enum! {
    /// How far the planting of one destroy is.
    BackupState ("backup state") {
        /// To be planted, and not known to be.
        Wanted = "wanted",
        Planted = "planted",
        /// The CI said no.
        Refused = "refused",
        /// Not there any more.
        Removed = "removed",
    }
}

/// One destroy that is planted, or is to be: one stack of one debt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupDestroy {
    pub obligation: i64,
    /// Its place in the teardown, from 1 on.
    pub position: i32,
    /// By what it is found again at the CI when an answer was lost.
    pub mark: String,
    /// What was planted last.
    pub target: CiTarget,
    pub state: BackupState,
    /// The CI's id of the schedule.
    pub schedule: Option<String>,
    /// Whether the CI was asked to plant it and has not been heard to answer.
    pub is_unclear: bool,
    /// The beginning of the hour within which it fires, as the CI last confirmed.
    pub fires_at: Option<Time>,
    /// How often in a row planting, moving or removing it failed.
    pub failures: i32,
    pub last_error: Option<String>,
    /// Neither planted nor asked for before this.
    pub next_attempt_at: Time,
    /// Since when a destroy of ours waits to hear what became of it.
    pub awaited_since: Option<Time>,
    /// When the CI last said what became of it.
    pub asked_at: Option<Time>,
    /// The run that the schedule has started.
    pub run: Option<BackupRun>,
}

/// A run that a schedule started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRun {
    pub run: RunRef,
    pub status: RunStatus,
    pub began_at: Time,
}

impl BackupDestroy {
    /// Whether the hour of a planted destroy has come.
    pub fn has_come(&self, now: Time) -> bool {
        self.state == BackupState::Planted && self.fires_at.is_some_and(|fires_at| fires_at <= now)
    }

    /// Whether anything of it may stand at the CI.
    pub const fn may_stand(&self) -> bool {
        self.schedule.is_some() || self.is_unclear
    }
}

impl ProviderKind {
    /// Why nothing can be planted at this CI; none where it can.
    pub const fn why_no_backup(self) -> Option<&'static str> {
        match self {
            Self::CircleCi => None,
            Self::Travis => Some("Travis CI starts builds by itself only daily, weekly or monthly"),
        }
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::obligation::{Obligation, ObligationState, PlannedTeardown};
    use crate::step::{Action, Effect, Retries};

    /// Minutes after 15:00 of a day in 2027.
    pub fn at(minute: i64) -> Time {
        chrono::DateTime::from_timestamp(1_800_028_800 - 3_600 + minute * 60, 0).unwrap_or_default()
    }

    pub fn target(branch: &str, provider: ProviderKind) -> CiTarget {
        CiTarget {
            name: branch.into(),
            title: branch.into(),
            provider,
            project: "gh/acme/shop".into(),
            branch: branch.into(),
            parameters: [].into(),
            marker_parameter: None,
            time_limit_minutes: 60,
            retries: Retries::default(),
        }
    }

    /// Open, of two stacks, and to be destroyed at 18:30.
    pub fn obligation() -> Obligation {
        let teardown = ["destroy-release", "destroy-cluster"].map(|branch| PlannedTeardown {
            title: branch.into(),
            action: Action::Trigger {
                target: target(branch, ProviderKind::CircleCi),
                effect: Effect::DestroysCluster,
            },
        });
        Obligation {
            opened_at: at(0),
            destroys_at: Some(at(210)),
            teardown: teardown.into(),
            next_attempt_at: at(210),
            ..crate::obligation::samples::obligation(ObligationState::Open)
        }
    }

    /// Planted for the hours that begin then.
    pub fn planted(hours: [i64; 2]) -> Vec<BackupDestroy> {
        let row = |(position, hour)| BackupDestroy {
            obligation: 1,
            position,
            mark: "m".into(),
            target: target(
                if position == 1 { "destroy-release" } else { "destroy-cluster" },
                ProviderKind::CircleCi,
            ),
            state: BackupState::Planted,
            schedule: Some(position.to_string()),
            is_unclear: false,
            fires_at: Some(at(hour)),
            failures: 0,
            last_error: None,
            next_attempt_at: at(0),
            awaited_since: None,
            asked_at: None,
            run: None,
        };
        (1..).zip(hours).map(row).collect()
    }
}
