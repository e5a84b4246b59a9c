//! I3 and I8: nobody moves a job under a claim that somebody else has by now, and a claim that has ended is taken over.

use std::collections::{BTreeMap, HashMap};

use super::{Invariant, Violation};
use crate::testimony::Fact;

/// A claim that ended so many milliseconds ago, and is not somebody else's, is left behind.
const TAKEN_OVER_WITHIN: u32 = 5_000;

pub(super) fn judge(facts: &[Fact]) -> Vec<Violation> {
    // First who has which claim: of two facts of two processes, either may be told first.
    let taken: HashMap<(i64, i64), &str> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Claimed { job, fence, by, .. } => Some(((*job, *fence), by.as_str())),
            _ => None,
        })
        .collect();
    facts.iter().filter_map(|fact| breach(fact, &taken)).chain(left_behind(facts)).collect()
}

/// Each claim once, however often it was seen.
fn left_behind(facts: &[Fact]) -> impl Iterator<Item = Violation> {
    let mut longest: BTreeMap<(i64, &str), u32> = BTreeMap::new();
    for fact in facts {
        if let Fact::LeftBehind { job, by, for_milliseconds } = fact {
            let seen = longest.entry((*job, by)).or_default();
            *seen = (*seen).max(*for_milliseconds);
        }
    }
    longest.into_iter().filter(|(_, passed)| *passed > TAKEN_OVER_WITHIN).map(|((job, by), passed)| {
        let what = format!("the claim of {by} on #{job} ended {passed} ms ago, and nobody takes it over");
        Violation::of(Invariant::ClaimsPassOn, what)
    })
}

fn breach(fact: &Fact, taken: &HashMap<(i64, i64), &str>) -> Option<Violation> {
    match fact {
        Fact::Claimed { job, fence_before, fence, .. } if fence <= fence_before => {
            let what = format!("the fence of #{job} went from {fence_before} to {fence}");
            Some(Violation::of(Invariant::ClaimsAreKept, what))
        }
        Fact::Moved { job, fence, what, by } => {
            let holder = taken.get(&(*job, *fence)).filter(|holder| **holder != by)?;
            let what = format!("{by} moved {what} of #{job}, and its claim {fence} belongs to {holder}");
            Some(Violation::of(Invariant::ClaimsAreKept, what))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimed(fence_before: i64, by: &str) -> Fact {
        Fact::Claimed { job: 1, fence_before, fence: fence_before + 1, by: by.to_owned() }
    }

    fn moved(fence: i64, by: &str) -> Fact {
        Fact::Moved { job: 1, fence, what: "the state".to_owned(), by: by.to_owned() }
    }

    fn found(facts: &[Fact]) -> Vec<String> {
        judge(facts).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn whoever_moves_a_job_under_the_claim_of_another_is_found() {
        let late = [claimed(0, "a"), claimed(1, "b"), moved(2, "a")];
        assert_eq!(found(&late), ["a moved the state of #1, and its claim 2 belongs to b"]);
        assert!(found(&[claimed(0, "a"), moved(1, "a"), claimed(1, "b"), moved(2, "b")]).is_empty());
    }

    #[test]
    fn a_fence_that_does_not_rise_is_found() {
        let fallen = Fact::Claimed { job: 1, fence_before: 5, fence: 4, by: "a".to_owned() };
        assert_eq!(found(&[fallen]), ["the fence of #1 went from 5 to 4"]);
    }

    #[test]
    fn a_claim_that_nobody_takes_over_is_found_after_five_seconds() {
        let left = |for_milliseconds| Fact::LeftBehind { job: 1, by: "a".to_owned(), for_milliseconds };
        assert!(found(&[left(5_000)]).is_empty());
        let seen_twice = [left(5_001), left(5_201)];
        assert_eq!(found(&seen_twice), ["the claim of a on #1 ended 5201 ms ago, and nobody takes it over"]);
    }
}
