//! Points in time as people read them. All of them are UTC, and the page says so once.

use chrono::{Datelike, Duration, SecondsFormat, Timelike};
use domain::Time;
use domain::text;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// For `<time datetime>`.
pub fn machine(at: Time) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// "14:02:11"
pub fn to_the_second(at: Time) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// "14:02", with the day when that is not today.
pub fn day_and_minute(at: Time, now: Time) -> String {
    format!("{}{}", day(at, now), minute(at))
}

/// "14:02:11", with the day when that is not today.
pub fn day_and_second(at: Time, now: Time) -> String {
    format!("{}{}", day(at, now), to_the_second(at))
}

/// A length of time that still grows or shrinks: no seconds from one minute on, so that it does not flicker.
pub fn coarse(duration: Duration) -> String {
    let whole =
        if duration < Duration::minutes(1) { duration } else { Duration::minutes(duration.num_minutes()) };
    text::duration(whole)
}

fn minute(at: Time) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn day(at: Time, now: Time) -> String {
    let days = (at.date_naive() - now.date_naive()).num_days();
    match days {
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

#[cfg(test)]
mod tests {
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
    }

    #[test]
    fn what_still_grows_has_no_seconds_after_the_first_minute() {
        assert_eq!(coarse(Duration::seconds(42)), "42 s");
        assert_eq!(coarse(Duration::seconds(18 * 60 + 31)), "18 min");
        assert_eq!(coarse(Duration::seconds(2 * 3600 + 10 * 60 + 5)), "2 h 10 min");
        assert_eq!(coarse(Duration::seconds(-5)), "0 s");
    }

    #[test]
    fn machines_get_rfc_3339() {
        assert_eq!(machine(at("2027-01-15T14:02:11.123Z")), "2027-01-15T14:02:11Z");
    }
}
