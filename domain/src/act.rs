//! What people may do to a job that is there: cancel it, leave its cluster up, answer its question, take up its rest.
//!
//! Asked by the pages that show a button and by the store that carries the press out, so that both say the same.

use crate::Time;
use crate::job::JobWithSteps;
use crate::plan::{MAX_TRIES, retry};
use crate::stay::StayRange;
use crate::step::{Action, Answer, Phase, Step, StepState};

pub use crate::stay::SHORTEST_STAY;

/// Why something may not be done to a job. Told to people as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    #[error("Job #{job} has ended. Nothing was changed.")]
    Ended { job: i64 },
    #[error("Job #{job} is at work. Wait for its end, or cancel it first. Nothing was started.")]
    NotEnded { job: i64 },
    #[error("Job #{job} was asked to stop before. Nothing was changed.")]
    AskedBefore { job: i64 },
    #[error(
        "Job #{job} only destroys from here on, and a destroy that was begun is carried to its end. Nothing was changed."
    )]
    OnlyDestroys { job: i64 },
    #[error(
        "Job #{job} pays the debt of its cluster and cannot be stopped. Whoever wants to take the debt over closes it. Nothing was changed."
    )]
    PaysDebt { job: i64 },
    #[error("Job #{job} does not destroy its cluster, so there is nothing to leave up. Nothing was changed.")]
    NothingToLeaveUp { job: i64 },
    #[error("A cluster can be left up {range}. Nothing was changed.")]
    OutOfRange { range: StayRange },
    #[error("Step {position} of job #{job} asks nothing, or was answered before. Nothing was changed.")]
    NothingAsked { job: i64, position: i32 },
    #[error("That is no answer to what step {position} of job #{job} asks. Nothing was changed.")]
    NoAnswer { job: i64, position: i32 },
    #[error("Job #{job} can be resumed from step 1 to step {latest}. Nothing was started.")]
    NotResumable { job: i64, latest: i32 },
    #[error("All steps of job #{job} succeeded. There is nothing to resume. Nothing was started.")]
    NothingToResume { job: i64 },
}

/// Whether the job may be cancelled.
///
/// # Errors
/// Says why not.
pub fn may_cancel(job: &JobWithSteps) -> Result<(), ActError> {
    let number = job.job.number;
    if job.job.state.is_final() {
        return Err(ActError::Ended { job: number });
    }
    if job.job.cancelled.is_some() || job.job.abandoned.is_some() {
        return Err(ActError::AskedBefore { job: number });
    }
    if job.job.pays_obligation {
        return Err(ActError::PaysDebt { job: number });
    }
    let has_begun = job.steps.iter().any(Step::was_begun);
    if has_begun && !job.steps.iter().any(can_be_stopped) && retry(&job.steps).is_none() {
        return Err(ActError::OnlyDestroys { job: number });
    }
    Ok(())
}

/// Whether the cluster may be left up, although the job would destroy it, until `until`.
///
/// # Errors
/// Says why not, and which times may be chosen.
pub fn may_leave_up(job: &JobWithSteps, until: Time, latest: Time, now: Time) -> Result<(), ActError> {
    let number = job.job.number;
    if job.job.state.is_final() {
        return Err(ActError::Ended { job: number });
    }
    if job.job.abandoned.is_some() {
        return Err(ActError::AskedBefore { job: number });
    }
    if job.job.pays_obligation {
        return Err(ActError::PaysDebt { job: number });
    }
    let destroys = |step: &Step| step.action.destroys_cluster();
    if job.steps.iter().any(|step| destroys(step) && step.was_begun()) {
        return Err(ActError::OnlyDestroys { job: number });
    }
    if !job.steps.iter().any(|step| destroys(step) || step.action.creates_cluster()) {
        return Err(ActError::NothingToLeaveUp { job: number });
    }
    let range = StayRange { latest, ..StayRange::new(0, now) };
    range.check(until).map_err(|_| ActError::OutOfRange { range })
}

/// Whether the job is cancelled when the time of its cluster is over. What destroys it anyway, now or next, is waited for.
pub fn may_interrupt(job: &JobWithSteps) -> bool {
    let next = job.steps.iter().find(|step| !step.state.is_final());
    let goes_on = retry(&job.steps).is_some() || next.is_some_and(|step| !step.action.destroys_cluster());
    may_cancel(job).is_ok() && goes_on
}

/// Whether the answer may be given to the step.
///
/// # Errors
/// Says why not.
pub fn may_answer(job: &JobWithSteps, position: i32, answer: &Answer) -> Result<(), ActError> {
    let number = job.job.number;
    if job.job.state.is_final() {
        return Err(ActError::Ended { job: number });
    }
    let step = job.steps.iter().find(|step| step.position == position && step.answer.is_none());
    match step.and_then(Step::question) {
        None => Err(ActError::NothingAsked { job: number, position }),
        Some(question) if !answer.fits(question) => Err(ActError::NoAnswer { job: number, position }),
        Some(_) => Ok(()),
    }
}

/// The last step from which the job may be resumed: the first one that did not succeed.
///
/// # Errors
/// Says why it cannot be resumed at all.
pub fn resumable_until(job: &JobWithSteps) -> Result<i32, ActError> {
    let number = job.job.number;
    if !job.job.state.is_final() {
        return Err(ActError::NotEnded { job: number });
    }
    job.steps
        .iter()
        .find(|step| step.phase == Phase::Forward && step.state != StepState::Succeeded)
        .map(|step| step.position)
        .ok_or(ActError::NothingToResume { job: number })
}

/// Whether the job may be resumed from this step.
///
/// # Errors
/// Says why not.
pub fn may_resume(job: &JobWithSteps, from: i32) -> Result<(), ActError> {
    let latest = resumable_until(job)?;
    if (1..=latest).contains(&from) {
        Ok(())
    } else {
        Err(ActError::NotResumable { job: job.job.number, latest })
    }
}

/// A step that is not over and is no part of cleaning up, as far as this version of the service knows.
fn can_be_stopped(step: &Step) -> bool {
    let is_forward = step.phase == Phase::Forward && !step.action.destroys_cluster();
    !step.state.is_final() && (is_forward || step.action.is_unknown())
}

/// Whether a step ended in a way that a person has to look at, at the provider.
pub fn needs_a_look(step: &Step) -> bool {
    let tries = step.trigger.as_ref().map_or(0, |trigger| trigger.tries);
    step.state == StepState::Failed
        && tries >= MAX_TRIES
        && step.run().is_none()
        && matches!(step.action, Action::Trigger { .. })
}
