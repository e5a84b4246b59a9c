//! The outside as it really is: runs, stacks, and what they made in the cloud. Nobody in the service sees all of it.
//!
//! A stack has a lock, as Terraform's state has: of two runs on one stack the second fails at once. Without it no teardown
//! could be sure of anything while a run that was given up is still at work.

mod batch;
mod calls;
mod ci;
mod cloud;
mod runs;
mod work;

use std::collections::BTreeMap;

use domain::Time;
use domain::cloud::Resource;

pub use batch::Batch;
pub use calls::Failure;
pub use runs::{Attempt, Origin, Run, RunId, RunState, Window};
pub use work::Work;

/// Everything that is there, whoever knows of it.
#[derive(Default)]
pub struct World {
    pub runs: Vec<Run>,
    pub things: Vec<Thing>,
    /// Which run is at work on a stack.
    locks: BTreeMap<(String, usize), RunId>,
    /// By the keys with which they were asked for.
    pub batches: BTreeMap<String, Batch>,
    /// Until when the cloud does not show what there is of a cluster.
    blind_until: BTreeMap<String, Time>,
}

/// Something in the cloud that costs money.
pub struct Thing {
    pub cluster: String,
    pub stack: usize,
    pub resource: Resource,
    pub made_by: RunId,
    /// When the cloud has it no more, once that is certain.
    pub gone_at: Option<Time>,
    /// A run has said that it was destroyed, and it was not.
    pub was_lied_about: bool,
    /// No run knows of it any more.
    pub is_leftover: bool,
}

impl World {
    /// What stands, and goes on standing unless somebody destroys it.
    pub fn standing<'a>(&'a self, cluster: &'a str) -> impl Iterator<Item = &'a Thing> {
        self.things.iter().filter(move |thing| thing.cluster == cluster && thing.gone_at.is_none())
    }

    /// Whether no run will change anything any more.
    pub fn is_at_rest(&self) -> bool {
        self.runs.iter().all(|run| matches!(run.state, RunState::Ended(_)))
    }
}
