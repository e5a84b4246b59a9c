//! Simulated time. A run's state is computed from when it began and what time it is now, so time is the only thing
//! that has to move, and nothing in this crate sleeps but an answer that is made to come slowly.

use std::ops::Add;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A point in simulated time: how long the simulator has lived, counted in the seconds of its scripts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Duration);

impl Moment {
    pub const START: Moment = Moment(Duration::ZERO);

    pub fn since(self, earlier: Moment) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;

    fn add(self, later: Duration) -> Moment {
        Moment(self.0.saturating_add(later))
    }
}

/// Monotonic time, run `speed` times faster and moved on by hand as a test likes. At speed 0 only the hand moves it.
pub(crate) struct Clock {
    started: Instant,
    started_on: DateTime<Utc>,
    speed: f64,
    moved_by_hand: Mutex<Duration>,
}

impl Clock {
    pub fn new(speed: f64) -> Self {
        Self { started: Instant::now(), started_on: Utc::now(), speed, moved_by_hand: Mutex::default() }
    }

    pub fn now(&self) -> Moment {
        let by_itself = self.started.elapsed().as_secs_f64() * self.speed;
        let by_itself = Duration::try_from_secs_f64(by_itself).unwrap_or(Duration::MAX);
        Moment(by_itself.saturating_add(*self.by_hand()))
    }

    pub fn advance(&self, by: Duration) {
        let mut by_hand = self.by_hand();
        *by_hand = by_hand.saturating_add(by);
    }

    /// The date that an API shows for a moment. A fast simulator shortens what lies between two dates instead of
    /// running ahead of its clients: they compare our dates with their own clock.
    pub fn date(&self, moment: Moment) -> DateTime<Utc> {
        let passed =
            Duration::try_from_secs_f64(moment.0.as_secs_f64() / self.scale()).unwrap_or(Duration::MAX);
        TimeDelta::from_std(passed)
            .ok()
            .and_then(|passed| self.started_on.checked_add_signed(passed))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The moment for which an API shows this date: the other way round than [`date`](Self::date).
    pub fn moment_of(&self, date: DateTime<Utc>) -> Moment {
        let passed = (date - self.started_on).to_std().unwrap_or_default();
        Moment(self.between_dates(passed))
    }

    /// How much simulated time lies between two dates that are so far apart.
    pub fn between_dates(&self, apart: Duration) -> Duration {
        Duration::try_from_secs_f64(apart.as_secs_f64() * self.scale()).unwrap_or(Duration::MAX)
    }

    fn scale(&self) -> f64 {
        if self.speed > 0.0 { self.speed } else { 1.0 }
    }

    fn by_hand(&self) -> std::sync::MutexGuard<'_, Duration> {
        self.moved_by_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_manual_clock_stands_still_until_it_is_advanced() {
        let clock = Clock::new(0.0);
        let before = clock.now();
        assert_eq!(clock.now(), before);

        clock.advance(HOUR);
        assert_eq!(clock.now().since(before), HOUR);
        assert_eq!(clock.date(clock.now()) - clock.date(before), TimeDelta::hours(1));
    }

    #[test]
    fn dates_of_a_fast_clock_stay_with_the_wall_clock() {
        let clock = Clock::new(3600.0);
        let in_an_hour = clock.now() + HOUR;
        let ahead = clock.date(in_an_hour) - Utc::now();
        assert!(ahead <= TimeDelta::seconds(1), "{ahead}");
    }

    #[test]
    fn what_lies_between_two_dates_is_longer_on_a_fast_clock_and_as_long_on_one_that_stands() {
        for (speed, expected) in [(2000.0, 40_000), (1.0, 20), (0.0, 20)] {
            let clock = Clock::new(speed);
            let apart = clock.between_dates(Duration::from_secs(20));
            assert_eq!(apart, Duration::from_secs(expected));
            let dates = clock.date(Moment::START + apart) - clock.date(Moment::START);
            assert_eq!(dates, TimeDelta::seconds(20));
        }
    }
}
