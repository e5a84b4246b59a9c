//! When a pattern runs in a zone, over every change of the clock.
//!
//! The rule, which the pages and `docs/operations.md` state as well:
//! 1. A pattern that names its hours means times of day. A time that does not exist runs once, at the first instant
//!    after the gap; a time that comes twice runs once, the first time.
//! 2. A pattern whose hour field is `*` or has a step means a pace, and follows the clock: what the clock leaves out is
//!    left out, what it shows twice runs twice.

use chrono::{Duration, DurationRound, NaiveDateTime};

use super::cron::Cron;
use super::zone::{Instant, Zone};
use crate::Time;

/// How far ahead people are told of changes of the clock.
const AHEAD: Duration = Duration::days(366);

/// No zone changes its clock twice within this time.
const BETWEEN_LOOKS: Duration = Duration::hours(12);

/// A pattern in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    pub cron: Cron,
    pub zone: Zone,
}

/// A run that a change of the clock touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// The time does not exist; it runs at this instant instead.
    Moved { wall: NaiveDateTime, to: Time },
    /// The time comes twice; it runs at the first of them.
    OnceOfTwo { wall: NaiveDateTime, at: Time },
    /// The clock leaves this time out, and so does the pattern.
    LeftOut { wall: NaiveDateTime },
    /// The clock shows this time twice, and the pattern runs twice.
    BothOfTwo { wall: NaiveDateTime },
}

/// A change of the clock: wall times from `from` to before `until` do not exist, or come twice.
struct Change {
    from: NaiveDateTime,
    until: NaiveDateTime,
}

impl Timing {
    /// The first run strictly after `time`. None only beyond the calendar.
    pub fn next_after(&self, time: Time) -> Option<Time> {
        if !self.cron.names_hours() {
            let next = self.cron.next_on_the_clock(&self.zone.clock(time))?;
            return Some(next.with_timezone(&chrono::Utc));
        }
        let mut wall = self.zone.wall(time);
        loop {
            wall = self.cron.next_on_the_wall(wall)?;
            let next = self.zone.instant(wall)?.time();
            // While the clock shows times for the second time, their first time is over.
            if next > time {
                return Some(next);
            }
        }
    }

    /// The next runs, the first one first.
    pub fn next(&self, after: Time, count: usize) -> Vec<Time> {
        std::iter::successors(self.next_after(after), |time| self.next_after(*time)).take(count).collect()
    }

    /// The newest run from `from` to `until`, both included.
    pub fn newest(&self, from: Time, until: Time) -> Option<Time> {
        // Back from `until` in windows that grow: there may be a year of minutes in between.
        let mut window = Duration::minutes(2);
        loop {
            let begin = until.checked_sub_signed(window).map_or(from, |begin| begin.max(from));
            let just_before = begin - Duration::nanoseconds(1);
            let within = |time: Option<Time>| time.filter(|time| *time <= until);
            if let Some(first) = within(self.next_after(just_before)) {
                return std::iter::successors(Some(first), |time| within(self.next_after(*time))).last();
            }
            if begin <= from {
                return None;
            }
            window = window * 2;
        }
    }

    /// The runs of the year after `now` that a change of the clock touches: the first one of each change.
    pub fn touched(&self, now: Time) -> Vec<Touched> {
        self.changes(now).iter().filter_map(|change| self.touched_by(change)).collect()
    }

    fn touched_by(&self, change: &Change) -> Option<Touched> {
        let wall = self.cron.next_on_the_wall(change.from - Duration::seconds(1))?;
        if wall >= change.until {
            return None;
        }
        Some(match (self.zone.instant(wall)?, self.cron.names_hours()) {
            (Instant::Missing(to), true) => Touched::Moved { wall, to },
            (Instant::Missing(_), false) => Touched::LeftOut { wall },
            (Instant::Once(at) | Instant::Twice(at), true) => Touched::OnceOfTwo { wall, at },
            (Instant::Once(_) | Instant::Twice(_), false) => Touched::BothOfTwo { wall },
        })
    }

    /// The changes of the clock in the year after `now`.
    fn changes(&self, now: Time) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut before = now;
        while before < now + AHEAD {
            let after = before + BETWEEN_LOOKS;
            if self.shift(after) != self.shift(before) {
                let at = self.turn(before, after).naive_utc();
                let (old, new) = (at + self.shift(before), at + self.shift(after));
                changes.push(Change { from: old.min(new), until: old.max(new) });
            }
            before = after;
        }
        changes
    }

    /// The full minute between the two at which the clock is changed.
    fn turn(&self, mut before: Time, mut after: Time) -> Time {
        while after - before > Duration::minutes(1) {
            let middle = before + (after - before) / 2;
            if self.shift(middle) == self.shift(before) {
                before = middle;
            } else {
                after = middle;
            }
        }
        after.duration_trunc(Duration::minutes(1)).unwrap_or(after)
    }

    /// How far the clock is before UTC.
    fn shift(&self, time: Time) -> Duration {
        self.zone.wall(time) - time.naive_utc()
    }
}
