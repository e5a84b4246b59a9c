//! When the cloud's word settles a debt.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::cloud::{Resource, ResourceKind};
use crate::record::Evidence;

/// How often in a row the cloud has to show nothing. Lists lag behind what they list.
pub const CLEAN_LOOKS: i32 = 2;

/// How long the cloud may go on showing what the CI says is destroyed, before that is not believed any more.
pub const DELETION_TAKES: Duration = Duration::minutes(10);

/// What the cloud last showed of one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    pub cluster: String,
    /// When it was first asked about this cluster.
    pub first_asked_at: Time,
    pub asked_at: Time,
    /// When it last answered with valid credentials.
    pub answered_at: Option<Time>,
    /// What there was then.
    pub resources: Vec<Resource>,
    /// The ids of all that it ever showed: what a cluster leaves behind does not always carry its mark.
    pub known_ids: Vec<String>,
    /// How often in a row it has shown nothing but what was accepted.
    pub clean_looks: i32,
    /// Why the last question brought nothing.
    pub error: Option<String>,
}

/// What one look means for a debt of which the CI says that it is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    LookAgain,
    Settled(Evidence),
    /// What runs is still there, long after it should be gone: the CI's word is not believed.
    DestroyAgain,
    /// What a destroyed cluster left behind. No pipeline knows of it any more: a person has to look.
    Leftovers,
}

/// Judges a look that was answered. `left` is what is still there without what a person accepted.
pub fn judge(
    left: &[&Resource],
    has_accepted: bool,
    clean_looks: i32,
    verifying_since: Time,
    now: Time,
) -> Judgement {
    if left.is_empty() {
        return match (clean_looks >= CLEAN_LOOKS, has_accepted) {
            (false, _) => Judgement::LookAgain,
            (true, false) => Judgement::Settled(Evidence::Cloud),
            (true, true) => Judgement::Settled(Evidence::Accepted),
        };
    }
    if now < verifying_since + DELETION_TAKES {
        return Judgement::LookAgain;
    }
    let still_runs =
        left.iter().any(|resource| matches!(resource.kind, ResourceKind::Cluster | ResourceKind::Machine));
    if still_runs { Judgement::DestroyAgain } else { Judgement::Leftovers }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Time {
        chrono::DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    fn resource(kind: ResourceKind) -> Resource {
        Resource {
            kind,
            id: "1".into(),
            name: "n".into(),
            tags: Vec::new(),
            created_at: None,
            daily: None,
            machine: None,
        }
    }

    #[test]
    fn a_cluster_that_still_runs_ten_minutes_after_its_destroy_is_destroyed_again() {
        let cluster = resource(ResourceKind::Cluster);
        assert_eq!(judge(&[&cluster], false, 0, at(0), at(9)), Judgement::LookAgain);
        assert_eq!(judge(&[&cluster], false, 0, at(0), at(10)), Judgement::DestroyAgain);
    }

    #[test]
    fn a_volume_that_stays_needs_a_person() {
        let volume = resource(ResourceKind::Volume);
        assert_eq!(judge(&[&volume], false, 0, at(0), at(10)), Judgement::Leftovers);
    }

    #[test]
    fn nothing_once_is_no_proof_and_nothing_twice_is() {
        assert_eq!(judge(&[], false, 1, at(0), at(1)), Judgement::LookAgain);
        assert_eq!(judge(&[], false, 2, at(0), at(1)), Judgement::Settled(Evidence::Cloud));
        assert_eq!(judge(&[], true, 2, at(0), at(1)), Judgement::Settled(Evidence::Accepted));
    }
}
