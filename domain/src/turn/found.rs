//! Finding the run of a trigger whose answer was lost.

use super::Facts;
use crate::Time;
use crate::event::Remark;
use crate::job::JobState;
use crate::plan::{MIN_LOOKS, Pace};
use crate::record::{JobChange, Record};
use crate::run::{ProviderKind, RunRef};
use crate::step::{Action, CiTarget, Step, StepState, TriggerState};

/// What a search for a lost run leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// This one is ours; the others carry the same marker and are to be cancelled.
    Adopt { run: RunRef, twins: Vec<RunRef> },
    /// There is none yet, or a person has to say which one it is.
    Recorded(Box<Record>),
}

/// Judges what was found. `candidates` are the oldest first, without those that belong to other triggers. `asked_at` is when
/// the search was begun: a run that shows up while the answer is on its way is not in it.
pub fn found(facts: &Facts, step: &Step, candidates: Vec<RunRef>, pace: &Pace, asked_at: Time) -> Found {
    let is_sure = matches!(&step.action, Action::Trigger { target, .. } if carries_marker(target));
    let mut candidates = candidates;
    match candidates.len() {
        0 => Found::Recorded(Box::new(nothing_yet(facts, step, pace, asked_at))),
        1 => Found::Adopt { run: candidates.remove(0), twins: Vec::new() },
        _ if is_sure => Found::Adopt { run: candidates.remove(0), twins: candidates },
        _ => Found::Recorded(Box::new(ask_which(facts, step, candidates, asked_at))),
    }
}

/// The record of taking a run as the one that was started. `remarks` tell what became of its twins.
pub fn adopted(facts: &Facts, step: &Step, run: RunRef, remarks: Vec<Remark>, now: Time) -> Record {
    let mut step = step.clone();
    let first = Remark::warning(
        Some(step.position),
        format!("Found the run whose answer was lost: {}. It is adopted.", run.title()),
    );
    if let Some(trigger) = &mut step.trigger {
        trigger.state = TriggerState::Accepted;
        trigger.run = Some(run);
        trigger.candidates.clear();
    }
    step.message = None;
    step.failed_looks = 0;
    step.seen_at = Some(now);
    step.next_check_at = now;
    facts.record(step, std::iter::once(first).chain(remarks).collect(), now)
}

/// The record of a search that the provider did not answer.
pub fn not_searched(facts: &Facts, step: &Step, error: &str, pace: &Pace, now: Time) -> Record {
    let mut step = step.clone();
    step.failed_looks += 1;
    step.next_check_at = now + pace.pause_after(step.failed_looks, None);
    let remark = Remark::warning(Some(step.position), format!("Could not look for the run: {error}."));
    facts.record(step, vec![remark], now)
}

fn nothing_yet(facts: &Facts, step: &Step, pace: &Pace, asked_at: Time) -> Record {
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
    let remark = Remark::info(Some(step.position), "No such run in the provider's list yet.");
    facts.record(step, vec![remark], asked_at)
}

fn ask_which(facts: &Facts, step: &Step, candidates: Vec<RunRef>, now: Time) -> Record {
    let mut step = step.clone();
    let listed = candidates.iter().map(RunRef::title).collect::<Vec<_>>().join(", ");
    let text = format!("the answer was lost, and more than one run fits: {listed}. Say which one it is");
    let remark = Remark::warning(Some(step.position), format!("{text}."));
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

/// Whether a run that was found is surely ours.
fn carries_marker(target: &CiTarget) -> bool {
    target.provider == ProviderKind::Travis || target.marker_parameter.is_some()
}
