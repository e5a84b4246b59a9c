//! What a look at a run or a batch job means.

use chrono::Duration;

use super::{Facts, stopped};
use crate::Time;
use crate::event::Remark;
use crate::job::JobState;
use crate::plan::{MAX_NOT_FOUND, Pace, conclude};
use crate::record::{JobChange, Record};
use crate::run::{RunRef, RunStatus};
use crate::step::{Step, StepState};
use crate::text;

/// One look, whatever was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub status: RunStatus,
    /// What was said, in few words. Shown to people.
    pub detail: Option<String>,
    /// Percent done, where the far end counts.
    pub progress: Option<f64>,
    /// The run as known now: its number may have become known.
    pub run: Option<RunRef>,
}

/// Why a look brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unseen {
    /// It may work later. Says nothing about the run.
    Later { after: Option<Duration>, what: String },
    /// A person has to mend the credentials first.
    Unauthorized(String),
    /// The provider does not know it. No proof that it ended.
    NotFound(String),
    /// The far end refused the call itself: it does not work like this, ever.
    Refused(String),
}

/// The record of what was seen, or nothing when it is what is known: then the next look is at `next_check_at`.
pub fn seen(facts: &Facts, step: &Step, seen: Seen, pace: &Pace, now: Time) -> Result<Record, Time> {
    let known = step;
    let mut step = step.clone();
    if let (Some(trigger), Some(run)) = (&mut step.trigger, seen.run) {
        trigger.run = Some(run);
    }
    step.state = conclude(&step, seen.status);
    step.message = seen.detail;
    step.progress = if step.state == StepState::Succeeded && known.progress.is_some() {
        Some(100.0)
    } else {
        seen.progress.or(known.progress)
    };
    step.failed_looks = 0;
    step.missing_looks = 0;
    step.seen_at = Some(now);
    step.next_check_at = now + pace.poll;
    if step.state.is_final() {
        step.finished_at = Some(now);
    }
    let waits_for_a_person = seen.status == RunStatus::NeedsApproval;
    let job_waits = facts.job.job.state == JobState::Waiting;
    let is_the_same = known.state == step.state
        && known.message == step.message
        && known.progress == step.progress
        && known.run() == step.run()
        && waits_for_a_person == job_waits;
    if is_the_same {
        return Err(step.next_check_at);
    }
    let remarks = remarks(known, &step, seen.status);
    let mut record = facts.record(step, remarks, now);
    if waits_for_a_person {
        record.job = Some(JobChange::Goes(JobState::Waiting));
    } else if job_waits {
        record.job = Some(JobChange::Goes(JobState::Running));
    }
    Ok(record)
}

/// The record of a look that brought nothing: look again, later each time, and say so now and then.
pub fn not_seen(facts: &Facts, step: &Step, unseen: Unseen, pace: &Pace, now: Time) -> Record {
    let mut step = step.clone();
    step.failed_looks += 1;
    step.missing_looks += i32::from(matches!(unseen, Unseen::NotFound(_)));
    let (pause, what) = match unseen {
        Unseen::Refused(what) => return stopped::given_up(facts, &step, StepState::Failed, what, now),
        Unseen::NotFound(what) if step.missing_looks >= MAX_NOT_FOUND => {
            let because = format!("{what}; what became of it is not known");
            let record = stopped::given_up(facts, &step, StepState::Failed, because, now);
            // There is nothing that could be told to stop.
            return Record { left: Vec::new(), ..record };
        }
        Unseen::NotFound(what) => (pace.pause_after(facts.job.job.number, &step, None), what),
        Unseen::Later { after, what } => (pace.pause_after(facts.job.job.number, &step, after), what),
        Unseen::Unauthorized(what) => {
            let pause = pace.pause_for_credentials(step.failed_looks);
            let mut record = later(facts, step, pause, what, now);
            record.job = Some(JobChange::Goes(JobState::Waiting));
            return record;
        }
    };
    later(facts, step, pause, what, now)
}

fn later(facts: &Facts, mut step: Step, pause: Duration, what: String, now: Time) -> Record {
    step.next_check_at = now + pause;
    let is_worth_a_line = matches!(step.failed_looks, 1 | 3 | 10) || step.failed_looks % 30 == 0;
    let text = format!("{what}. Asking again in {}.", text::duration(pause));
    let remarks = if is_worth_a_line { vec![Remark::warning(Some(step.position), text)] } else { Vec::new() };
    step.message = Some(what);
    facts.record(step, remarks, now)
}

/// The lines that are new to somebody who reads the log: ends, new words, and each tenth of a batch.
fn remarks(known: &Step, step: &Step, status: RunStatus) -> Vec<Remark> {
    let position = Some(step.position);
    let what = step.run().map_or_else(|| step.title.clone(), RunRef::title);
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
