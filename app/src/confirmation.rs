//! When a destroy could hurt somebody else, so that the name has to be typed. The page and the press ask here.

use domain::actor::Actor;
use domain::cluster::{Cluster, ClusterState};
use domain::obligation::Obligation;
use store::{Error, Store};

/// Why the name has to be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caution {
    /// A job is at work on it.
    Busy { job: i64 },
    /// Somebody else brought it up.
    StartedBy { name: String },
    /// Nobody knows what exists.
    Unknown,
}

/// Why the name has to be typed before this person may destroy this cluster, if it has to be.
///
/// # Errors
/// When the store cannot be read.
pub async fn must_type_name(
    store: &Store,
    cluster: &Cluster,
    actor: &Actor,
) -> Result<Option<Caution>, Error> {
    let starter = match store.obligation_of(&cluster.name).await? {
        Some(Obligation { opened_by_job: Some(job), .. }) => store.job(job).await?.map(|job| job.job.actor),
        _ => None,
    };
    Ok(caution(cluster, starter.as_ref(), actor))
}

/// The same person may come through different doors.
fn caution(cluster: &Cluster, starter: Option<&Actor>, actor: &Actor) -> Option<Caution> {
    if let Some(job) = cluster.active_job {
        return Some(Caution::Busy { job });
    }
    if cluster.shown_state() == ClusterState::Unknown {
        return Some(Caution::Unknown);
    }
    starter
        .filter(|starter| starter.name != actor.name)
        .map(|starter| Caution::StartedBy { name: starter.to_string() })
}

#[cfg(test)]
mod tests {
    use domain::actor::Channel;

    use super::*;
    use crate::samples::cluster;

    fn operator() -> Actor {
        Actor::new("operator", Channel::Web)
    }

    #[test]
    fn a_cluster_at_work_is_not_destroyed_by_a_slip() {
        let busy = Cluster { active_job: Some(128), ..cluster(ClusterState::Up) };
        assert_eq!(caution(&busy, Some(&operator()), &operator()), Some(Caution::Busy { job: 128 }));
    }

    #[test]
    fn what_somebody_else_started_is_not_destroyed_by_a_slip() {
        let alice = Actor::new("alice", Channel::Slack);
        let expected = Some(Caution::StartedBy { name: "alice (Slack)".into() });
        assert_eq!(caution(&cluster(ClusterState::Up), Some(&alice), &operator()), expected);
    }

    #[test]
    fn what_nobody_knows_is_not_destroyed_by_a_slip() {
        assert_eq!(caution(&cluster(ClusterState::Unknown), None, &operator()), Some(Caution::Unknown));
    }

    #[test]
    fn ones_own_idle_cluster_needs_no_typing() {
        let through_the_api = Actor::new("operator", Channel::Api);
        assert_eq!(caution(&cluster(ClusterState::Up), Some(&through_the_api), &operator()), None);
    }
}
