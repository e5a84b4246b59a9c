//! The two stacks of the seed's pipeline repository, and what its workflows do to them.

use std::time::Duration;

use uuid::Uuid;

use crate::clock::Moment;

/// A workflow that applied or destroyed a stack began or ended.
#[derive(Clone, Debug)]
pub(crate) struct StackChange {
    pub at: Moment,
    pub stack: Stack,
    pub step: ChangeStep,
    /// The workflow that did it.
    pub by: Uuid,
    /// The machine type that the pipeline was asked for.
    pub machine: Option<String>,
    pub thoroughness: Thoroughness,
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

/// How much of what a destroy should remove it does remove. All but `Whole` are asked for with a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Thoroughness {
    #[default]
    Whole,
    /// The cloud needs this much longer than the workflow.
    Slow(Duration),
    /// The load balancer and the volume stay.
    Leftovers,
    /// The workflow succeeds and has touched nothing.
    Nothing,
}

impl Stack {
    /// The branches, one per stack and direction (iriversland2-kubernetes, 2026).
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
