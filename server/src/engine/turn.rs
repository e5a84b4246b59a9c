//! One turn of a job: decide, act, record, until there is nothing to do but wait.

use chrono::TimeDelta;
use domain::event::Remark;
use domain::job::JobState;
use domain::obligation::pause_after_failure;
use domain::plan::{self, Next};
use store::{Claim, Error, JobChange, ObligationChange, Record, Turn};
use tokio_util::sync::CancellationToken;

use super::Engine;
use domain::aftermath::{Aftermath, aftermath};

/// After so many actions the job lines up again, so that no job keeps a slot for itself.
const ACTIONS_PER_TURN: usize = 20;

impl Engine {
    /// Acts for the claimed job until it has to wait, has ended, or the process is to stop; then gives the claim back.
    ///
    /// # Errors
    /// [`Error::Fenced`] when the claim passed on; the rest when the database does not answer. What was done
    /// but not recorded is found out by the next claim.
    pub(super) async fn take_turn(&self, claim: &Claim, shutdown: &CancellationToken) -> Result<(), Error> {
        for _ in 0..ACTIONS_PER_TURN {
            let turn = self.store.turn(claim).await?;
            let now = turn.now();
            if shutdown.is_cancelled() {
                return self.store.release(claim, now).await;
            }
            match plan::next(&turn.job.job, &turn.job.steps, &turn.cluster, &self.pace, now) {
                Next::Wait { until } => return self.store.release(claim, until).await,
                Next::Finish { state, outcome } => {
                    self.store.record(claim, &self.finish(&turn, state, outcome)).await?;
                    return self.store.release(claim, now).await;
                }
                Next::Begin { position } => self.begin(claim, &turn, position).await?,
                Next::Resolve { position } => self.resolve(claim, &turn, position).await?,
                Next::Poll { position } => self.poll(claim, &turn, position).await?,
                Next::Stop { position, because } => self.stop(claim, &turn, position, &because).await?,
                Next::GiveUp { position, state, because } => {
                    self.give_up(claim, &turn, position, state, because).await?;
                }
                Next::Skip { positions } => self.store.record(claim, &skip(positions)).await?,
            }
        }
        let now = self.store.turn(claim).await?.now();
        self.store.release(claim, now).await
    }

    fn finish(&self, turn: &Turn, state: JobState, outcome: String) -> Record {
        let job = &turn.job.job;
        let title = format!("Job #{} {} on {}", job.number, job.title(), job.cluster);
        let remark = if state == JobState::Failed { Remark::error } else { Remark::info };
        Record {
            obligation: self.debt_left(turn, &outcome),
            remarks: vec![remark(None, outcome.clone())],
            announcements: self
                .announced(format!("{title}: {}. {outcome}", domain::text::job_state(state).to_lowercase())),
            job: Some(JobChange::Ends { state, outcome }),
            ..Record::default()
        }
    }

    /// What the job could not destroy, or left half made, is due from now on.
    fn debt_left(&self, turn: &Turn, outcome: &str) -> Option<ObligationChange> {
        let obligation = turn.obligation.as_ref()?;
        let failed = match aftermath(&turn.job.steps) {
            Aftermath::HalfDestroyed => true,
            Aftermath::HalfCreated => false,
            Aftermath::Untouched | Aftermath::Up | Aftermath::Destroyed => return None,
        };
        let pause =
            if failed { pause_after_failure(obligation.failed_attempts + 1) } else { TimeDelta::zero() };
        Some(ObligationChange::Due { failed, error: outcome.to_owned(), next_attempt_at: turn.now() + pause })
    }
}

fn skip(positions: Vec<i32>) -> Record {
    let listed = positions.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
    let noun = if positions.len() == 1 { "step" } else { "steps" };
    Record {
        remarks: vec![Remark::info(None, format!("Skipped {noun} {listed}."))],
        skipped: positions,
        ..Record::default()
    }
}
