//! From when until when schedules are frozen, as people write it: whole days somewhere, or exact times.

use chrono::{NaiveDate, NaiveDateTime};
use domain::Time;
use domain::schedule::freeze::{FreezeError, check, whole_days};
use domain::schedule::zone::{UnknownZone, Zone};

use domain::stay::Stay;

/// Why the words are no time that can be frozen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FreezeTextError {
    #[error(
        "Say from when and until when: both as days, such as 2026-12-24, or both as times in UTC, such as 2026-12-24T18:00:00Z."
    )]
    Times,
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    #[error(transparent)]
    Freeze(#[from] FreezeError),
}

impl FreezeTextError {
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Times => "from",
            Self::Zone(_) => "zone",
            Self::Freeze(_) => "until",
        }
    }
}

/// A day with a time of day, as the form sends them apart; without a time the whole day.
pub fn joined(day: &str, time: &str) -> String {
    if time.trim().is_empty() { day.to_owned() } else { format!("{}T{}", day.trim(), time.trim()) }
}

/// Days count whole and include the last one. Days, and times that name no zone of their own, are those of the zone.
///
/// # Errors
/// When they mean nothing, or cannot be frozen.
pub fn read(from: &str, until: &str, zone: &str, now: Time) -> Result<(Time, Time), FreezeTextError> {
    let zone = if zone.trim().is_empty() { Zone::UTC } else { zone.parse()? };
    let day = |text: &str| NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok();
    let time = |text: &str| match NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%dT%H:%M") {
        Ok(wall) => Some(zone.instant(wall)?.time()),
        Err(_) => Stay::read_time(text).ok()?.end(now),
    };
    let both = match (day(from), day(until)) {
        (Some(first), Some(last)) => whole_days(zone, first, last),
        (None, None) => time(from).zip(time(until)),
        _ => None,
    };
    let (from, until) = both.ok_or(FreezeTextError::Times)?;
    check(from, until, now)?;
    Ok((from, until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::at;

    fn told(from: &str, until: &str, zone: &str) -> Result<String, String> {
        let times = read(from, until, zone, at(0)).map_err(|error| error.to_string())?;
        Ok(format!("{} {}", times.0.format("%m-%d %H:%M"), times.1.format("%m-%d %H:%M")))
    }

    #[test]
    fn days_are_whole_days_of_the_zone() {
        assert_eq!(told("2027-03-27", "2027-03-28", "Europe/Berlin"), Ok("03-26 23:00 03-28 22:00".into()));
        assert_eq!(told("2027-01-20", "2027-01-20", ""), Ok("01-20 00:00 01-21 00:00".into()));
    }

    #[test]
    fn times_are_exact() {
        assert_eq!(
            told("2027-01-20T10:00", "2027-01-20T12:30:00+01:00", ""),
            Ok("01-20 10:00 01-20 11:30".into())
        );
        assert_eq!(
            told("2027-01-20T10:00", "2027-01-20T12:30", "Europe/Berlin"),
            Ok("01-20 09:00 01-20 11:30".into())
        );
        // A time that the clock leaves out is the first one after the gap.
        assert_eq!(
            told("2027-03-28T02:30", "2027-03-28T04:00", "Europe/Berlin"),
            Ok("03-28 01:00 03-28 02:00".into())
        );
        assert_eq!(joined("2027-01-20", " "), "2027-01-20");
        assert_eq!(joined("2027-01-20", "10:00"), "2027-01-20T10:00");
    }

    #[test]
    fn what_means_nothing_or_never_holds_is_refused() {
        for (from, until) in [("", ""), ("2027-01-20", ""), ("2027-01-20", "2027-01-21T10:00"), ("x", "y")] {
            assert!(told(from, until, "").unwrap_err().starts_with("Say from when"), "{from} {until}");
        }
        assert!(told("2027-01-20", "2027-01-19", "").unwrap_err().contains("has to end after it begins"));
        assert!(told("2027-01-01", "2027-01-02", "").unwrap_err().contains("over already"));
        assert!(told("2027-01-20", "2027-01-21", "Berlin").unwrap_err().contains("Europe/Berlin"));
        assert!(told("2027-01-20", "262142-12-31", "").is_err());
    }
}
