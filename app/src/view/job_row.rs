//! One job in a list, and on the card of its cluster.

use serde::Deserialize;
#[cfg(feature = "ssr")]
use serde::Serialize;

use super::{Look, Sentence, Versioned};

/// A job as lists and cluster cards show it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct JobRow {
    pub number: i64,
    pub cluster: String,
    /// The group of states that it belongs to: `running` is everything unfinished.
    pub group: String,
    pub look: Look,
    /// "#128 guide (m)"
    pub title: String,
    /// Where it is at work, and how it ended or how far it is.
    pub line: String,
    pub started: Sentence,
    pub took: Sentence,
    pub by: String,
    /// What its cluster's card says of it.
    pub on_card: Sentence,
    /// What the CI said last about a step of it: of when, and what.
    pub ci_says: Option<(Sentence, Sentence)>,
    pub version: i64,
}

/// Which jobs a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct JobScope {
    pub group: Option<String>,
    pub cluster: Option<String>,
}

impl JobScope {
    pub fn contains(&self, row: &JobRow) -> bool {
        self.group.as_ref().is_none_or(|group| *group == row.group)
            && self.cluster.as_ref().is_none_or(|cluster| *cluster == row.cluster)
    }
}

impl Versioned for JobRow {
    fn version(&self) -> i64 {
        self.version
    }

    fn is_same_as(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::job::JobState;

    use super::*;
    use crate::samples::job_row;

    #[test]
    fn the_scope_running_holds_everything_unfinished() {
        let running = JobScope { group: Some("running".into()), cluster: None };
        assert!(running.contains(&job_row(1, JobState::Queued)));
        assert!(running.contains(&job_row(1, JobState::Waiting)));
        assert!(!running.contains(&job_row(1, JobState::Failed)));
        let elsewhere = JobScope { group: None, cluster: Some("staging".into()) };
        assert!(!elsewhere.contains(&job_row(1, JobState::Running)));
    }
}
