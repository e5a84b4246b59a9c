//! What the pipelines did to the cloud: which stacks exist. Derived from the workflows that ran, like Terraform's
//! state is the sum of what was applied.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::clock::Moment;

/// A workflow that applied or destroyed a stack began or ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StackChange {
    pub at: Moment,
    pub stack: Stack,
    pub step: ChangeStep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stack {
    Cluster(Direction),
    Workloads(Direction),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Apply,
    Destroy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeStep {
    Begun,
    Succeeded,
    Failed,
}

impl Stack {
    /// The branches of the seed's pipeline repository, one per stack and direction (iriversland2-kubernetes, 2026).
    pub fn changed_by(branch: &str) -> Option<Stack> {
        match branch {
            "release-cluster" => Some(Stack::Cluster(Direction::Apply)),
            "destroy-cluster" => Some(Stack::Cluster(Direction::Destroy)),
            "release" => Some(Stack::Workloads(Direction::Apply)),
            "destroy-release" => Some(Stack::Workloads(Direction::Destroy)),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cluster {
    None,
    /// From the first attempt on, and also after it failed: something is there, and it costs money.
    Creating,
    Up,
    Destroying,
}

/// What stands in the cloud, as `GET /_world` shows it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Stacks {
    pub cluster: Cluster,
    pub workloads: bool,
    /// When `cluster` became what it is.
    pub since: DateTime<Utc>,
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub cluster: Cluster,
    pub workloads: bool,
    /// When `cluster` became what it is.
    pub since: Moment,
    /// Each time that a cluster, and all that lived in it, went away.
    pub destroyed: Vec<Moment>,
}

impl World {
    /// When something that lived in the cluster from `begun` on was lost with it.
    pub fn lost(&self, begun: Moment) -> Option<Moment> {
        self.destroyed.iter().copied().find(|destroyed| *destroyed >= begun)
    }

    /// `changes` may come in any order; those that share a moment count in the order given.
    pub fn at(now: Moment, starts_with_a_cluster: bool, mut changes: Vec<StackChange>) -> World {
        let standing = if starts_with_a_cluster { Cluster::Up } else { Cluster::None };
        let mut world =
            World { cluster: standing, workloads: false, since: Moment::START, destroyed: Vec::new() };
        let mut standing = standing;
        let mut destroys_running = 0_u32;

        changes.retain(|change| change.at <= now);
        changes.sort_by_key(|change| change.at);
        for change in changes {
            match (change.stack, change.step) {
                (Stack::Cluster(Direction::Apply), ChangeStep::Begun) if standing == Cluster::None => {
                    standing = Cluster::Creating;
                }
                (Stack::Cluster(Direction::Apply), ChangeStep::Succeeded) => standing = Cluster::Up,
                (Stack::Cluster(Direction::Destroy), ChangeStep::Begun) => destroys_running += 1,
                (Stack::Cluster(Direction::Destroy), ChangeStep::Failed) => {
                    destroys_running = destroys_running.saturating_sub(1)
                }
                (Stack::Cluster(Direction::Destroy), ChangeStep::Succeeded) => {
                    destroys_running = destroys_running.saturating_sub(1);
                    standing = Cluster::None;
                    world.workloads = false;
                    world.destroyed.push(change.at);
                }
                (Stack::Workloads(direction), ChangeStep::Succeeded) => {
                    world.workloads = direction == Direction::Apply;
                }
                _ => {}
            }
            let is_being_destroyed = destroys_running > 0 && standing != Cluster::None;
            let cluster = if is_being_destroyed { Cluster::Destroying } else { standing };
            if cluster != world.cluster {
                world.cluster = cluster;
                world.since = change.at;
            }
        }
        world
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const CREATE: Stack = Stack::Cluster(Direction::Apply);
    const DESTROY: Stack = Stack::Cluster(Direction::Destroy);

    fn second(second: u64) -> Moment {
        Moment::START + Duration::from_secs(second)
    }

    /// The n-th change happens at second n + 1.
    fn after(changes: &[(Stack, ChangeStep)]) -> World {
        let at = |place: usize| second(place as u64 + 1);
        let changes = changes.iter().enumerate();
        let changes = changes.map(|(place, &(stack, step))| StackChange { at: at(place), stack, step });
        World::at(second(60), false, changes.collect())
    }

    #[test]
    fn an_attempted_create_leaves_something_behind() {
        let world = after(&[(CREATE, ChangeStep::Begun), (CREATE, ChangeStep::Failed)]);
        assert_eq!((world.cluster, world.since), (Cluster::Creating, second(1)));
    }

    #[test]
    fn a_failed_destroy_leaves_the_cluster_up() {
        let up = [(CREATE, ChangeStep::Begun), (CREATE, ChangeStep::Succeeded), (DESTROY, ChangeStep::Begun)];
        assert_eq!(after(&up).cluster, Cluster::Destroying);

        let failed = [up.as_slice(), &[(DESTROY, ChangeStep::Failed)]].concat();
        assert_eq!(after(&failed).cluster, Cluster::Up);
        assert_eq!(after(&failed).destroyed, []);
    }

    #[test]
    fn a_destroyed_cluster_takes_its_workloads_along() {
        let changes = [
            (CREATE, ChangeStep::Begun),
            (CREATE, ChangeStep::Succeeded),
            (Stack::Workloads(Direction::Apply), ChangeStep::Succeeded),
            (DESTROY, ChangeStep::Begun),
            (DESTROY, ChangeStep::Succeeded),
        ];
        assert!(after(&changes[..3]).workloads);
        let world = after(&changes);
        assert_eq!((world.cluster, world.workloads), (Cluster::None, false));
        assert_eq!(world.destroyed, [second(5)]);
    }

    #[test]
    fn what_happens_later_has_not_happened_yet() {
        let later = StackChange { at: second(61), stack: CREATE, step: ChangeStep::Begun };
        assert_eq!(World::at(second(60), false, vec![later]).cluster, Cluster::None);
    }
}
