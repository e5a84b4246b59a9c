//! How long a person may keep a cluster up, and how people write that.

use chrono::{Duration, NaiveDateTime};
use domain::Time;
use domain::act::{ActError, SHORTEST_STAY};
use domain::catalogue::Catalogue;

/// What a form offers, in hours.
pub const CHOICES: [i64; 3] = [1, 4, 12];

/// For how long, or until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    For(Duration),
    Until(Time),
}

/// Why a text is no stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StayError {
    #[error("Say for how long as a whole number and a unit: \"90min\", \"4h\" or \"1d\".")]
    Length,
    #[error("Say until when as a time in UTC, such as \"2027-01-15T18:00:00Z\".")]
    Time,
}

impl Stay {
    /// A length such as "4h".
    ///
    /// # Errors
    /// When it is none.
    pub fn read_length(text: &str) -> Result<Self, StayError> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number = i64::from(number.parse::<u32>().map_err(|_| StayError::Length)?);
        let length = match unit.trim() {
            "min" => Duration::minutes(number),
            "h" => Duration::hours(number),
            "d" => Duration::days(number),
            _ => return Err(StayError::Length),
        };
        Ok(Self::For(length))
    }

    /// A time with its zone, or, as a browser's field gives it, without one: then it is UTC.
    ///
    /// # Errors
    /// When it is none.
    pub fn read_time(text: &str) -> Result<Self, StayError> {
        let text = text.trim();
        let with_zone = text.parse::<Time>().ok();
        let without = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
        with_zone.or(without.map(|time| time.and_utc())).map(Self::Until).ok_or(StayError::Time)
    }

    /// As a form sends it: one of the choices, or "until" with a time in a field of its own.
    ///
    /// # Errors
    /// When it means nothing.
    pub fn from_form(length: &str, until: &str) -> Result<Self, StayError> {
        if length == "until" { Self::read_time(until) } else { Self::read_length(length) }
    }

    /// When it ends. What lies beyond every calendar ends with it, and is out of range.
    pub fn end(self, now: Time) -> Time {
        match self {
            Self::For(length) => now.checked_add_signed(length).unwrap_or(Time::MAX_UTC),
            Self::Until(time) => time,
        }
    }
}

/// The latest time that may be chosen: a day from now, or the lifetime that the config gives the cluster where that is
/// longer.
pub fn latest(catalogue: &Catalogue, cluster: &str, now: Time) -> Time {
    let lifetime = catalogue.cluster(cluster).map_or(0, |spec| spec.lifetime_minutes);
    now + Duration::minutes(i64::from(lifetime)).max(Duration::hours(24))
}

/// # Errors
/// When the end may not be chosen, with what may.
pub fn check(end: Time, latest: Time, now: Time) -> Result<(), ActError> {
    let earliest = now + SHORTEST_STAY;
    if (earliest..=latest).contains(&end) {
        return Ok(());
    }
    let told = |time: Time| time.format("%Y-%m-%d %H:%M UTC").to_string();
    Err(ActError::OutOfRange { earliest: told(earliest), latest: told(latest) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, catalogue};

    #[test]
    fn what_is_no_length_and_no_time_is_refused() {
        for text in ["", "4", "h", "4 weeks", "-1h", "99999999999h", "4.5h", "١h"] {
            assert_eq!(Stay::read_length(text), Err(StayError::Length), "{text}");
        }
        for text in ["", "tomorrow", "2027-13-01T00:00", "18:00", "2027-01-15"] {
            assert_eq!(Stay::read_time(text), Err(StayError::Time), "{text}");
        }
    }

    #[test]
    fn a_length_is_a_number_and_a_unit() {
        for (text, minutes) in [("90min", 90), ("4h", 240), (" 12 h ", 720), ("1d", 1_440)] {
            assert_eq!(Stay::read_length(text), Ok(Stay::For(Duration::minutes(minutes))), "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_utc() {
        let until = Ok(Stay::Until(at(600)));
        assert_eq!(Stay::read_time("2027-01-15T18:00"), until);
        assert_eq!(Stay::read_time("2027-01-15T19:00:00+01:00"), until);
        assert_eq!(Stay::from_form("until", "2027-01-15T18:00"), until);
    }

    #[test]
    fn nobody_keeps_a_cluster_up_for_longer_than_a_day_or_its_lifetime() {
        let mut catalogue = catalogue();
        assert_eq!(latest(&catalogue, "iriversland2", at(0)), at(24 * 60));
        catalogue.clusters[0].lifetime_minutes = 48 * 60;
        assert_eq!(latest(&catalogue, "iriversland2", at(0)), at(48 * 60));
        assert_eq!(latest(&catalogue, "unknown", at(0)), at(24 * 60));
    }

    #[test]
    fn what_is_beyond_the_range_is_told_the_range() {
        let check = |stay: Stay| check(stay.end(at(0)), at(24 * 60), at(0));
        assert_eq!(check(Stay::For(Duration::hours(24))), Ok(()));
        for stay in [
            Stay::For(Duration::minutes(4)),
            Stay::For(Duration::days(4_000_000_000)),
            Stay::Until(at(-1)),
            Stay::Until(at(24 * 60 + 1)),
        ] {
            assert_eq!(
                check(stay).unwrap_err().to_string(),
                "A cluster can be left up from 2027-01-15 08:05 UTC to 2027-01-16 08:00 UTC. Nothing was changed."
            );
        }
    }
}
