//! The life of one cluster, from the first attempt to create it until the cloud has nothing of it any more.

use std::time::Duration;

use uuid::Uuid;

use crate::clock::Moment;
use crate::stack::{StackChange, Thoroughness};

#[derive(Clone, Debug)]
pub(crate) struct Life {
    /// Made from the workflow that created it. All that the cloud calls it by is derived from this.
    pub origin: Uuid,
    /// Whether it was there before any pipeline ran.
    pub was_found: bool,
    pub begun: Moment,
    pub machine: Option<String>,
    pub up: Option<Moment>,
    pub end: Option<End>,
    /// What its workloads had the cloud make, each time that they came up.
    pub extras: Vec<Extras>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub destroy_begun: Moment,
    /// When the destroying workflow said so.
    pub destroyed: Moment,
    /// When the cloud agreed.
    pub gone: Moment,
}

/// A load balancer and a volume.
#[derive(Clone, Debug)]
pub(crate) struct Extras {
    /// The workflow that installed the workloads.
    pub origin: Uuid,
    pub since: Moment,
    /// `None` also for what a destroy left behind.
    pub gone: Option<Moment>,
    pub in_use: bool,
}

impl Life {
    pub fn found(origin: Uuid) -> Self {
        Self {
            origin,
            was_found: true,
            begun: Moment::START,
            machine: None,
            up: Some(Moment::START),
            end: None,
            extras: Vec::new(),
        }
    }

    pub fn begun(origin: Uuid, change: &StackChange) -> Self {
        Self {
            was_found: false,
            begun: change.at,
            machine: change.machine.clone(),
            up: None,
            ..Self::found(origin)
        }
    }

    pub fn install_workloads(&mut self, change: &StackChange) {
        if self.extras.iter().all(|extras| !extras.in_use) {
            self.extras.push(Extras { origin: change.by, since: change.at, gone: None, in_use: true });
        }
    }

    pub fn remove_workloads(&mut self, change: &StackChange) {
        for extras in self.extras.iter_mut().filter(|extras| extras.in_use) {
            extras.in_use = false;
            extras.gone = match change.thoroughness {
                Thoroughness::Leftovers => None,
                thoroughness => Some(change.at + thoroughness.delay()),
            };
        }
    }

    pub fn finish(&mut self, destroy_begun: Moment, change: &StackChange) {
        self.remove_workloads(change);
        let gone = change.at + change.thoroughness.delay();
        self.end = Some(End { destroy_begun, destroyed: change.at, gone });
    }

    /// Whether the cloud still shows it.
    pub fn is_there(&self, now: Moment) -> bool {
        self.end.is_none_or(|end| end.gone > now)
    }
}

impl Extras {
    pub fn are_there(&self, now: Moment) -> bool {
        self.gone.is_none_or(|gone| gone > now)
    }
}

impl Thoroughness {
    fn delay(self) -> Duration {
        match self {
            Thoroughness::Slow(delay) => delay,
            _ => Duration::ZERO,
        }
    }
}
