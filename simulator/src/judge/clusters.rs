//! I4: a cluster that was created is destroyed, or stands since somebody wants it.

use super::{ClusterCounts, Invariant, Violation};
use crate::clock::Moment;
use crate::life::Life;

/// Clusters that were destroyed by what was not meant for them. `wanted` is how many somebody was last said to want.
pub(super) fn judge(lives: &[Life], counts: ClusterCounts, wanted: Option<usize>) -> Vec<Violation> {
    let mut violations: Vec<_> = lives.iter().filter_map(destroyed_too_early).collect();
    violations.extend(wanted.filter(|wanted| *wanted != counts.standing).map(|wanted| Violation {
        invariant: Invariant::NoClusterLost,
        what: format!("{} clusters stand and {wanted} are wanted", counts.standing),
        ids: Vec::new(),
    }));
    violations
}

/// What the cloud shows now. `strangers` is the number of clusters that were made by hand.
pub(super) fn counted(lives: &[Life], strangers: usize, now: Moment) -> ClusterCounts {
    let found = lives.iter().filter(|life| life.was_found).count();
    let there = lives.iter().filter(|life| life.is_there(now)).count();
    ClusterCounts {
        found: found + strangers,
        created: lives.len() - found,
        destroyed: lives.len() - there,
        standing: there + strangers,
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::life::End;

    #[test]
    fn a_cluster_that_an_earlier_destroy_took_away_is_a_violation() {
        let second = |second| Moment::START + Duration::from_secs(second);
        let ended = |destroy_begun| {
            let end = End { destroy_begun: second(destroy_begun), destroyed: second(90), gone: second(90) };
            Life { begun: second(10), was_found: false, end: Some(end), ..Life::found(Uuid::from_u128(7)) }
        };
        let judged = |life| judge(&[life], ClusterCounts::default(), None);
        assert_eq!(judged(ended(10)), []);
        let violations = judged(ended(9));
        assert_eq!((violations.len(), violations[0].invariant), (1, Invariant::NoClusterLost));
    }

    #[test]
    fn found_and_created_clusters_are_destroyed_or_stand() {
        let at = Moment::START + Duration::from_secs(50);
        let end = End { destroy_begun: at, destroyed: at, gone: at };
        let destroyed = Life { was_found: false, end: Some(end), ..Life::found(Uuid::nil()) };
        let standing = Life { was_found: false, ..Life::found(Uuid::nil()) };
        let lives = [Life::found(Uuid::nil()), destroyed, standing];
        let before = counted(&lives, 2, Moment::START);
        assert_eq!(before, ClusterCounts { found: 3, created: 2, destroyed: 0, standing: 5 });
        let after = counted(&lives, 2, at);
        assert_eq!(after, ClusterCounts { found: 3, created: 2, destroyed: 1, standing: 4 });
    }
    #[test]
    fn a_cluster_that_nobody_wants_and_one_that_is_missing_are_violations() {
        let standing = |standing| ClusterCounts { standing, ..ClusterCounts::default() };
        assert_eq!(judge(&[], standing(1), None), []);
        assert_eq!(judge(&[], standing(1), Some(1)), []);
        for (stands, wanted) in [(1, 0), (0, 1)] {
            let violations = judge(&[], standing(stands), Some(wanted));
            assert_eq!(violations[0].what, format!("{stands} clusters stand and {wanted} are wanted"));
        }
    }
}
