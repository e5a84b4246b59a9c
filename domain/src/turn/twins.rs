//! Runs beside the one that a step follows, made by the same call or by one that was believed lost.
//!
//! A list may show a run late, and a provider may make two of one call. So every trigger by whose marker its runs are
//! known, and every one that was sent more than once, is looked for once more when its run has been accepted.

use super::Facts;
use crate::Time;
use crate::event::Remark;
use crate::plan::Pace;
use crate::record::Record;
use crate::run::{Candidate, Likeness, RunRef};
use crate::step::{Action, Step};
use crate::stray::Left;

/// Notes when to look, for a trigger whose run has just become known.
pub(super) fn seek_later(step: &mut Step, pace: &Pace, now: Time) {
    let is_marked = matches!(&step.action, Action::Trigger { target, .. } if target.carries_marker());
    if let Some(trigger) = &mut step.trigger {
        trigger.twins_at = (is_marked || trigger.tries > 1).then_some(now + pace.settle);
    }
}

/// The record of that look. `found` are the runs that no other trigger has, the oldest first.
pub fn twins_sought(
    facts: &Facts,
    step: &Step,
    found: Result<Vec<Candidate>, String>,
    pace: &Pace,
    now: Time,
) -> Record {
    let mut step = step.clone();
    let Some(trigger) = &mut step.trigger else { return Record::default() };
    let found = match found {
        Ok(found) => found,
        Err(_) => {
            trigger.twins_at = Some(now + pace.look);
            return facts.record(step, Vec::new(), now);
        }
    };
    trigger.twins_at = None;
    let ours = trigger.run.as_ref().map(|run| run.id.clone());
    let is_marked = found.iter().all(|found| found.likeness == Likeness::Marker);
    let is_other = |found: &&Candidate| Some(&found.run.id) != ours.as_ref();
    let others: Vec<RunRef> = found.iter().filter(is_other).map(|other| other.run.clone()).collect();
    if others.is_empty() {
        return facts.record(step, Vec::new(), now);
    }
    if !is_marked {
        let position = step.position;
        return told(facts, facts.record(step, Vec::new(), now), maybe_ours(position, &others));
    }
    let oldest = found.into_iter().map(|found| found.run).next();
    let left = oldest.iter().flat_map(|oldest| others_than(oldest, trigger.run.as_ref(), &others)).collect();
    if oldest != trigger.run {
        trigger.run = oldest;
        step.next_check_at = now;
    }
    with_twins(facts, step, left, Vec::new(), now)
}

/// The record of following the oldest of several runs with our marker, and telling the others to stop.
pub(super) fn with_twins(
    facts: &Facts,
    step: Step,
    twins: Vec<RunRef>,
    mut remarks: Vec<Remark>,
    now: Time,
) -> Record {
    let position = step.position;
    if twins.is_empty() {
        return facts.record(step, remarks, now);
    }
    let listed = titles(&twins);
    let carry = if twins.len() == 1 { "carries" } else { "carry" };
    let kept = step.run().map(RunRef::title).unwrap_or_default();
    let text = format!("{listed} {carry} the same marker as {kept}, which is followed. Told to stop.");
    let told_of = Remark::warning(Some(position), text);
    let left = twins.into_iter().map(|run| Left { run, is_ours: true }).collect();
    remarks.push(told_of.clone());
    let record = Record { left, ..facts.record(step, remarks, now) };
    announced(facts, record, &told_of)
}

fn others_than(oldest: &RunRef, followed: Option<&RunRef>, others: &[RunRef]) -> Vec<RunRef> {
    let is_another = |run: &&RunRef| run.id != oldest.id;
    followed.into_iter().chain(others).filter(is_another).cloned().collect()
}

/// Without a marker nobody can say whose they are.
fn maybe_ours(position: i32, others: &[RunRef]) -> Remark {
    let text = format!(
        "{} fits as well as the run that is followed. It may be of a call of ours that was believed lost: a person has to look.",
        titles(others)
    );
    Remark::warning(Some(position), text)
}

fn told(facts: &Facts, mut record: Record, remark: Remark) -> Record {
    record.remarks.push(remark.clone());
    announced(facts, record, &remark)
}

fn announced(facts: &Facts, mut record: Record, remark: &Remark) -> Record {
    let position = remark.position.unwrap_or_default();
    record.announcements.push(format!("Job #{}, step {position}: {}", facts.job.job.number, remark.text));
    record
}

fn titles(runs: &[RunRef]) -> String {
    runs.iter().map(RunRef::title).collect::<Vec<_>>().join(", ")
}
