//! What happens to a run and when, written down at its start. Reading a state is looking at the clock.

use std::time::Duration;

use crate::clock::Moment;

/// Every simulated provider cancels asynchronously: it says "accepted" and stops the run this much later.
const CANCEL_TAKES: Duration = Duration::from_secs(2);

/// How a run is going to go. All but `Succeeds` are asked for with a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Course {
    #[default]
    Succeeds,
    Fails,
    Hangs,
    NeverStarts,
}

/// What becomes of a run that is told to stop. All but `Prompt` are asked for with a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Obedience {
    #[default]
    Prompt,
    Slow(Duration),
    /// It goes on as if nobody had said anything.
    Deaf,
}

impl Obedience {
    /// What comes of what the run does and of what becomes of this one cancel.
    pub fn or(self, of_call: Self) -> Self {
        if self == Self::Prompt { of_call } else { self }
    }
}

/// States in their order, each with the time after the beginning at which it is entered.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    begun: Moment,
    phases: Vec<(Duration, &'static str)>,
    endless: bool,
    canceled: Option<Moment>,
}

impl Timeline {
    /// The last state is an end.
    pub fn ending(begun: Moment, phases: Vec<(Duration, &'static str)>) -> Self {
        Self { begun, phases, endless: false, canceled: None }
    }

    /// The last state is kept until somebody cancels.
    pub fn endless(begun: Moment, phases: Vec<(Duration, &'static str)>) -> Self {
        Self { endless: true, ..Self::ending(begun, phases) }
    }

    pub fn begun(&self) -> Moment {
        self.begun
    }

    pub fn state(&self, now: Moment) -> &'static str {
        match self.end() {
            Some((at, state)) if at <= now => state,
            _ => self
                .phases
                .iter()
                .rev()
                .find(|(after, _)| self.begun + *after <= now)
                .or(self.phases.first())
                .map_or("", |(_, state)| state),
        }
    }

    /// When the run entered a state, if it has by now.
    pub fn entered(&self, wanted: &str, now: Moment) -> Option<Moment> {
        let (after, _) = self.phases.iter().find(|(_, state)| *state == wanted)?;
        let at = self.begun + *after;
        let was_stopped_before = self.canceled.is_some_and(|canceled| canceled < at);
        (at <= now && !was_stopped_before).then_some(at)
    }

    pub fn ended(&self, now: Moment) -> Option<Moment> {
        self.end().map(|(at, _)| at).filter(|at| *at <= now)
    }

    /// Has no effect on a run that has ended or is being cancelled already.
    pub fn cancel(&mut self, now: Moment, obedience: Obedience) {
        let takes = match obedience {
            Obedience::Prompt => CANCEL_TAKES,
            Obedience::Slow(takes) => takes,
            Obedience::Deaf => return,
        };
        if self.ended(now).is_none() && self.canceled.is_none() {
            self.canceled = Some(now.max(self.begun) + takes);
        }
    }

    fn end(&self) -> Option<(Moment, &'static str)> {
        let planned = if self.endless { None } else { self.phases.last() };
        let planned = planned.map(|(after, state)| (self.begun + *after, *state));
        let canceled = self.canceled.map(|at| (at, "canceled"));
        // A run that comes to its end while it is being cancelled has ended by itself.
        [planned, canceled].into_iter().flatten().min_by_key(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::START;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn phases() -> Vec<(Duration, &'static str)> {
        vec![(seconds(0), "running"), (seconds(60), "success")]
    }

    #[test]
    fn a_state_is_entered_on_time_and_the_last_one_is_the_end() {
        let timeline = Timeline::ending(START, phases());
        assert_eq!(timeline.state(START + seconds(59)), "running");
        assert_eq!(timeline.ended(START + seconds(59)), None);
        assert_eq!(timeline.state(START + seconds(60)), "success");
        assert_eq!(timeline.ended(START + seconds(90)), Some(START + seconds(60)));
    }

    #[test]
    fn a_cancelled_run_stops_a_little_later() {
        let mut timeline = Timeline::endless(START, vec![(seconds(0), "running")]);
        timeline.cancel(START + seconds(10), Obedience::Prompt);
        assert_eq!(timeline.state(START + seconds(10)), "running");
        assert_eq!(timeline.state(START + seconds(12)), "canceled");
        assert_eq!(timeline.entered("success", START + seconds(99)), None);
    }

    #[test]
    fn a_run_that_ends_while_it_is_cancelled_has_ended_by_itself() {
        let mut timeline = Timeline::ending(START, phases());
        timeline.cancel(START + seconds(59), Obedience::Prompt);
        assert_eq!(timeline.state(START + seconds(70)), "success");
    }
}
