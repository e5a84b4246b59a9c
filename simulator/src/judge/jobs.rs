//! I1: each accepted job comes to its end, and can be seen wherever one asks. To be asked when all has come to rest.

use std::collections::BTreeMap;

use super::{Invariant, Violation};
use crate::testimony::Fact;

/// The words of the service for a job that is over.
const OVER: [&str; 3] = ["succeeded", "failed", "cancelled"];

pub(super) fn judge(facts: &[Fact]) -> Vec<Violation> {
    // What was seen last of a job, by whom it was asked.
    let mut seen: BTreeMap<i64, BTreeMap<&str, Option<&str>>> = BTreeMap::new();
    for fact in facts {
        if let Fact::Looked { job, through, state } = fact {
            seen.entry(*job).or_default().insert(through, state.as_deref());
        }
    }
    let accepted = facts.iter().filter_map(|fact| match fact {
        Fact::Accepted { job, .. } => *job,
        _ => None,
    });
    let mut violations = Vec::new();
    for job in accepted {
        match seen.get(&job) {
            None => {
                violations.push(format!("job #{job} was accepted, and nobody has looked what became of it"))
            }
            Some(seen) => violations.extend(seen.iter().filter_map(|(through, state)| match state {
                None => Some(format!("job #{job} was accepted, and {through} knows of no such job")),
                Some(state) if !OVER.contains(state) => {
                    Some(format!("job #{job} was accepted, and is still {state}"))
                }
                Some(_) => None,
            })),
        }
    }
    violations.into_iter().map(|what| Violation::of(Invariant::JobsEnd, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(job: Option<i64>) -> Fact {
        Fact::Accepted { command: "guide".to_owned(), job, by: "anna".to_owned() }
    }

    fn looked(job: i64, through: &str, state: Option<&str>) -> Fact {
        Fact::Looked { job, through: through.to_owned(), state: state.map(str::to_owned) }
    }

    fn found(facts: &[Fact]) -> Vec<String> {
        judge(facts).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn a_job_that_is_lost_at_one_place_or_goes_on_for_ever_is_a_violation() {
        let lost = [accepted(Some(7)), looked(7, "a", Some("failed")), looked(7, "b", None)];
        assert_eq!(found(&lost), ["job #7 was accepted, and b knows of no such job"]);
        let endless = [accepted(Some(7)), looked(7, "a", Some("waiting"))];
        assert_eq!(found(&endless), ["job #7 was accepted, and is still waiting"]);
        assert_eq!(
            found(&[accepted(Some(7))]),
            ["job #7 was accepted, and nobody has looked what became of it"]
        );
    }

    #[test]
    fn the_last_look_counts_and_what_made_no_job_needs_none() {
        let facts = [
            accepted(Some(7)),
            accepted(None),
            looked(7, "a", Some("running")),
            looked(7, "a", Some("succeeded")),
        ];
        assert!(found(&facts).is_empty());
    }
}
