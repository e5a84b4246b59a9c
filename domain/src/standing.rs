//! Wanted, CI says, cloud says: three words on one cluster, each with its age, and what to make of them together.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::cloud::{Resource, ResourceKind};
use crate::cluster::{Cluster, ClusterState};
use crate::obligation::{Obligation, ObligationState};
use crate::proof::{DELETION_TAKES, Observation};
use crate::step::{Action, CiTarget, Step, StepState, TriggerState};

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

/// When the CI last said something of the run that is followed on a cluster; none while none is. `last_answer` is when it
/// last answered anything at all, which says nothing of this run.
pub fn last_word_of_ci(steps: &[Step], last_answer: Option<Time>) -> Option<(&CiTarget, Time)> {
    let is_under_way = |step: &&Step| matches!(step.state, StepState::Running | StepState::Waiting);
    let step = steps.iter().find(is_under_way)?;
    let Action::Trigger { target, .. } = &step.action else { return None };
    let trigger = step.trigger.as_ref()?;
    let at = match trigger.state {
        TriggerState::Accepted => step.seen_at.unwrap_or_else(|| {
            // A version before this one writes down no time for a run.
            last_answer.map_or(trigger.sent_at, |last| last.max(trigger.sent_at))
        }),
        // Nobody knows whether there is a run.
        TriggerState::Intended | TriggerState::Unknown => trigger.sent_at,
        TriggerState::Unsent | TriggerState::Rejected | TriggerState::NeedsPerson => return None,
    };
    Some((target, at))
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

    fn step(state: StepState, trigger_state: TriggerState) -> Step {
        let target = serde_json::json!({
            "kind": "trigger", "effect": "creates_cluster",
            "target": {
                "name": "up", "title": "Up", "provider": "circleci", "project": "gh/a/b", "branch": "up",
                "parameters": {}, "marker_parameter": null, "time_limit_minutes": 60
            }
        });
        let trigger = serde_json::json!({
            "marker": uuid::Uuid::nil(), "state": trigger_state, "intended_at": at(0), "sent_at": at(1),
            "tries": 1, "looks": 0, "run": null, "candidates": []
        });
        let step = serde_json::json!({
            "position": 1, "phase": "forward", "title": "Up", "action": target, "state": state, "attempt": 1,
            "trigger": trigger, "answer": null, "progress": null, "message": null, "started_at": at(0),
            "finished_at": null, "cancel_sent_at": null, "failed_looks": 0, "next_check_at": at(0)
        });
        serde_json::from_value(step).unwrap()
    }

    #[test]
    fn the_word_of_the_ci_is_its_last_on_the_run_and_not_its_last_on_anything() {
        let said = |step: Step, last| last_word_of_ci(&[step], last).map(|(_, at)| at);
        for state in [StepState::Running, StepState::Waiting] {
            let seen = Step { seen_at: Some(at(5)), ..step(state, TriggerState::Accepted) };
            assert_eq!(said(seen, Some(at(20))), Some(at(5)));
            let by_an_older_binary = step(state, TriggerState::Accepted);
            assert_eq!(said(by_an_older_binary.clone(), Some(at(20))), Some(at(20)));
            assert_eq!(said(by_an_older_binary, None), Some(at(1)));
        }
        assert_eq!(said(step(StepState::Waiting, TriggerState::Unknown), Some(at(20))), Some(at(1)));
    }

    #[test]
    fn nobody_is_waited_for_of_whom_nothing_is_asked() {
        let said =
            |state, trigger_state| last_word_of_ci(&[step(state, trigger_state)], None).map(|(_, at)| at);
        assert_eq!(said(StepState::Succeeded, TriggerState::Accepted), None);
        assert_eq!(said(StepState::Waiting, TriggerState::NeedsPerson), None);
        assert_eq!(said(StepState::Waiting, TriggerState::Unsent), None);
    }

    #[test]
    fn without_an_observer_the_word_of_a_ci_that_speaks_is_believed() {
        let up = cluster(ClusterState::Up);
        assert_eq!(doubt(&up, None, None, None, Some(&source(at(20))), at(25)), None);
        assert!(doubt(&up, None, None, None, Some(&source(at(20))), at(31)).is_some());
    }
}
