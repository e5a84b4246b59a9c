//! What to do about the step that is under way.

use chrono::Duration;

use super::{Halt, MAX_TRIES, MIN_LOOKS, Next, Pace};
use crate::Time;
use crate::run::Candidate;
use crate::step::{Action, Phase, Step, StepState, Trigger, TriggerState};
use crate::text;

/// One step that was begun and has not ended, with what its course depends on.
struct Course<'a> {
    step: &'a Step,
    /// Why it is to be stopped.
    stop: Option<String>,
    pace: &'a Pace,
    now: Time,
    deadline: Time,
}

/// Decides about a step that was begun and has not ended.
pub(super) fn follow(step: &Step, halt: Option<&Halt>, pace: &Pace, now: Time) -> Next {
    // A destroy that was begun, and cleaning up, is walked to its end.
    let may_stop = step.phase == Phase::Forward && !step.action.destroys_cluster();
    let stop = halt.filter(|_| may_stop).and_then(Halt::stops_runs);
    let deadline = step.deadline().unwrap_or(now);
    let course = Course { step, stop, pace, now, deadline };
    match (&step.action, &step.trigger) {
        (Action::Approval { .. }, _) => course.approval(),
        (_, None) => course.batch(),
        (_, Some(trigger)) => course.trigger(trigger),
    }
}

impl Course<'_> {
    fn approval(&self) -> Next {
        if self.step.answer.is_some() || self.is_overdue() {
            Next::Heed { position: self.step.position }
        } else if self.stop.is_some() {
            self.give_up(StepState::Cancelled, "cancelled before anybody answered".into())
        } else {
            Next::Wait { until: self.deadline }
        }
    }

    fn batch(&self) -> Next {
        if self.is_overdue() && !self.is_look_due() {
            self.give_up(StepState::TimedOut, format!("no end within {}", self.limit()))
        } else if self.stop.is_some() {
            self.give_up(StepState::Cancelled, "cancelled; the far end may still be at work".into())
        } else {
            self.look_or_wait(Next::Poll { position: self.step.position })
        }
    }

    fn trigger(&self, trigger: &Trigger) -> Next {
        match trigger.state {
            TriggerState::Rejected => {
                self.give_up(StepState::Failed, "the provider refused to start it".into())
            }
            TriggerState::Unsent => self.unsent(),
            TriggerState::Intended | TriggerState::Unknown => self.unanswered(trigger),
            TriggerState::NeedsPerson => self.needs_person(trigger),
            TriggerState::Accepted => self.accepted(trigger),
        }
    }

    fn unsent(&self) -> Next {
        if self.is_overdue() {
            let because = format!("the provider could not be made to start it for {}", self.limit());
            self.give_up(StepState::TimedOut, because)
        } else if self.stop.is_some() {
            self.give_up(StepState::Cancelled, "cancelled before it was sent".into())
        } else {
            self.look_or_wait(Next::Begin { position: self.step.position })
        }
    }

    fn unanswered(&self, trigger: &Trigger) -> Next {
        let position = self.step.position;
        let has_settled = has_settled(trigger, self.pace, self.now);
        let cannot_look = self.step.failed_looks > 0 && !self.is_look_due();
        if !has_settled && cannot_look && self.now >= self.deadline + self.pace.stop {
            // A list that cannot be read does not hold the job, and what is owed, for ever.
            let because = format!("the answer was lost, and no list was to be had for {}", self.limit());
            self.give_up(StepState::TimedOut, because)
        } else if !self.is_look_due() {
            Next::Wait { until: self.step.next_check_at }
        } else if !has_settled {
            Next::Resolve { position }
        } else if self.stop.is_some() {
            self.give_up(StepState::Cancelled, "cancelled; no run was found".into())
        } else if self.is_overdue() {
            self.give_up(StepState::TimedOut, format!("no run was found within {}", self.limit()))
        } else if trigger.tries >= MAX_TRIES {
            let because = format!(
                "sent {} times without an answer, and no run was found; a person has to look",
                trigger.tries
            );
            self.give_up(StepState::Failed, because)
        } else {
            Next::Begin { position }
        }
    }

    fn needs_person(&self, trigger: &Trigger) -> Next {
        let runs = Candidate::titles(&trigger.candidates);
        if self.step.answer.is_some() {
            Next::Heed { position: self.step.position }
        } else if self.stop.is_some() {
            let because =
                format!("cancelled while a person was asked which run it is: {runs} may still be at work");
            self.give_up(StepState::Cancelled, because)
        } else if self.is_overdue() {
            let because =
                format!("nobody said within {} which run it is: {runs} may still be at work", self.limit());
            self.give_up(StepState::TimedOut, because)
        } else {
            Next::Wait { until: self.deadline }
        }
    }

    fn accepted(&self, trigger: &Trigger) -> Next {
        let position = self.step.position;
        let no_end = || format!("no end within {}", self.limit());
        match self.step.cancel_sent_at {
            // It may have ended long ago, while this service slept.
            None if self.is_overdue() && self.step.next_check_at <= self.deadline => Next::Poll { position },
            None if self.is_overdue() => self.look_or_wait(Next::Stop { position, because: no_end() }),
            None => match &self.stop {
                Some(because) => self.look_or_wait(Next::Stop { position, because: because.clone() }),
                None if trigger.twins_at.is_some_and(|at| self.now >= at) => {
                    self.look_or_wait(Next::SeekTwins { position })
                }
                None => self.look_or_wait(Next::Poll { position }),
            },
            Some(sent) => self.stopping(sent, trigger.asked_to_stop),
        }
    }

    /// A run that was asked to stop is followed until its provider says that it has ended, and asked again meanwhile.
    fn stopping(&self, first_asked_at: Time, asked: i32) -> Next {
        let position = self.step.position;
        let since = || text::duration(self.now - first_asked_at);
        let is_over = self.now >= first_asked_at + self.pace.stop;
        if is_over && !self.is_look_due() {
            let state = if self.is_overdue() { StepState::TimedOut } else { StepState::Cancelled };
            self.give_up(state, format!("asked to stop {} ago and did not; it may still be at work", since()))
        } else if !is_over && self.now >= self.pace.asks_again_at(first_asked_at, asked) {
            let because = format!("it was asked {} ago and has not stopped", since());
            self.look_or_wait(Next::Stop { position, because })
        } else {
            self.look_or_wait(Next::Poll { position })
        }
    }

    /// Whether to look before anything is given up: what was waited for may have come while this service slept.
    fn is_look_due(&self) -> bool {
        self.now >= self.step.next_check_at
    }

    fn is_overdue(&self) -> bool {
        self.now >= self.deadline
    }

    fn look_or_wait(&self, look: Next) -> Next {
        // The deadline wakes too, unless it is past already.
        let next_check_at = self.step.next_check_at;
        let until = if self.is_overdue() { next_check_at } else { next_check_at.min(self.deadline) };
        if self.is_look_due() { look } else { Next::Wait { until } }
    }

    fn give_up(&self, state: StepState, because: String) -> Next {
        Next::GiveUp { position: self.step.position, state, because }
    }

    fn limit(&self) -> String {
        text::duration(Duration::minutes(i64::from(self.step.action.time_limit_minutes())))
    }
}

/// The last of the looks counts only after the settle time: see [`crate::turn::found`].
fn has_settled(trigger: &Trigger, pace: &Pace, now: Time) -> bool {
    trigger.looks >= MIN_LOOKS && now >= trigger.sent_at + pace.settle
}
