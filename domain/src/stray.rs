//! A run that may be ours and that no step follows any more: given up while it was at work, or one too many. It is told to
//! stop until its provider says that it has ended, since what it makes meanwhile nobody has asked for.

use chrono::Duration;

use crate::Time;
use crate::event::Remark;
use crate::plan::{MAX_NOT_FOUND, Pace};
use crate::run::{RunRef, RunStatus};
use crate::step::{CiTarget, Step, StepState, TriggerState};

/// After so many looks people are told where they hear of it, and then about once a day.
const LOOKS_BEFORE_ALARM: i32 = 7;
const LOOKS_BETWEEN_ALARMS: i32 = 144;

/// A run that a step leaves while it may be at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    pub run: RunRef,
    /// Whether it is ours to stop. What may be somebody else's, and a destroy that nobody has stopped yet, is only watched.
    pub is_ours: bool,
}

/// The same, as it is followed to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Stray {
    pub id: i64,
    /// The job whose step left it.
    pub job: i64,
    pub position: i32,
    pub target: CiTarget,
    pub run: RunRef,
    pub is_ours: bool,
    pub looks: i32,
    /// How often in a row the provider said that there is no such run.
    pub missing_looks: i32,
    pub ended_at: Option<Time>,
}

/// What a look at it brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    Shows(RunStatus),
    Missing,
    /// Nothing that says anything about the run.
    Nothing(String),
}

/// What is written down of it after a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    pub looks: i32,
    pub missing_looks: i32,
    /// Until the next look.
    pub pause: Duration,
    pub has_ended: bool,
    pub remark: Option<Remark>,
    pub announcement: Option<String>,
}

impl Stray {
    /// Whether it is to be asked to stop, now that it was seen.
    pub const fn is_to_stop(&self, sight: &Sight) -> bool {
        self.is_ours && matches!(sight, Sight::Shows(status) if !status.is_final())
    }

    /// What follows from a look. `asked` is what the provider said when it was asked to stop the run, if it was.
    pub fn watched(&self, sight: &Sight, asked: Option<&Result<(), String>>, pace: &Pace) -> Watched {
        let looks = self.looks + 1;
        let missing_looks = if *sight == Sight::Missing { self.missing_looks + 1 } else { 0 };
        let is_lost = missing_looks >= MAX_NOT_FOUND;
        let has_ended = is_lost || matches!(sight, Sight::Shows(status) if status.is_final());
        let is_worth_a_line = has_ended || matches!(looks, 1 | 3 | 10) || looks % 30 == 0;
        let remark = is_worth_a_line.then(|| self.remark(sight, asked));
        Watched {
            looks,
            missing_looks,
            pause: pause(self.looks, pace),
            has_ended,
            remark,
            announcement: self.announcement(looks, has_ended),
        }
    }

    fn remark(&self, sight: &Sight, asked: Option<&Result<(), String>>) -> Remark {
        let run = self.run.title();
        let warns = |text| Remark::warning(Some(self.position), text);
        match (sight, asked) {
            (Sight::Shows(status), _) if status.is_final() => {
                Remark::info(Some(self.position), format!("{run}, which no step follows any more: {status}."))
            }
            (Sight::Missing, _) => {
                warns(format!("{run} is not known to its provider any more. What became of it is not known."))
            }
            (Sight::Nothing(what), _) => warns(format!("Could not look at {run}: {what}.")),
            (_, Some(Ok(()))) => {
                warns(format!("{run} may be at work, and no step follows it any more: asked to stop it."))
            }
            (_, Some(Err(what))) => warns(format!("{run} could not be stopped yet: {what}.")),
            (_, None) => warns(format!(
                "{run} may be at work, and no step follows it any more: it is watched until it ends, and not stopped."
            )),
        }
    }

    fn announcement(&self, looks: i32, has_ended: bool) -> Option<String> {
        let is_due = looks == LOOKS_BEFORE_ALARM || looks % LOOKS_BETWEEN_ALARMS == 0;
        (is_due && !has_ended).then(|| {
            format!(
                "Job #{}: {}, which no step follows any more, may still be at work after {looks} looks. A person has to \
                 look: {}",
                self.job,
                self.run.title(),
                self.run.url
            )
        })
    }
}

/// Later each time, up to as long as a cancelled run may take to stop.
fn pause(looks: i32, pace: &Pace) -> Duration {
    let doublings = u32::try_from(looks.clamp(0, 10)).unwrap_or(0);
    (pace.poll * 2_i32.pow(doublings)).min(pace.stop)
}

/// The runs that a step leaves when it ends without their provider.
pub fn left_by(step: &Step) -> Vec<Left> {
    let Some(trigger) = step.trigger.as_ref().filter(|_| step.state.is_final()) else { return Vec::new() };
    let is_success = step.state == StepState::Succeeded;
    // Half a destroy is the most expensive state.
    let may_stop = !step.action.destroys_cluster() || step.cancel_sent_at.is_some();
    let left = |run: &RunRef, is_ours: bool| Left { run: run.clone(), is_ours: is_ours && may_stop };
    match (trigger.state, &trigger.run) {
        (TriggerState::Accepted, Some(run)) if !is_success => vec![left(run, true)],
        (TriggerState::NeedsPerson, _) => {
            let candidates = trigger.candidates.iter();
            candidates.map(|candidate| left(&candidate.run, candidate.is_no_strangers())).collect()
        }
        _ => Vec::new(),
    }
}
