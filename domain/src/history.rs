//! What the past says of how long something takes.
//!
//! Percentiles are those of the nearest rank: the smallest of the samples that at least so many percent of them do not
//! exceed. Each is a duration that was really seen, and nothing is made up between two of them.

use std::collections::BTreeMap;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::step::{Action, Step, StepState};

/// How many of the newest successes count.
pub const SAMPLES: usize = 20;
/// With fewer nothing is said: two or three say more about themselves than about the next one.
pub const ENOUGH: usize = 5;

/// How long something usually takes, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usual {
    /// One in five was quicker than this (P20).
    pub from: i64,
    pub median: i64,
    /// One in five took longer than this (P80).
    pub to: i64,
    /// One in twenty took longer than this (P95).
    pub longest: i64,
    /// How many were counted.
    pub samples: usize,
}

/// From how long to how long, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Range {
    pub from: i64,
    pub to: i64,
}

impl Usual {
    /// Of durations in seconds, in any order; none when there are too few.
    pub fn of(samples: &[i64]) -> Option<Self> {
        if samples.len() < ENOUGH {
            return None;
        }
        let mut sorted = samples.to_vec();
        sorted.sort_unstable();
        let percentile = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1];
        Some(Self {
            from: percentile(20),
            median: percentile(50),
            to: percentile(80),
            longest: percentile(95),
            samples: sorted.len(),
        })
    }

    pub const fn range(self) -> Range {
        Range { from: self.from, to: self.to }
    }

    /// Whether what has taken so many seconds takes longer than nearly all before.
    pub const fn is_exceeded_by(self, seconds: i64) -> bool {
        seconds > self.longest
    }
}

impl Range {
    pub const fn plus(self, other: Self) -> Self {
        Self { from: self.from + other.from, to: self.to + other.to }
    }

    /// What is left of it after so many seconds.
    pub fn after(self, seconds: i64) -> Self {
        Self { from: (self.from - seconds).max(0), to: (self.to - seconds).max(0) }
    }
}

/// The newest durations of the steps of one cluster in one size, by what they did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Durations(pub BTreeMap<String, Vec<i64>>);

impl Action {
    /// What steps have in common that can be compared. An approval takes as long as a person likes.
    pub fn kind_in_history(&self) -> Option<String> {
        match self {
            Self::Trigger { target, .. } => Some(format!("target:{}", target.name)),
            Self::Batch { call } => Some(format!("batch:{}", call.name)),
            Self::Approval { .. } | Self::Unknown(_) => None,
        }
    }
}

impl Durations {
    /// How long such a step usually takes.
    pub fn usual(&self, action: &Action) -> Option<Usual> {
        Usual::of(self.0.get(&action.kind_in_history()?)?)
    }

    /// How long these steps usually take, one after the other; none when one of them has too little history.
    pub fn usual_of<'a>(&self, actions: impl IntoIterator<Item = &'a Action>) -> Option<Range> {
        let mut actions = actions.into_iter().peekable();
        actions.peek()?;
        actions
            .map(|action| self.usual(action).map(Usual::range))
            .try_fold(Range::default(), |sum, range| Some(sum.plus(range?)))
    }

    /// How long the steps that are not over are going to take; none when one of them has too little history.
    pub fn left(&self, steps: &[Step], now: Time) -> Option<Range> {
        let mut open = steps.iter().filter(|step| !step.state.is_final()).peekable();
        open.peek()?;
        open.map(|step| self.left_of(step, now))
            .try_fold(Range::default(), |sum, range| Some(sum.plus(range?)))
    }

    fn left_of(&self, step: &Step, now: Time) -> Option<Range> {
        let range = self.usual(&step.action)?.range();
        let begun = step.started_at.filter(|_| step.state != StepState::Queued);
        Some(begun.map_or(range, |begun| range.after((now - begun).max(Duration::zero()).num_seconds())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::backup::samples::{at, target};
    use crate::run::ProviderKind;
    use crate::step::{Effect, Phase};

    fn trigger(name: &str) -> Action {
        Action::Trigger { target: target(name, ProviderKind::CircleCi), effect: Effect::CreatesCluster }
    }

    fn step(name: &str, state: StepState, started_at: Option<Time>) -> Step {
        Step {
            position: 1,
            phase: Phase::Forward,
            title: name.into(),
            action: trigger(name),
            state,
            attempt: 1,
            trigger: None,
            answer: None,
            progress: None,
            message: None,
            started_at,
            finished_at: None,
            cancel_sent_at: None,
            failed_looks: 0,
            missing_looks: 0,
            seen_at: None,
            next_check_at: at(0),
        }
    }

    /// Create: 6 to 9 minutes. Install: 2 to 3.
    fn durations() -> Durations {
        let of = |name: &str, samples: [i64; 5]| (format!("target:{name}"), samples.to_vec());
        Durations([of("create", [360, 400, 450, 540, 660]), of("install", [120, 130, 150, 180, 181])].into())
    }

    #[test]
    fn percentiles_are_durations_that_were_really_seen() {
        let twenty: Vec<i64> = (1..=20).rev().collect();
        let usual = Usual::of(&twenty).unwrap();
        assert_eq!((usual.from, usual.median, usual.to, usual.longest, usual.samples), (4, 10, 16, 19, 20));
        let five = Usual::of(&[50, 10, 40, 20, 30]).unwrap();
        assert_eq!((five.from, five.median, five.to, five.longest), (10, 30, 40, 50));
    }

    #[test]
    fn fewer_than_five_say_nothing() {
        assert_eq!(Usual::of(&[1, 2, 3, 4]), None);
        assert_eq!(Usual::of(&[]), None);
    }

    #[test]
    fn only_what_exceeds_nearly_all_before_takes_longer_than_usual() {
        let usual = Usual::of(&(1..=20).collect::<Vec<_>>()).unwrap();
        assert!(!usual.is_exceeded_by(19));
        assert!(usual.is_exceeded_by(20));
    }

    #[test]
    fn what_is_left_is_the_sum_of_the_open_steps_less_what_has_passed() {
        let steps = [
            step("create", StepState::Running, Some(at(0))),
            step("install", StepState::Queued, None),
            step("create", StepState::Succeeded, Some(at(0))),
        ];
        assert_eq!(durations().left(&steps, at(4)), Some(Range { from: 240, to: 480 }));
        assert_eq!(
            durations().left(&steps, at(90)),
            Some(Range { from: 120, to: 180 }),
            "late, not negative"
        );
    }

    #[test]
    fn nothing_is_said_of_the_whole_when_one_step_has_no_history() {
        let steps = [step("create", StepState::Running, Some(at(0))), step("new", StepState::Queued, None)];
        assert_eq!(durations().left(&steps, at(4)), None);
        assert_eq!(durations().usual_of([&trigger("create"), &trigger("new")]), None);
        assert_eq!(durations().usual_of([]), None);
        let both = [trigger("create"), trigger("install")];
        assert_eq!(durations().usual_of(&both), Some(Range { from: 480, to: 720 }));
    }

    proptest! {
        #[test]
        fn percentiles_are_in_order_and_among_the_samples(
            samples in proptest::collection::vec(0_i64..100_000, 5..40)
        ) {
            let usual = Usual::of(&samples).unwrap();
            let inside = [usual.from, usual.median, usual.to, usual.longest];
            prop_assert!(inside.is_sorted());
            prop_assert!(inside.iter().all(|value| samples.contains(value)));
            let not_longer = samples.iter().filter(|sample| **sample <= usual.longest).count();
            prop_assert!(not_longer * 100 >= samples.len() * 95);
        }
    }
}
