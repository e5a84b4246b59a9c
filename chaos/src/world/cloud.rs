//! The cloud: what runs made in it, and what it shows.

use std::rc::Rc;

use chrono::TimeDelta;
use domain::cloud::{Resource, ResourceKind};
use domain::run::RunStatus;

use super::runs::{Course, Thoroughness};
use super::{Failure, RunId, RunState, Thing, Work, World};
use crate::stage::Stage;

/// A CI ends by itself what hangs for so long.
pub(super) const LONGEST_RUN: TimeDelta = TimeDelta::minutes(40);

impl Stage {
    /// How a run of this work will go.
    pub(super) fn course(&self, work: &Work) -> Course {
        let weather = &self.scenario.weather;
        let seconds = |range| TimeDelta::seconds(self.dice.among(range));
        let queued_for = if self.chance(weather.long_queue) { seconds(20..=400) } else { seconds(0..=4) };
        let takes = if self.chance(weather.long_run) { seconds(60..=300) } else { seconds(4..=30) };
        let hangs = self.chance(weather.run_hangs);
        let fails = hangs || self.chance(weather.run_fails);
        let stops_after = if self.chance(weather.slow_cancel) { seconds(60..=400) } else { seconds(1..=10) };
        let destroys = match work {
            Work::Destroy { stack, .. } if self.chance(weather.destroy_lies) => {
                match self.dice.among(1..=3) {
                    1 => Thoroughness::Slow(seconds(20..=900)),
                    2 if *stack > 0 => Thoroughness::Leftover,
                    _ => Thoroughness::Nothing,
                }
            }
            _ => Thoroughness::Whole,
        };
        Course {
            queued_for,
            takes: if hangs { LONGEST_RUN } else { takes },
            end: if fails { RunStatus::Failed } else { RunStatus::Succeeded },
            stops_after,
            destroys,
        }
    }

    pub(super) fn list_lag(&self) -> TimeDelta {
        let (often, seldom) = &self.scenario.weather.list_lag;
        let range = if self.chance(20) { seldom.clone() } else { often.clone() };
        TimeDelta::milliseconds(self.dice.among(range))
    }

    /// An apply has got so far that what it makes exists.
    pub(super) fn make_things(self: &Rc<Self>, id: RunId) {
        let made = {
            let mut world = self.world.borrow_mut();
            let Work::Apply { cluster, stack } = world.runs[id].work.clone() else { return };
            if world.runs[id].state != RunState::Running {
                return;
            }
            world.make(id, &cluster, stack, self.scenario.tag.as_deref());
            self.tell(|| format!("  stack {stack} of {cluster} exists now"));
            cluster
        };
        self.judge_cluster(&made);
    }

    /// A destroy has succeeded, as it says.
    pub(super) fn remove_things(self: &Rc<Self>, id: RunId) {
        let now = self.clock.now();
        let mut world = self.world.borrow_mut();
        let Work::Destroy { cluster, stack } = world.runs[id].work.clone() else { return };
        let thoroughness = world.runs[id].course.destroys;
        for thing in &mut world.things {
            let is_meant = thing.cluster == cluster && thing.stack == stack && !thing.is_leftover;
            if !is_meant || thing.gone_at.is_some() {
                continue;
            }
            let stays = match thoroughness {
                Thoroughness::Whole | Thoroughness::Slow(_) => false,
                Thoroughness::Leftover => thing.resource.kind == ResourceKind::Volume,
                Thoroughness::Nothing => true,
            };
            if stays {
                thing.was_lied_about = true;
                thing.is_leftover = thoroughness == Thoroughness::Leftover;
            } else {
                let more = if let Thoroughness::Slow(more) = thoroughness { more } else { TimeDelta::zero() };
                thing.gone_at = Some(now + more);
            }
        }
        self.tell(|| format!("  stack {stack} of {cluster} is destroyed: {thoroughness:?}"));
        if thoroughness != Thoroughness::Whole && self.chance(self.scenario.weather.cloud_is_blind) {
            // Shorter than the time between two looks: one empty look is no proof, two are.
            let until = now + TimeDelta::seconds(self.dice.among(3..=20));
            world.blind_until.insert(cluster, until);
        }
    }

    /// Everything that the account shows.
    pub fn account(&self) -> Result<Vec<Resource>, Failure> {
        let now = self.clock.now();
        let weather = &self.scenario.weather;
        if weather.cloud_refuses.iter().any(|span| span.holds(now)) {
            return Err(Failure::Unauthorized);
        }
        if self.chance(weather.call_goes_wrong) {
            return Err(Failure::Later);
        }
        let world = self.world.borrow();
        let is_blind = |cluster: &String| world.blind_until.get(cluster).is_some_and(|until| now < *until);
        let is_shown =
            |thing: &&Thing| thing.gone_at.is_none_or(|gone| gone > now) && !is_blind(&thing.cluster);
        Ok(world.things.iter().filter(is_shown).map(|thing| thing.resource.clone()).collect())
    }
}

impl World {
    /// Workloads need a cluster to be on.
    pub(super) fn has_what_it_needs(&self, work: &Work) -> bool {
        match work {
            Work::Apply { cluster, stack } if *stack > 0 => {
                self.standing(cluster).any(|thing| thing.stack == 0)
            }
            _ => true,
        }
    }

    /// What a stack is made of. What is there already is not made again.
    fn make(&mut self, by: RunId, cluster: &str, stack: usize, tag: Option<&str>) {
        let kinds = match stack {
            0 => [ResourceKind::Cluster, ResourceKind::Machine],
            _ => [ResourceKind::LoadBalancer, ResourceKind::Volume],
        };
        for kind in kinds {
            let known = self.things.iter_mut().find(|thing| {
                let is_it = thing.cluster == cluster && thing.stack == stack && thing.resource.kind == kind;
                is_it && thing.gone_at.is_none() && !thing.is_leftover
            });
            if let Some(known) = known {
                known.was_lied_about = false;
                known.made_by = by;
                continue;
            }
            let of = self.standing(cluster).find(|thing| thing.resource.kind == ResourceKind::Cluster);
            let of = of.map(|thing| format!("k8s:{}", thing.resource.id));
            let number = self.things.len();
            let resource = Resource {
                kind,
                id: format!("{}-{number}", kind.as_str()),
                name: if kind == ResourceKind::Cluster {
                    cluster.to_owned()
                } else {
                    format!("thing-{number}")
                },
                tags: of.into_iter().chain(tag.map(|tag| format!("{tag}-{cluster}"))).collect(),
                created_at: None,
                daily: None,
                machine: None,
            };
            self.things.push(Thing {
                cluster: cluster.to_owned(),
                stack,
                resource,
                made_by: by,
                gone_at: None,
                was_lied_about: false,
                is_leftover: false,
            });
        }
    }
}
