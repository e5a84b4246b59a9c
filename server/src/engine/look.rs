//! Looking how far a step is.

use domain::event::Remark;
use domain::job::JobState;
use domain::plan::conclude;
use domain::run::RunStatus;
use domain::step::{Action, BatchCall, CiTarget, Step, StepState};
use store::{Claim, Error, JobChange, Turn};

use super::Engine;
use super::step::step_at;
use crate::providers::ProviderError;

/// One look, whatever was looked at.
struct Seen {
    status: RunStatus,
    detail: Option<String>,
    progress: Option<f64>,
}

impl Engine {
    /// Looks at the run or the batch job of a step and records what is new.
    pub(super) async fn poll(&self, claim: &Claim, turn: &Turn, position: i32) -> Result<(), Error> {
        let mut step = step_at(turn, position)?;
        let (service, seen) = match step.action.clone() {
            Action::Trigger { target, .. } => {
                (target.provider.title().to_owned(), self.look_at_run(&mut step, &target).await)
            }
            Action::Batch { call } => ("Batch service".to_owned(), self.look_at_batch(&call).await),
        };
        match self.noted(&service, seen).await {
            Ok(seen) => self.seen(claim, turn, step, seen).await,
            Err(ProviderError::Rejected(what)) if matches!(step.action, Action::Batch { .. }) => {
                self.give_up(claim, turn, position, StepState::Failed, what).await
            }
            Err(error) => self.not_seen(claim, turn, step, error).await,
        }
    }

    async fn look_at_run(&self, step: &mut Step, target: &CiTarget) -> Result<Seen, ProviderError> {
        let ci = self
            .providers
            .ci(target.provider)
            .map_err(|missing| ProviderError::Unauthorized(missing.to_string()))?;
        let Some(trigger) = &mut step.trigger else {
            return Err(ProviderError::NotFound("the run was never named".into()));
        };
        let Some(run) = &trigger.run else {
            return Err(ProviderError::NotFound("the run was never named".into()));
        };
        let report = ci.look(target, run).await?;
        trigger.run = Some(report.run);
        Ok(Seen { status: report.status, detail: report.detail, progress: None })
    }

    async fn look_at_batch(&self, call: &BatchCall) -> Result<Seen, ProviderError> {
        let report = self.providers.batch.call(call).await?;
        Ok(Seen { status: report.status, detail: report.detail, progress: report.progress })
    }

    async fn seen(&self, claim: &Claim, turn: &Turn, mut step: Step, seen: Seen) -> Result<(), Error> {
        let known = step_at(turn, step.position)?;
        let now = turn.now();
        step.state = conclude(&step, seen.status);
        step.message = seen.detail.clone();
        step.progress = if step.state == StepState::Succeeded && known.progress.is_some() {
            Some(100.0)
        } else {
            seen.progress.or(known.progress)
        };
        step.failed_looks = 0;
        step.next_check_at = now + self.pace.poll;
        if step.state.is_final() {
            step.finished_at = Some(now);
        }
        let is_the_same = known.state == step.state
            && known.message == step.message
            && known.progress == step.progress
            && known.run() == step.run()
            && waits_for_a_person(seen.status) == (turn.job.job.state == JobState::Waiting);
        if is_the_same {
            return self.store.postpone(claim, step.position, step.next_check_at).await;
        }
        let remarks = remarks(&known, &step, seen.status);
        let mut record = self.consequences(turn, step, remarks);
        if waits_for_a_person(seen.status) {
            record.job = Some(JobChange::Goes(JobState::Waiting));
        } else if turn.job.job.state == JobState::Waiting {
            record.job = Some(JobChange::Goes(JobState::Running));
        }
        self.store.record(claim, &record).await
    }

    /// The far end could not be asked. That says nothing about the run: look again, later each time.
    async fn not_seen(
        &self,
        claim: &Claim,
        turn: &Turn,
        mut step: Step,
        error: ProviderError,
    ) -> Result<(), Error> {
        let asked = match &error {
            ProviderError::Transient { after, .. } => *after,
            _ => None,
        };
        step.failed_looks += 1;
        let pause = self.pause_after(step.failed_looks, asked);
        step.next_check_at = turn.now() + pause;
        let text = format!("{error}. Asking again in {}.", domain::text::duration(pause));
        step.message = Some(error.to_string());
        let is_worth_a_line = matches!(step.failed_looks, 1 | 3 | 10) || step.failed_looks % 30 == 0;
        let remarks =
            if is_worth_a_line { vec![Remark::warning(Some(step.position), text)] } else { Vec::new() };
        self.store.record(claim, &self.consequences(turn, step, remarks)).await
    }
}

/// A job says so when it waits for a person, also for one at the provider.
fn waits_for_a_person(status: RunStatus) -> bool {
    status == RunStatus::NeedsApproval
}

/// The lines that are new to somebody who reads the log: ends, new words, and each tenth of a batch.
fn remarks(known: &Step, step: &Step, status: RunStatus) -> Vec<Remark> {
    let position = Some(step.position);
    let what = step.run().map_or_else(|| step.title.clone(), domain::run::RunRef::title);
    let detail = step.message.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
    let said = |verb: &str| format!("{what} {verb}{detail}.");
    let tenth = |progress: Option<f64>| progress.map(|percent| (percent / 10.0).floor());
    let remark = match step.state {
        StepState::Succeeded => Remark::info(position, said("succeeded")),
        StepState::Failed | StepState::TimedOut => Remark::error(position, said("failed")),
        StepState::Cancelled => Remark::warning(position, said("was cancelled")),
        _ if status == RunStatus::Unknown && known.message != step.message => {
            Remark::warning(position, said("has a status that we do not know"))
        }
        _ if status == RunStatus::NeedsApproval && known.message != step.message => {
            Remark::warning(position, said("waits for an approval at the provider"))
        }
        StepState::Running if known.state != StepState::Running => Remark::info(position, said("is running")),
        _ if known.run() != step.run() => Remark::info(position, format!("The run is {what}.")),
        _ => match step.progress {
            Some(percent) if tenth(known.progress) != tenth(step.progress) => {
                Remark::info(position, format!("{}: {percent:.0} % done.", step.title))
            }
            _ => return Vec::new(),
        },
    };
    vec![remark]
}
