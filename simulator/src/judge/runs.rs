//! I2: what was asked for once is effective once.
//!
//! A marker says for certain that two runs were asked for once. Where none travels, two runs of one branch with the same
//! parameters that overlap in time are taken for it; a rerun counts from the beginning of its pipeline on. A duplicate
//! that was cancelled is no violation: ask when everything has come to rest, for it is one until the cancel has worked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Invariant, Violation};
use crate::log::EffectiveRun;

/// What a client may only have wanted once.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Ask<'a> {
    Marked(&'a str),
    /// By service, project, branch and parameters, one after the other.
    Unmarked(&'static str, &'a str, Option<&'a str>, String),
}

/// What was effective more than once, and how many runs beyond the first there were of what was asked for once, the
/// cancelled ones included. `runs` come with the oldest first.
pub(super) fn judge(runs: &[EffectiveRun]) -> (Vec<Violation>, usize) {
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
    (violations, duplicates)
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
    use serde_json::{Map, json};

    use super::*;
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
        let (violations, duplicates) = judge(runs);
        (violations.into_iter().map(|violation| violation.ids).collect(), duplicates)
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
}
