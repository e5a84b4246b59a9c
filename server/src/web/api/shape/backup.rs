//! What the backup destroy of a cluster looks like to programs.

use app::facts::ClusterFacts;
use chrono::Duration;
use domain::Time;
use domain::backup::{BackupDestroy, BackupState, plantable};
use serde::Serialize;

#[derive(Serialize)]
pub struct BackupShape {
    /// Whether every stack is planted at the CI.
    armed: bool,
    /// Why nothing is planted, where nothing should be.
    why_none: Option<String>,
    stacks: Vec<StackShape>,
}

/// One stack of the teardown.
#[derive(Serialize)]
struct StackShape {
    target: String,
    state: BackupState,
    /// The hour within which the CI fires it.
    from: Option<Time>,
    to: Option<Time>,
    /// The run that it has started.
    run: Option<String>,
    last_error: Option<String>,
}

impl BackupShape {
    /// None while nothing is owed.
    pub fn of(facts: &ClusterFacts) -> Option<Self> {
        let owed = facts.unsettled()?;
        let (why_none, wanted) = match plantable(owed, facts.backup_policy) {
            Err(why) => (Some(why.to_string()), 0),
            Ok(plantable) => (None, plantable.targets.len()),
        };
        let planted = facts.backups.iter().filter(|backup| backup.state == BackupState::Planted).count();
        Some(Self {
            armed: wanted > 0 && planted >= wanted,
            why_none,
            stacks: facts.backups.iter().map(StackShape::from).collect(),
        })
    }
}

impl From<&BackupDestroy> for StackShape {
    fn from(backup: &BackupDestroy) -> Self {
        Self {
            target: backup.target.name.clone(),
            state: backup.state,
            from: backup.fires_at,
            to: backup.fires_at.map(|at| at + Duration::hours(1)),
            run: backup.run.as_ref().map(|run| run.run.title()),
            last_error: backup.last_error.clone(),
        }
    }
}
