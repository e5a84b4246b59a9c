//! Times in which no schedule runs: holidays, a release, an audit.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::zone::Zone;
use crate::Time;

/// One such time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    pub id: i64,
    pub from: Time,
    /// The first instant that is free again.
    pub until: Time,
    /// None when it holds for every cluster.
    pub cluster: Option<String>,
    pub because: String,
    pub by: String,
}

/// Why a time cannot be frozen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FreezeError {
    #[error("A freeze has to end after it begins.")]
    EndsBeforeItBegins,
    #[error("That freeze would be over already.")]
    Over,
    #[error("A freeze lasts a year at most.")]
    TooLong,
}

impl Freeze {
    pub fn holds(&self, cluster: &str, time: Time) -> bool {
        let is_meant = self.cluster.as_deref().is_none_or(|frozen| frozen == cluster);
        is_meant && (self.from..self.until).contains(&time)
    }
}

/// Whole days there, the last one included. None beyond the calendar.
pub fn whole_days(zone: Zone, first: NaiveDate, last: NaiveDate) -> Option<(Time, Time)> {
    Some((zone.start_of(first)?, zone.start_of(last.checked_add_days(Days::new(1))?)?))
}

/// # Errors
/// When nothing would ever be frozen, or schedules would be forgotten.
pub fn check(from: Time, until: Time, now: Time) -> Result<(), FreezeError> {
    if until <= from {
        Err(FreezeError::EndsBeforeItBegins)
    } else if until <= now {
        Err(FreezeError::Over)
    } else if until - from > chrono::Duration::days(366) {
        Err(FreezeError::TooLong)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn christmas(cluster: Option<&str>) -> Freeze {
        let day = |day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
        let (from, until) = whole_days("Europe/Berlin".parse().unwrap(), day(24), day(26)).unwrap();
        Freeze {
            id: 1,
            from,
            until,
            cluster: cluster.map(Into::into),
            because: "Christmas".into(),
            by: "ana".into(),
        }
    }

    #[test]
    fn whole_days_are_those_of_the_zone_with_the_last_one() {
        let freeze = christmas(None);
        assert!(!freeze.holds("c", at("2026-12-23T22:59:59Z")));
        assert!(freeze.holds("c", at("2026-12-23T23:00:00Z")));
        assert!(freeze.holds("c", at("2026-12-26T22:59:59Z")));
        assert!(!freeze.holds("c", at("2026-12-26T23:00:00Z")));
    }

    #[test]
    fn a_freeze_of_one_cluster_leaves_the_others_alone() {
        let freeze = christmas(Some("c"));
        let noon = at("2026-12-25T12:00:00Z");
        assert!(freeze.holds("c", noon) && !freeze.holds("d", noon));
    }

    #[test]
    fn a_freeze_that_never_holds_or_never_ends_is_refused() {
        let now = at("2026-12-20T00:00:00Z");
        let hours = |hours| now + chrono::Duration::hours(hours);
        assert_eq!(check(hours(2), hours(2), now), Err(FreezeError::EndsBeforeItBegins));
        assert_eq!(check(hours(-3), hours(0), now), Err(FreezeError::Over));
        assert_eq!(check(hours(1), hours(24 * 367), now), Err(FreezeError::TooLong));
        assert_eq!(check(hours(-3), hours(1), now), Ok(()));
    }
}
