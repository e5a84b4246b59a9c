//! Points in time as people read them. All of them are UTC, and the page says so once.

use chrono::Duration;
use domain::text;

/// Seconds since 1970, as the browser counts.
pub type UnixSeconds = i64;

/// "14:02:11"
pub fn to_the_second(at: UnixSeconds) -> String {
    let second_of_day = at.rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60)
}

/// A length of time that still grows or shrinks: no seconds from one minute on, so that it does not flicker.
pub fn coarse(seconds: i64) -> String {
    text::duration(Duration::seconds(if seconds < 60 { seconds } else { seconds / 60 * 60 }))
}

/// "18 min so far"
pub fn so_far(since: UnixSeconds, now: UnixSeconds) -> String {
    format!("{} so far", coarse(now - since))
}

/// "(in 2 h 10 min)"
pub fn remaining(until: UnixSeconds, now: UnixSeconds) -> String {
    match until - now {
        ..=0 => "(overdue)".to_owned(),
        left => format!("(in {})", coarse(left)),
    }
}

/// "in 9 s", then "now".
pub fn left(until: UnixSeconds, now: UnixSeconds) -> String {
    match until - now {
        ..=0 => "now".to_owned(),
        left => format!("in {}", coarse(left)),
    }
}

#[cfg(feature = "ssr")]
pub use server::{day_and_minute, day_and_second, machine};

/// What needs a calendar is said by the server only.
#[cfg(feature = "ssr")]
mod server {
    use chrono::{Datelike, SecondsFormat, Timelike};
    use domain::Time;

    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// For `<time datetime>`.
    pub fn machine(at: Time) -> String {
        at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// "14:02", with the day when that is not today.
    pub fn day_and_minute(at: Time, now: Time) -> String {
        format!("{}{:02}:{:02}", day(at, now), at.hour(), at.minute())
    }

    /// "14:02:11", with the day when that is not today.
    pub fn day_and_second(at: Time, now: Time) -> String {
        format!("{}{}", day(at, now), super::to_the_second(at.timestamp()))
    }

    fn day(at: Time, now: Time) -> String {
        match (at.date_naive() - now.date_naive()).num_days() {
            0 => String::new(),
            -1 => "yesterday ".to_owned(),
            1 => "tomorrow ".to_owned(),
            _ => {
                let month = MONTHS[at.month0() as usize % MONTHS.len()];
                let year = if at.year() == now.year() { String::new() } else { format!("{} ", at.year()) };
                format!("{} {month} {year}", at.day())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Time;

    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_is_said_only_when_it_is_not_today() {
        let now = at("2027-01-15T08:00:00Z");
        let said = |text| day_and_minute(at(text), now);
        assert_eq!(said("2027-01-15T14:02:11Z"), "14:02");
        assert_eq!(said("2027-01-14T22:10:00Z"), "yesterday 22:10");
        assert_eq!(said("2027-01-16T01:00:00Z"), "tomorrow 01:00");
        assert_eq!(said("2027-01-03T09:05:00Z"), "3 Jan 09:05");
        assert_eq!(said("2026-12-31T09:05:00Z"), "31 Dec 2026 09:05");
    }

    #[test]
    fn seconds_are_said_where_order_matters() {
        let now = at("2027-01-15T08:00:00Z");
        assert_eq!(day_and_second(at("2027-01-15T14:02:11.9Z"), now), "14:02:11");
        assert_eq!(day_and_second(at("2027-01-14T14:02:11Z"), now), "yesterday 14:02:11");
        assert_eq!(to_the_second(-1), "23:59:59");
    }

    #[test]
    fn what_still_grows_has_no_seconds_after_the_first_minute() {
        assert_eq!(coarse(42), "42 s");
        assert_eq!(coarse(18 * 60 + 31), "18 min");
        assert_eq!(coarse(2 * 3600 + 10 * 60 + 5), "2 h 10 min");
        assert_eq!(coarse(-5), "0 s");
    }

    #[test]
    fn a_deadline_says_how_long_it_is_until_then() {
        assert_eq!(remaining(7_800, 0), "(in 2 h 10 min)");
        assert_eq!(remaining(7_800, 7_800), "(overdue)");
        assert_eq!((left(9, 0).as_str(), left(9, 9).as_str()), ("in 9 s", "now"));
        assert_eq!(so_far(0, 18 * 60), "18 min so far");
    }

    #[test]
    fn machines_get_rfc_3339() {
        assert_eq!(machine(at("2027-01-15T14:02:11.123Z")), "2027-01-15T14:02:11Z");
    }
}
