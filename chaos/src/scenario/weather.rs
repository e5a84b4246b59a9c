//! What goes wrong in a seed, and how often.

use std::ops::RangeInclusive;

use chrono::TimeDelta;
use domain::Time;
use domain::run::ProviderKind;

use super::moment;
use crate::dice::Dice;

/// How often each kind of fault happens: once in so many times, never for 0.
#[derive(Debug)]
pub struct Weather {
    /// At an effect boundary the process is killed.
    pub crash: u32,
    /// At an effect boundary the process is stopped, and goes on later.
    pub stop: u32,
    /// A worker breaks down over its job.
    pub breakdown: u32,
    /// A statement does not reach the database.
    pub statement_lost: u32,
    /// A transaction is committed, and its worker does not hear of it.
    pub commit_unheard: u32,
    pub statement_is_slow: u32,
    pub call_goes_wrong: u32,
    pub call_is_slow: u32,
    pub run_fails: u32,
    pub run_hangs: u32,
    pub long_queue: u32,
    pub long_run: u32,
    pub slow_cancel: u32,
    /// A destroy says that it succeeded and did less.
    pub destroy_lies: u32,
    /// One call makes two runs.
    pub twin: u32,
    /// The provider denies a run that it accepted.
    pub missing: u32,
    pub strange_word: u32,
    /// After how many milliseconds a list shows a run: mostly, and seldom.
    pub list_lag: (RangeInclusive<i64>, RangeInclusive<i64>),
    pub database_is_away: Vec<Span>,
    pub ci_refuses: Vec<(ProviderKind, Span)>,
    pub cloud_refuses: Vec<Span>,
    /// After a destroy that lied the cloud shows nothing for a moment, shorter than the time between two looks.
    pub cloud_is_blind: u32,
    /// A cancel is accepted and changes nothing.
    pub deaf_cancel: u32,
}

/// From one moment to another.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    from: Time,
    until: Time,
}

impl Span {
    pub fn holds(&self, now: Time) -> bool {
        self.from <= now && now < self.until
    }
}

impl Weather {
    pub fn new(dice: &Dice, calm_from: Time) -> Self {
        let rate = |seldom, often| dice.pick([0, 0, seldom, often]);
        let (often, seldom) =
            dice.pick([(1_500, 1_500), (10_000, 20_000), (29_000, 29_000), (5_000, 240_000)]);
        Self {
            crash: rate(1_500, 200),
            stop: rate(1_500, 250),
            breakdown: rate(100, 15),
            statement_lost: rate(300, 40),
            commit_unheard: rate(300, 40),
            statement_is_slow: rate(100, 20),
            call_goes_wrong: rate(20, 4),
            call_is_slow: rate(20, 5),
            run_fails: rate(10, 3),
            run_hangs: rate(30, 8),
            long_queue: rate(12, 4),
            long_run: rate(8, 2),
            slow_cancel: rate(6, 2),
            destroy_lies: rate(6, 2),
            twin: rate(20, 5),
            missing: rate(20, 6),
            strange_word: rate(10, 3),
            list_lag: (0..=often, 0..=seldom),
            database_is_away: spans(dice, 3, 2..=70, calm_from),
            ci_refuses: spans(dice, 4, 20..=240, calm_from)
                .into_iter()
                .map(|span| (dice.pick([ProviderKind::CircleCi, ProviderKind::Travis]), span))
                .collect(),
            cloud_refuses: spans(dice, 3, 60..=900, calm_from),
            cloud_is_blind: rate(4, 1),
            deaf_cancel: rate(4, 2),
        }
    }
}

/// A few spans of so many seconds, in one of so many seeds.
fn spans(dice: &Dice, one_in: u32, seconds: RangeInclusive<i64>, calm_from: Time) -> Vec<Span> {
    let count = if dice.one_in(one_in) { dice.among(1..=3) } else { 0 };
    let span = |_| {
        let from = moment(dice, 0..=1_500, calm_from);
        let until = (from + TimeDelta::seconds(dice.among(seconds.clone()))).min(calm_from);
        Span { from, until }
    };
    (0..count).map(span).collect()
}
