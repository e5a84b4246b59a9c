//! The outside as an independent judge: what the clients did wrong, found in the runs and clusters that were really made
//! and not in anybody's records of them.
//!
//! Of the invariants of the product two can be seen from here. I2: an asked-for run is effective once. I4: a cluster
//! that was created is destroyed or still stands; whether somebody still wants one that stands, only the product knows,
//! so these are counted for it to compare. The others are about its own rows (I1, I3, I5, I6, I8) and secrets (I7).
//!
//! A marker says for certain that two runs were asked for once. Where none travels, two runs of one branch with the same
//! parameters that overlap in time are taken for it; a rerun counts from the beginning of its pipeline on. A duplicate
//! that was cancelled is no violation: ask when everything has come to rest, for it is one until the cancel has worked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::clock::Moment;
use crate::life::Life;
use crate::log::EffectiveRun;
use crate::named::named_enum;

#[derive(Clone, Debug, Serialize)]
pub struct Judgement {
    pub violations: Vec<Violation>,
    /// Effective runs of all services.
    pub runs: usize,
    /// Runs beyond the first of what was asked for once, the cancelled ones included.
    pub duplicates: usize,
    pub clusters: ClusterCounts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    pub invariant: Invariant,
    pub what: String,
    /// Of the runs, or of the cluster.
    pub ids: Vec<String>,
}

named_enum! {
    /// By their numbers in the list of the product.
    pub enum Invariant {
        EffectiveOnce = "I2",
        NoClusterLost = "I4",
    }
}

/// `found + created = destroyed + standing`, as the cloud shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ClusterCounts {
    /// Not made by a pipeline.
    pub found: usize,
    /// From the first attempt on.
    pub created: usize,
    pub destroyed: usize,
    pub standing: usize,
}

/// What a client may only have wanted once.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Ask<'a> {
    Marked(&'a str),
    /// By service, project, branch and parameters, one after the other.
    Unmarked(&'static str, &'a str, Option<&'a str>, String),
}

/// `runs` come with the oldest first, `strangers` is the number of clusters that were made by hand.
pub(crate) fn judge(runs: &[EffectiveRun], lives: &[Life], strangers: usize, now: Moment) -> Judgement {
    let mut asked: BTreeMap<Ask<'_>, Vec<&EffectiveRun>> = BTreeMap::new();
    for run in runs {
        asked.entry(Ask::of(run)).or_default().push(run);
    }
    let mut duplicates = 0;
    let mut violations = Vec::new();
    for (ask, runs) in asked {
        let uncancelled: Vec<_> = runs.iter().copied().filter(|run| run.state != "canceled").collect();
        match ask {
            Ask::Marked(marker) => {
                duplicates += runs.len() - 1;
                violations.extend((uncancelled.len() > 1).then(|| marked_twice(marker, &uncancelled)));
            }
            Ask::Unmarked(..) => {
                duplicates += overlaps(&runs).len();
                violations.extend(overlaps(&uncancelled).into_iter().map(at_the_same_time));
            }
        }
    }
    violations.extend(lives.iter().filter_map(destroyed_too_early));
    Judgement { violations, runs: runs.len(), duplicates, clusters: counted(lives, strangers, now) }
}

fn marked_twice(marker: &str, runs: &[&EffectiveRun]) -> Violation {
    Violation {
        invariant: Invariant::EffectiveOnce,
        what: format!("{} runs carry the marker {marker:?}", runs.len()),
        ids: runs.iter().map(|run| run.id.clone()).collect(),
    }
}

fn at_the_same_time((earlier, later): (&EffectiveRun, &EffectiveRun)) -> Violation {
    let branch = later.branch.as_deref().unwrap_or("none");
    Violation {
        invariant: Invariant::EffectiveOnce,
        what: format!("two runs of {}, branch {branch}, with the same parameters overlap", later.project),
        ids: vec![earlier.id.clone(), later.id.clone()],
    }
}

/// A destroy that had begun before cannot be the one that was meant for the cluster.
fn destroyed_too_early(life: &Life) -> Option<Violation> {
    let end = life.end.filter(|end| end.destroy_begun < life.begun)?;
    let late = life.begun.since(end.destroy_begun).as_secs();
    Some(Violation {
        invariant: Invariant::NoClusterLost,
        what: format!("a cluster was destroyed by a run that had begun {late} s before its create"),
        ids: vec![life.origin.to_string()],
    })
}

/// Each run that starts before an earlier one has ended, with the earlier one that goes on longest.
fn overlaps<'a>(runs: &[&'a EffectiveRun]) -> Vec<(&'a EffectiveRun, &'a EffectiveRun)> {
    let end = |run: &EffectiveRun| run.ended_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let mut pairs = Vec::new();
    let mut longest: Option<&EffectiveRun> = None;
    for run in runs {
        match longest {
            Some(earlier) if run.created_at < end(earlier) => {
                pairs.push((earlier, *run));
                longest = Some(if end(run) > end(earlier) { run } else { earlier });
            }
            _ => longest = Some(run),
        }
    }
    pairs
}

fn counted(lives: &[Life], strangers: usize, now: Moment) -> ClusterCounts {
    let found = lives.iter().filter(|life| life.was_found).count();
    let there = lives.iter().filter(|life| life.is_there(now)).count();
    ClusterCounts {
        found: found + strangers,
        created: lives.len() - found,
        destroyed: lives.len() - there,
        standing: there + strangers,
    }
}

