//! What a step's new state means for its cluster, its obligation and the people who follow along.

use super::Facts;
use crate::Time;
use crate::aftermath::completes_its_row;
use crate::cluster::change_by_step;
use crate::ending::warnings_owed;
use crate::event::Remark;
use crate::job::JobState;
use crate::obligation::Obligation;
use crate::record::{JobChange, ObligationChange, Record};
use crate::run::Candidate;
use crate::step::{Question, Step, StepState};
use crate::text;

pub(super) fn consequences(facts: &Facts, step: Step, remarks: Vec<Remark>, now: Time) -> Record {
    let before = facts.step(step.position);
    let is_news = before.is_none_or(|before| before.state != step.state);
    let begins = before.is_none_or(|before| !before.state.was_attempted());
    let ends_its_row = completes_its_row(&facts.job.steps, step.position);
    let cluster = (is_news || begins)
        .then(|| change_by_step(&step.action, &step.title, step.state, ends_its_row))
        .flatten();
    Record {
        cluster,
        obligation: if begins {
            debt_begun(facts, &step, now)
        } else {
            destroyed(facts, &step, ends_its_row, now)
        },
        job: begins.then_some(JobChange::Goes(state_of_job(&step))),
        is_progress: before.is_none_or(|before| is_progress(before, &step)),
        announcements: announcements(facts, &step, is_news, begins),
        remarks,
        step: Some(step),
        ..Record::default()
    }
}

fn is_progress(before: &Step, step: &Step) -> bool {
    let trigger = |step: &Step| step.trigger.as_ref().map(|trigger| trigger.state);
    before.state != step.state || trigger(before) != trigger(step)
}

/// A job says so when it waits for a person.
fn state_of_job(step: &Step) -> JobState {
    if step.question().is_some() { JobState::Waiting } else { JobState::Running }
}

/// A create opens the debt before its call leaves, a destroy begins to pay it.
fn debt_begun(facts: &Facts, step: &Step, now: Time) -> Option<ObligationChange> {
    let is_open = facts.obligation.as_ref().is_some_and(Obligation::is_open);
    let (terms, actor) = (&facts.job.job.stay, &facts.job.job.actor);
    let destroys_at = terms.end(now);
    if step.action.destroys_cluster() {
        Some(ObligationChange::Destroying)
    } else if step.action.creates_cluster() && !is_open {
        Some(ObligationChange::Open {
            destroys_at,
            chosen_by: terms.chosen.filter(|_| !actor.is_this_service()).map(|_| actor.name.clone()),
            limits: terms.limits,
            warnings: warnings_owed(destroys_at, now),
            teardown: facts.teardown.clone(),
            cloud: facts.cloud.clone(),
        })
    } else {
        None
    }
}

fn destroyed(facts: &Facts, step: &Step, ends_its_row: bool, now: Time) -> Option<ObligationChange> {
    if !step.action.destroys_cluster() || step.state != StepState::Succeeded || !ends_its_row {
        return None;
    }
    if facts.is_proved_by_cloud() {
        return Some(ObligationChange::Verify);
    }
    // Where only the CI's word counts, it has to be about the time after everything that may have created something.
    Some(match facts.stray_beside_destroys() {
        Some(stray) => ObligationChange::Due {
            failed: true,
            error: format!("{} may have been at work beside the destroy", stray.run.title()),
            next_attempt_at: now
                + facts.obligation.as_ref().map(Obligation::pause_after_another_failure).unwrap_or_default(),
        },
        None => ObligationChange::Settle,
    })
}

fn announcements(facts: &Facts, step: &Step, is_news: bool, begins: bool) -> Vec<String> {
    if is_news && step.state.is_final() {
        vec![end_of_step(facts, step)]
    } else if let Some(question) = step.question().filter(|_| is_news || begins) {
        vec![asks(facts, step, question)]
    } else if begins && facts.job.job.started_at.is_none() {
        vec![start_of_job(facts)]
    } else {
        Vec::new()
    }
}

fn start_of_job(facts: &Facts) -> String {
    let job = &facts.job.job;
    format!("Job #{} {} on {}: started by {}.", job.number, job.title(), job.cluster, job.actor)
}

fn asks(facts: &Facts, step: &Step, question: Question<'_>) -> String {
    let what = match question {
        Question::Approve(text) => text.to_owned(),
        Question::WhichRun(candidates) => {
            let until = step.deadline().map(unless_answered).unwrap_or_default();
            format!("Which run did we start: {}?{until}", Candidate::titles(candidates))
        }
    };
    format!("Job #{} waits for an answer: {what}", facts.job.job.number)
}

/// What becomes of a question to which nobody knows an answer.
pub(super) fn unless_answered(deadline: Time) -> String {
    let deadline = deadline.format("%Y-%m-%d %H:%M UTC");
    format!(
        " Without an answer by {deadline} the step has failed, those that are no stranger's are told to stop, and the job \
         cleans up."
    )
}

/// "Job #12, step 2 of 6: Install the base services: succeeded after 2 min 3 s. CircleCI pipeline 244: https://…"
fn end_of_step(facts: &Facts, step: &Step) -> String {
    let took = match (step.started_at, step.finished_at) {
        (Some(from), Some(to)) => format!(" after {}", text::duration(to - from)),
        _ => String::new(),
    };
    let message = match (&step.message, step.state) {
        (Some(message), state) if state != StepState::Succeeded => format!(" {message}."),
        _ => String::new(),
    };
    let run = step.run().map(|run| format!(" {}: {}", run.title(), run.url)).unwrap_or_default();
    format!(
        "Job #{}, step {} of {}: {}: {}{took}.{message}{run}",
        facts.job.job.number,
        step.position,
        facts.job.steps.len(),
        step.title,
        text::step_state(step.state).to_lowercase(),
    )
}
