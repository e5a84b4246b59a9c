//! What the pipelines did to the cloud: which stacks exist. Derived from the workflows that ran, like Terraform's
//! state is the sum of what was applied.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::clock::Moment;
use crate::life::Life;
use crate::stack::{ChangeStep, Direction, Stack, StackChange};

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
    /// Every cluster that ever was, the oldest first.
    pub lives: Vec<Life>,
}

impl World {
    /// `found` is the origin of a cluster that was there before anybody released one. `changes` may come in any order;
    /// those that share a moment count in the order given.
    pub fn at(now: Moment, found: Option<Uuid>, mut changes: Vec<StackChange>) -> World {
        changes.retain(|change| change.at <= now);
        changes.sort_by_key(|change| change.at);
        let mut history = History::beginning_with(found);
        for change in &changes {
            history.go_on(change);
        }
        history.world
    }

    /// When something that lived in the cluster from `begun` on was lost with it.
    pub fn lost(&self, begun: Moment) -> Option<Moment> {
        let mut destroyed = self.lives.iter().filter_map(|life| Some(life.end?.destroyed));
        destroyed.find(|destroyed| *destroyed >= begun)
    }
}

/// The world in the making.
struct History {
    world: World,
    /// What is there, whether or not it is being destroyed.
    standing: Cluster,
    /// Destroying workflows that have not ended, and when they began.
    destroying: Vec<(Uuid, Moment)>,
}

impl History {
    fn beginning_with(found: Option<Uuid>) -> Self {
        let standing = if found.is_some() { Cluster::Up } else { Cluster::None };
        let lives = found.map(Life::found).into_iter().collect();
        let world = World { cluster: standing, workloads: false, since: Moment::START, lives };
        Self { world, standing, destroying: Vec::new() }
    }

    fn go_on(&mut self, change: &StackChange) {
        match (change.stack, change.step) {
            (Stack::Cluster(Direction::Apply), ChangeStep::Begun) => self.create(change, Cluster::Creating),
            (Stack::Cluster(Direction::Apply), ChangeStep::Succeeded) => self.create(change, Cluster::Up),
            (Stack::Cluster(Direction::Destroy), ChangeStep::Begun) => {
                self.destroying.push((change.by, change.at));
            }
            (Stack::Cluster(Direction::Destroy), ChangeStep::Failed) => {
                self.end_of_destroy(change);
            }
            (Stack::Cluster(Direction::Destroy), ChangeStep::Succeeded) => self.destroy(change),
            (Stack::Workloads(direction), ChangeStep::Succeeded) => self.change_workloads(direction, change),
            _ => {}
        }
        let is_being_destroyed = !self.destroying.is_empty() && self.standing != Cluster::None;
        let cluster = if is_being_destroyed { Cluster::Destroying } else { self.standing };
        if cluster != self.world.cluster {
            self.world.cluster = cluster;
            self.world.since = change.at;
        }
    }

    /// Where something stands already, applying once more creates nothing.
    fn create(&mut self, change: &StackChange, becomes: Cluster) {
        if self.standing == Cluster::None {
            // One workflow brings up two when a destroy takes the first away meanwhile.
            let place = self.world.lives.len() as u128;
            let origin = Uuid::from_u128(change.by.as_u128() ^ place);
            self.world.lives.push(Life::begun(origin, change));
            self.standing = becomes;
        }
        if becomes == Cluster::Up {
            self.standing = Cluster::Up;
            if let Some(life) = self.world.lives.last_mut() {
                life.up.get_or_insert(change.at);
            }
        }
    }

    fn destroy(&mut self, change: &StackChange) {
        let begun = self.end_of_destroy(change);
        if let Some(life) = self.standing_life() {
            life.finish(begun, change);
        }
        self.standing = Cluster::None;
        self.world.workloads = false;
    }

    fn change_workloads(&mut self, direction: Direction, change: &StackChange) {
        self.world.workloads = direction == Direction::Apply;
        let Some(life) = self.standing_life() else { return };
        match direction {
            Direction::Apply => life.install_workloads(change),
            Direction::Destroy => life.remove_workloads(change),
        }
    }

    /// When the workflow that now ended had begun.
    fn end_of_destroy(&mut self, change: &StackChange) -> Moment {
        let ended = self.destroying.iter().position(|(by, _)| *by == change.by);
        ended.map_or(change.at, |place| self.destroying.swap_remove(place).1)
    }

    fn standing_life(&mut self) -> Option<&mut Life> {
        self.world.lives.last_mut().filter(|life| life.end.is_none())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::stack::Thoroughness;

    const CREATE: Stack = Stack::Cluster(Direction::Apply);
    const DESTROY: Stack = Stack::Cluster(Direction::Destroy);

    fn second(second: u64) -> Moment {
        Moment::START + Duration::from_secs(second)
    }

    fn change(at: Moment, stack: Stack, step: ChangeStep) -> StackChange {
        // One workflow per stack and direction is enough here.
        let by = Uuid::from_u128(if stack == DESTROY { 1 } else { 2 });
        StackChange { at, stack, step, by, machine: None, thoroughness: Thoroughness::Whole }
    }

    /// The n-th change happens at second n + 1.
    fn after(changes: &[(Stack, ChangeStep)]) -> World {
        let changes = changes.iter().enumerate();
        let changes = changes.map(|(place, &(stack, step))| change(second(place as u64 + 1), stack, step));
        World::at(second(60), None, changes.collect())
    }

    fn destroyed(world: &World) -> Vec<Moment> {
        world.lives.iter().filter_map(|life| Some(life.end?.destroyed)).collect()
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
        assert_eq!(destroyed(&after(&failed)), []);
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
        assert_eq!(destroyed(&world), [second(5)]);
    }

    #[test]
    fn a_create_that_outlives_a_destroy_leaves_another_cluster() {
        let changes = [
            (CREATE, ChangeStep::Begun),
            (DESTROY, ChangeStep::Begun),
            (DESTROY, ChangeStep::Succeeded),
            (CREATE, ChangeStep::Succeeded),
        ];
        let world = after(&changes);
        let [first, second] = &world.lives[..] else { panic!("{:?}", world.lives) };
        assert_ne!(first.origin, second.origin);
        assert!(first.end.is_some() && second.end.is_none());
        assert_eq!(world.cluster, Cluster::Up);
    }

    #[test]
    fn what_happens_later_has_not_happened_yet() {
        let later = change(second(61), CREATE, ChangeStep::Begun);
        assert_eq!(World::at(second(60), None, vec![later]).cluster, Cluster::None);
    }
}