impl<'a> Ask<'a> {
    fn of(run: &'a EffectiveRun) -> Self {
        match &run.marker {
            Some(marker) => Ask::Marked(marker),
            None => {
                // In one order, whatever the order in which they were sent.
                let parameters: BTreeMap<_, _> = run.parameters.iter().collect();
                let parameters = format!("{parameters:?}");
                Ask::Unmarked(run.service.name(), &run.project, run.branch.as_deref(), parameters)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Map, json};
    use uuid::Uuid;

    use super::*;
    use crate::life::End;
    use crate::service::Service;

    fn run(id: &str, from: i64, to: Option<i64>) -> EffectiveRun {
        let date = |second| DateTime::from_timestamp(second, 0).unwrap();
        EffectiveRun {
            service: Service::Circleci,
            id: id.to_owned(),
            number: 1,
            project: "gh/acme/shop".to_owned(),
            branch: Some("release".to_owned()),
            parameters: Map::new(),
            message: None,
            marker: None,
            state: if to.is_some() { "success" } else { "running" },
            created_at: date(from),
            ended_at: to.map(date),
        }
    }

    fn marked(run: EffectiveRun, marker: &str) -> EffectiveRun {
        EffectiveRun { marker: Some(marker.to_owned()), ..run }
    }

    fn cancelled(run: EffectiveRun) -> EffectiveRun {
        EffectiveRun { state: "canceled", ..run }
    }

    /// The ids in each violation, and the number of duplicates.
    fn found(runs: &[EffectiveRun]) -> (Vec<Vec<String>>, usize) {
        let judgement = judge(runs, &[], 0, Moment::START);
        (judgement.violations.into_iter().map(|violation| violation.ids).collect(), judgement.duplicates)
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn a_marker_on_two_runs_is_a_violation_also_when_they_do_not_overlap() {
        let runs = [marked(run("a", 0, Some(10)), "op-1"), marked(run("b", 20, None), "op-1")];
        assert_eq!(found(&runs), (vec![ids(&["a", "b"])], 1));
        let runs = [marked(run("a", 0, None), "op-1"), marked(run("b", 0, None), "op-2")];
        assert_eq!(found(&runs), (vec![], 0));
    }

    #[test]
    fn of_two_runs_with_one_marker_one_may_have_been_cancelled() {
        let runs = [cancelled(marked(run("a", 0, Some(10)), "op-1")), marked(run("b", 5, None), "op-1")];
        assert_eq!(found(&runs), (vec![], 1));
    }

    #[test]
    fn unmarked_runs_are_a_violation_where_they_overlap() {
        assert_eq!(found(&[run("a", 0, Some(10)), run("b", 10, None)]), (vec![], 0));
        assert_eq!(found(&[run("a", 0, Some(10)), run("b", 9, None)]), (vec![ids(&["a", "b"])], 1));
        assert_eq!(found(&[cancelled(run("a", 0, Some(10))), run("b", 9, None)]), (vec![], 1));
    }

    #[test]
    fn a_long_run_is_not_forgotten_behind_a_short_one() {
        let runs = [run("a", 0, Some(100)), run("b", 10, Some(20)), run("c", 30, Some(40))];
        assert_eq!(found(&runs), (vec![ids(&["a", "b"]), ids(&["a", "c"])], 2));
    }

    #[test]
    fn runs_of_another_project_branch_or_with_other_parameters_are_no_duplicates() {
        let first = run("a", 0, None);
        let mut parameters = Map::new();
        parameters.insert("size".to_owned(), json!("l"));
        let others = [
            EffectiveRun { project: "gh/acme/other".to_owned(), ..run("b", 0, None) },
            EffectiveRun { branch: None, ..run("b", 0, None) },
            EffectiveRun { parameters, ..run("b", 0, None) },
        ];
        for other in others {
            assert_eq!(found(&[first.clone(), other]), (vec![], 0));
        }
    }

    #[test]
    fn a_cluster_that_an_earlier_destroy_took_away_is_a_violation() {
        let second = |second| Moment::START + Duration::from_secs(second);
        let ended = |destroy_begun| {
            let end = End { destroy_begun: second(destroy_begun), destroyed: second(90), gone: second(90) };
            Life { begun: second(10), was_found: false, end: Some(end), ..Life::found(Uuid::from_u128(7)) }
        };
        let judged = |life| judge(&[], &[life], 0, second(99));
        assert_eq!(judged(ended(10)).violations, []);
        let violations = judged(ended(9)).violations;
        assert_eq!((violations.len(), violations[0].invariant), (1, Invariant::NoClusterLost));
    }

    #[test]
    fn found_and_created_clusters_are_destroyed_or_stand() {
        let at = Moment::START + Duration::from_secs(50);
        let end = End { destroy_begun: at, destroyed: at, gone: at };
        let destroyed = Life { was_found: false, end: Some(end), ..Life::found(Uuid::nil()) };
        let standing = Life { was_found: false, ..Life::found(Uuid::nil()) };
        let lives = [Life::found(Uuid::nil()), destroyed, standing];
        let before = judge(&[], &lives, 2, Moment::START).clusters;
        assert_eq!(before, ClusterCounts { found: 3, created: 2, destroyed: 0, standing: 5 });
        let after = judge(&[], &lives, 2, at).clusters;
        assert_eq!(after, ClusterCounts { found: 3, created: 2, destroyed: 1, standing: 4 });
    }
}
