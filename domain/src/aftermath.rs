//! What a job's steps have left of the cluster: the answer to "does something still run and cost money?".

use crate::step::{Step, StepState};

/// What a job's steps have left of the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aftermath {
    /// The job neither created nor destroyed anything.
    Untouched,
    Up,
    /// Begun to create, not completed: something may exist.
    HalfCreated,
    Destroyed,
    /// Begun to destroy, not completed: something may exist.
    HalfDestroyed,
}

impl Aftermath {
    /// Whether the last that was done to the cluster was to destroy it.
    pub const fn is_of_a_destroy(self) -> bool {
        matches!(self, Self::Destroyed | Self::HalfDestroyed)
    }

    /// A finished job has to say whether something still runs and costs money. On whose word it was destroyed is not known
    /// here: see [`crate::turn::finished`].
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Untouched | Self::Destroyed => "",
            Self::Up => " The cluster is up.",
            Self::HalfCreated => " What exists of the cluster is destroyed next.",
            Self::HalfDestroyed => " The cluster may still cost money; destroying it is owed and goes on.",
        }
    }
}

/// What the steps have left, by the last row of creates or destroys that was attempted.
pub fn aftermath(steps: &[Step]) -> Aftermath {
    let changes_cluster = |step: &Step| step.action.creates_cluster() || step.action.destroys_cluster();
    let Some(last) = steps.iter().rfind(|step| step.was_attempted() && changes_cluster(step)) else {
        return Aftermath::Untouched;
    };
    let is_complete = last.state == StepState::Succeeded && completes_its_row(steps, last.position);
    match (last.action.creates_cluster(), is_complete) {
        (true, true) => Aftermath::Up,
        (true, false) => Aftermath::HalfCreated,
        (false, true) => Aftermath::Destroyed,
        (false, false) => Aftermath::HalfDestroyed,
    }
}

/// Whether the step is the last of a row of steps with the same effect, and all before it in the row succeeded.
///
/// Several stacks make up a cluster: it is up, or gone, only when the whole row is done.
pub fn completes_its_row(steps: &[Step], position: i32) -> bool {
    let Some(index) = steps.iter().position(|step| step.position == position) else {
        return false;
    };
    let effect = steps[index].action.effect();
    let same = |step: &&Step| step.action.effect() == effect;
    // What an earlier job has destroyed may have been brought up again since.
    let is_done = |step: &Step| {
        step.state == StepState::Succeeded && (step.was_begun() || !step.action.destroys_cluster())
    };
    let is_last = steps.get(index + 1).is_none_or(|following| following.action.effect() != effect);
    is_last && steps[..index].iter().rev().take_while(same).all(is_done)
}
