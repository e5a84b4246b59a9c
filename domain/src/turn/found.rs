//! Finding the run of a trigger whose answer was lost.

use super::Facts;
use super::consequences::unless_answered;
use super::twins::{seek_later, with_twins};
use crate::Time;
use crate::event::Remark;
use crate::job::JobState;
use crate::plan::{MIN_LOOKS, Pace};
use crate::record::{JobChange, Record};
use crate::run::{Candidate, Likeness, RunRef};
use crate::step::{Step, StepState, TriggerState};

/// What a search for a lost run leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// This one is ours; the others carry the same marker and are to be cancelled.
    Adopt { run: RunRef, twins: Vec<RunRef> },
    /// There is none yet, it is too early to say, or a person has to say which one it is.
    Recorded(Box<Record>),
}

/// Judges what was found. `candidates` are the oldest first, without those that belong to other triggers. `asked_at` is when
/// the search was begun: a run that shows up while the answer is on its way is not in it.
///
/// A run that is known by its looks alone is ours only if no other shows up while ours may still be listed.
pub fn found(facts: &Facts, step: &Step, candidates: Vec<Candidate>, pace: &Pace, asked_at: Time) -> Found {
    let has_settled = step.trigger.as_ref().is_some_and(|trigger| {
        trigger.state != TriggerState::Intended && asked_at >= trigger.sent_at + pace.settle
    });
    let are_marked = candidates.iter().all(|candidate| candidate.likeness == Likeness::Marker);
    let is_sole = candidates.len() == 1;
    let is_sure = are_marked || (is_sole && (has_settled || candidates[0].is_no_strangers()));
    if is_sure {
        let mut runs = candidates.into_iter().map(|candidate| candidate.run);
        return match runs.next() {
            Some(run) => Found::Adopt { run, twins: runs.collect() },
            None => {
                let remark = "No such run in the provider's list yet.".to_owned();
                Found::Recorded(Box::new(look_again(facts, step, remark, pace, asked_at)))
            }
        };
    }
    if !has_settled {
        let remark = format!(
            "{} may be the run. Waiting whether another one shows up that fits.",
            Candidate::titles(&candidates)
        );
        return Found::Recorded(Box::new(look_again(facts, step, remark, pace, asked_at)));
    }
    Found::Recorded(Box::new(ask_which(facts, step, candidates, asked_at)))
}

/// The record of taking a run as the one that was started. Its twins are told to stop.
pub fn adopted(
    facts: &Facts,
    step: &Step,
    run: RunRef,
    twins: Vec<RunRef>,
    pace: &Pace,
    now: Time,
) -> Record {
    let mut step = step.clone();
    let remark = Remark::warning(
        Some(step.position),
        format!("Found the run whose answer was lost: {}. It is adopted.", run.title()),
    );
    if let Some(trigger) = &mut step.trigger {
        trigger.state = TriggerState::Accepted;
        trigger.run = Some(run);
        trigger.candidates.clear();
    }
    seek_later(&mut step, pace, now);
    step.message = None;
    step.failed_looks = 0;
    step.seen_at = Some(now);
    step.next_check_at = now;
    with_twins(facts, step, twins, vec![remark], now)
}

/// The record of a search that the provider did not answer.
pub fn not_searched(facts: &Facts, step: &Step, error: &str, pace: &Pace, now: Time) -> Record {
    let mut step = step.clone();
    step.failed_looks += 1;
    step.next_check_at = now + pace.pause_after(facts.job.job.number, &step, None);
    let remark = Remark::warning(Some(step.position), format!("Could not look for the run: {error}."));
    facts.record(step, vec![remark], now)
}

fn look_again(facts: &Facts, step: &Step, remark: String, pace: &Pace, asked_at: Time) -> Record {
    let mut step = step.clone();
    step.failed_looks = 0;
    step.next_check_at = asked_at + pace.look;
    if let Some(trigger) = &mut step.trigger {
        if trigger.state == TriggerState::Intended {
            // Whoever sent it was cut short, and the call may be on its way still.
            trigger.state = TriggerState::Unknown;
            trigger.sent_at = asked_at;
        }
        // A run may show up late: the look that decides comes after the settle time, however many came before it.
        let settled_at = trigger.sent_at + pace.settle;
        if asked_at < settled_at {
            trigger.looks = (trigger.looks + 1).min(MIN_LOOKS - 1);
            step.next_check_at = step.next_check_at.min(settled_at).max(asked_at + pace.poll);
        } else {
            trigger.looks += 1;
            if trigger.looks >= MIN_LOOKS {
                step.next_check_at = asked_at;
            }
        }
    }
    let remark = Remark::info(Some(step.position), remark);
    facts.record(step, vec![remark], asked_at)
}

fn ask_which(facts: &Facts, step: &Step, candidates: Vec<Candidate>, now: Time) -> Record {
    let mut step = step.clone();
    let listed = Candidate::titles(&candidates);
    let until = step.deadline().map(unless_answered).unwrap_or_default();
    let text = format!("the answer was lost, and more than one run fits: {listed}. Say which one it is");
    let remark = Remark::warning(Some(step.position), format!("{text}.{until}"));
    if let Some(trigger) = &mut step.trigger {
        trigger.state = TriggerState::NeedsPerson;
        trigger.candidates = candidates;
    }
    step.state = StepState::Waiting;
    step.message = Some(text);
    let mut record = facts.record(step, vec![remark], now);
    record.job = Some(JobChange::Goes(JobState::Waiting));
    record
}
