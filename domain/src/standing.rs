//! Wanted, CI says, cloud says: three words on one cluster, each with its age, and what to make of them together.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::cloud::{Resource, ResourceKind};
use crate::cluster::{Cluster, ClusterState};
use crate::obligation::{Obligation, ObligationState};
use crate::proof::{DELETION_TAKES, Observation};

/// Without a fresh fact for so long we do not know.
pub const FACTS_STAY_FRESH: Duration = Duration::minutes(10);

/// Why a cluster's state is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Doubt {
    /// Somebody who should know has not answered for long.
    Silence { who: String, since: Time },
    /// The CI and the cloud say different things.
    Disagreement { what: String },
}

/// When a service that should know of a cluster last answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// "DigitalOcean", "CircleCI".
    pub who: String,
    /// When it last answered; the beginning of the asking when it never did.
    pub answered_at: Time,
}

/// What speaks against the state of a cluster.
///
/// `observer` is asked whether anything runs or not; `ci` only while a run of the cluster is followed.
pub fn doubt(
    cluster: &Cluster,
    owed: Option<&Obligation>,
    observation: Option<&Observation>,
    observer: Option<&Source>,
    ci: Option<&Source>,
    now: Time,
) -> Option<Doubt> {
    let silent =
        [observer, ci].into_iter().flatten().find(|source| now >= source.answered_at + FACTS_STAY_FRESH);
    if let Some(source) = silent {
        return Some(Doubt::Silence { who: source.who.clone(), since: source.answered_at });
    }
    let observer = observer?;
    let observation = observation.filter(|observation| observation.answered_at.is_some())?;
    let shown = listed(&observation.resources);
    let has_cluster = observation.resources.iter().any(|resource| resource.kind == ResourceKind::Cluster);
    let verifying_since = owed
        .filter(|owed| owed.state == ObligationState::Verifying)
        .map(|owed| owed.verifying_since.unwrap_or(now));
    let is_settling = verifying_since.is_some_and(|since| now < since + DELETION_TAKES)
        || now < cluster.since + Duration::minutes(1);
    match cluster.state {
        ClusterState::Down if !observation.resources.is_empty() && !is_settling => {
            Some(Doubt::Disagreement { what: format!("CI says gone, {} shows {shown}", observer.who) })
        }
        ClusterState::Up if !has_cluster && cluster.active_job.is_none() && !is_settling => {
            Some(Doubt::Disagreement { what: format!("CI says up, {} shows {shown}", observer.who) })
        }
        _ => None,
    }
}

/// "1 cluster, 2 volumes", or "nothing".
pub fn listed(resources: &[Resource]) -> String {
    let counted: Vec<String> = ResourceKind::ALL
        .iter()
        .filter_map(|kind| {
            let count = resources.iter().filter(|resource| resource.kind == *kind).count();
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {}{plural}", kind.title()))
        })
        .collect();
    if counted.is_empty() { "nothing".to_owned() } else { counted.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Time {
        chrono::DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    fn cluster(state: ClusterState) -> Cluster {
        Cluster {
            name: "c".into(),
            state,
            size: None,
            since: at(0),
            failure: None,
            deployments: Vec::new(),
            destroys_at: None,
            active_job: None,
            doubt: None,
            version: 1,
        }
    }

    fn shows(kinds: &[ResourceKind]) -> Observation {
        let resources = kinds.iter().map(|kind| Resource {
            kind: *kind,
            id: "1".into(),
            name: "n".into(),
            tags: Vec::new(),
            created_at: None,
            daily: None,
            machine: None,
        });
        Observation {
            cluster: "c".into(),
            first_asked_at: at(0),
            asked_at: at(20),
            answered_at: Some(at(20)),
            resources: resources.collect(),
            known_ids: Vec::new(),
            clean_looks: 0,
            error: None,
        }
    }

    fn source(answered_at: Time) -> Source {
        Source { who: "DigitalOcean".into(), answered_at }
    }

    #[test]
    fn a_cloud_that_is_silent_for_ten_minutes_leaves_us_not_knowing() {
        let up = cluster(ClusterState::Up);
        let observation = shows(&[ResourceKind::Cluster]);
        let said = |now| doubt(&up, None, Some(&observation), Some(&source(at(20))), None, now);
        assert_eq!(said(at(29)), None);
        assert_eq!(said(at(30)), Some(Doubt::Silence { who: "DigitalOcean".into(), since: at(20) }));
    }

    #[test]
    fn what_the_ci_calls_gone_and_the_cloud_shows_is_a_disagreement() {
        let down = cluster(ClusterState::Down);
        let observation = shows(&[ResourceKind::Cluster, ResourceKind::Volume, ResourceKind::Volume]);
        let what = "CI says gone, DigitalOcean shows 1 cluster, 2 volumes".to_owned();
        assert_eq!(
            doubt(&down, None, Some(&observation), Some(&source(at(20))), None, at(21)),
            Some(Doubt::Disagreement { what })
        );
    }

    #[test]
    fn what_the_ci_calls_up_and_the_cloud_does_not_show_is_a_disagreement() {
        let up = cluster(ClusterState::Up);
        let what = "CI says up, DigitalOcean shows nothing".to_owned();
        assert_eq!(
            doubt(&up, None, Some(&shows(&[])), Some(&source(at(20))), None, at(21)),
            Some(Doubt::Disagreement { what })
        );
    }

    #[test]
    fn without_an_observer_the_word_of_a_ci_that_speaks_is_believed() {
        let up = cluster(ClusterState::Up);
        assert_eq!(doubt(&up, None, None, None, Some(&source(at(20))), at(25)), None);
        assert!(doubt(&up, None, None, None, Some(&source(at(20))), at(31)).is_some());
    }
}
