//! How a job ends: its state, and one sentence for people.

use super::{Halt, Next, is_broken};
use crate::Time;
use crate::aftermath::aftermath;
use crate::job::{Abandonment, Job, JobState};
use crate::step::{Step, StepState};

/// The end of a job of which nothing is left to do.
pub(super) fn finish(halt: Option<&Halt>, steps: &[Step]) -> Next {
    let aftermath = aftermath(steps);
    let broken = steps.iter().find(|step| is_broken(step));
    if let Some(Halt::Abandoned(abandonment)) = halt
        && !aftermath.is_of_a_destroy()
    {
        return left_up(abandonment, broken);
    }
    let was_cut_short = steps.iter().any(|step| step.state == StepState::Skipped);
    let (state, what) = match (broken, halt) {
        (Some(step), Some(Halt::Cancelled(asked))) if step.state == StepState::Cancelled => {
            (JobState::Cancelled, format!("Cancelled by {} at step {}{}.", asked.by, named(step), why(step)))
        }
        (Some(step), Some(Halt::OutOfTime { because })) if step.state == StepState::Cancelled => {
            (JobState::Failed, format!("Stopped at step {}: {because}{}.", named(step), why(step)))
        }
        (Some(step), _) => (JobState::Failed, failed_at(step)),
        (None, Some(Halt::Cancelled(asked))) if was_cut_short => {
            (JobState::Cancelled, format!("Cancelled by {}.", asked.by))
        }
        (None, Some(Halt::OutOfTime { because })) if was_cut_short => {
            (JobState::Failed, format!("Stopped: {because}."))
        }
        (None, Some(Halt::Abandoned(abandonment))) if was_cut_short => {
            (JobState::Cancelled, format!("{} asked too late to leave the cluster up.", abandonment.by))
        }
        (None, _) if steps.len() == 1 => (JobState::Succeeded, "The step succeeded.".to_owned()),
        (None, _) => (JobState::Succeeded, format!("All {} steps succeeded.", steps.len())),
    };
    Next::Finish { state, outcome: format!("{what}{}", aftermath.sentence()) }
}

/// The end of a job that somebody stopped in time.
pub(super) fn before_it_began(job: &Job, halt: &Halt) -> String {
    match (halt, job.held_until) {
        (Halt::Cancelled(asked), Some(_)) => format!("Stopped by {}. Nothing was destroyed.", asked.by),
        _ => "Cancelled before it began. Nothing was started.".to_owned(),
    }
}

/// The end of a job whose cluster was wanted only until a time that is over.
pub(super) fn came_too_late(until: Time) -> String {
    let until = until.format("%Y-%m-%d %H:%M UTC");
    format!("Its turn came too late: the cluster was wanted until {until}. Nothing was started.")
}

/// The end of a job whose cluster a person keeps. What failed is told all the same.
fn left_up(abandonment: &Abandonment, broken: Option<&Step>) -> Next {
    let until = abandonment.until.format("%Y-%m-%d %H:%M UTC");
    let failure = broken.map(|step| format!(" {}", failed_at(step))).unwrap_or_default();
    let outcome =
        format!("{} left the cluster up. It is destroyed at {until} at the latest.{failure}", abandonment.by);
    Next::Finish { state: JobState::Cancelled, outcome }
}

fn failed_at(step: &Step) -> String {
    format!("Failed at step {}{}.", named(step), why(step))
}

fn why(step: &Step) -> String {
    step.message.as_deref().map(|message| format!(": {message}")).unwrap_or_default()
}

fn named(step: &Step) -> String {
    format!("{} ({})", step.position, step.title)
}
