//! Jobs and steps: what they say of themselves is true.

use domain::job::JobState;
use domain::run::RunStatus;
use domain::step::{Action, Step, StepState};

use super::Law;
use crate::stage::Stage;
use crate::world::{RunId, RunState};

impl Stage {
    pub(super) fn judge_step(&self, job: i64, position: i32) {
        let store = self.store.borrow();
        let Some(step) = store.step(job, position) else { return };
        self.note_doubt(job, step);
        self.judge_hold(job, step);
        if step.state == StepState::Succeeded && !self.has_really_succeeded(job, step) {
            self.judge_breach(Law::TruthfulEnds, || {
                format!("step {position} of job {job} is shown as succeeded, and its run has not")
            });
        }
    }

    fn has_really_succeeded(&self, job: i64, step: &Step) -> bool {
        let world = self.world.borrow();
        match step.action {
            Action::Trigger { .. } => {
                let run = step.run().and_then(|run| world.runs.get(run.id.parse::<RunId>().ok()?));
                run.is_some_and(|run| run.state == RunState::Ended(RunStatus::Succeeded))
            }
            Action::Batch { .. } => {
                let attempt = (job, step.position, step.attempt);
                let mut of_attempt = world.batches.values().filter(|batch| batch.attempt == attempt);
                of_attempt.any(|batch| batch.status(self.clock.now()) == RunStatus::Succeeded)
            }
            Action::Approval { .. } | Action::Unknown(_) => true,
        }
    }

    fn judge_hold(&self, job: i64, step: &Step) {
        let store = self.store.borrow();
        let held_until = store.row(job).and_then(|row| row.job.held_until);
        if step.started_at.is_some_and(|started| held_until.is_some_and(|until| started < until)) {
            self.judge_breach(Law::HeldUntilThen, || {
                format!("step {} of job {job} was begun while the job was held", step.position)
            });
        }
    }

    pub(super) fn judge_end_of_job(&self, number: i64) {
        let store = self.store.borrow();
        let Some(row) = store.row(number) else { return };
        let outcome = row.job.outcome.as_deref().unwrap_or_default();
        self.tell(|| format!("job {number} ends {}: {outcome}", row.job.state));
        let is_broken =
            |state| matches!(state, StepState::Failed | StepState::Cancelled | StepState::TimedOut);
        let Some(first) = row.steps.iter().find(|step| is_broken(step.state)) else { return };
        if row.job.state == JobState::Succeeded {
            self.judge_breach(Law::TruthfulEnds, || {
                format!(
                    "job {number} is shown as succeeded, though its step {} is {}",
                    first.position, first.state
                )
            });
        } else if !outcome.contains(&format!("step {} ({})", first.position, first.title)) {
            self.judge_breach(Law::TruthfulEnds, || {
                format!("job {number} hides that its step {} is {}: {outcome}", first.position, first.state)
            });
        }
    }
}
