//! Time zones by their IANA names.

use std::fmt;
use std::str::FromStr;

use chrono::{LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::Time;

/// How many names are offered for one that does not exist.
const OFFERED: usize = 3;
/// What is less alike than this is no slip of the hand.
const ALIKE: f64 = 0.6;
/// No clock change leaves more out than a day.
const LONGEST_GAP_MINUTES: i64 = 2 * 24 * 60;

/// A zone that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

/// A zone that does not exist, and those whose names are near.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownZone {
    pub found: String,
    pub near: Vec<&'static str>,
}

impl std::error::Error for UnknownZone {}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "There is no time zone \"{}\".", self.found)?;
        match self.near.as_slice() {
            [] => f.write_str(" Zones have names such as Europe/Berlin or UTC."),
            near => write!(f, " Near ones: {}.", near.join(", ")),
        }
    }
}

/// When a clock on a wall shows a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instant {
    Once(Time),
    /// The first of the two.
    Twice(Time),
    /// Never; this is the first instant after the gap.
    Missing(Time),
}

impl Instant {
    pub const fn time(self) -> Time {
        match self {
            Self::Once(time) | Self::Twice(time) | Self::Missing(time) => time,
        }
    }
}

impl Zone {
    pub const UTC: Self = Self(Tz::UTC);

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Every name that is known.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// The clock of the zone at this instant.
    pub fn clock(self, time: Time) -> chrono::DateTime<Tz> {
        time.with_timezone(&self.0)
    }

    /// What a clock on a wall there shows.
    pub fn wall(self, time: Time) -> NaiveDateTime {
        self.clock(time).naive_local()
    }

    /// When it shows this time. None beyond the calendar.
    pub fn instant(self, wall: NaiveDateTime) -> Option<Instant> {
        match self.0.from_local_datetime(&wall) {
            LocalResult::Single(time) => Some(Instant::Once(time.with_timezone(&Utc))),
            LocalResult::Ambiguous(first, _) => Some(Instant::Twice(first.with_timezone(&Utc))),
            LocalResult::None => (1..=LONGEST_GAP_MINUTES).find_map(|minutes| {
                let later = wall.checked_add_signed(TimeDelta::minutes(minutes))?;
                let first = self.0.from_local_datetime(&later).earliest()?;
                Some(Instant::Missing(first.with_timezone(&Utc)))
            }),
        }
    }

    /// The first instant of a day there. None beyond the calendar.
    pub fn start_of(self, day: NaiveDate) -> Option<Time> {
        self.instant(day.and_time(NaiveTime::MIN)).map(Instant::time)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        let text = text.trim();
        let found = TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(text));
        found.map(|zone| Self(*zone)).ok_or_else(|| {
            let found = crate::text::one_line(text, 60);
            UnknownZone { near: near(&found), found }
        })
    }
}

/// Compared with the whole name and with the city alone, since people write "Berlin".
fn near(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase().replace(' ', "_");
    let city_of = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let whole = strsim::normalized_damerau_levenshtein(&text, &name);
        whole.max(strsim::normalized_damerau_levenshtein(&city_of(&text), &city_of(&name)))
    };
    let mut alike: Vec<(f64, &str)> = Zone::names().map(|name| (likeness(name), name)).collect();
    alike.retain(|(likeness, _)| *likeness >= ALIKE);
    alike.sort_by(|one, other| other.0.total_cmp(&one.0));
    alike.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str) -> Vec<&'static str> {
        text.parse::<Zone>().unwrap_err().near
    }

    #[test]
    fn a_zone_that_does_not_exist_offers_near_ones() {
        for (typed, meant) in [
            ("Europe/Berln", "Europe/Berlin"),
            ("Berlin", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("Asia/Tokio", "Asia/Tokyo"),
        ] {
            assert!(near(typed).contains(&meant), "{typed}: {:?}", near(typed));
        }
        let error = "Berlin".parse::<Zone>().unwrap_err().to_string();
        assert_eq!(error, "There is no time zone \"Berlin\". Near ones: Europe/Berlin.");
    }

    #[test]
    fn a_text_that_is_like_no_zone_is_told_how_zones_are_named() {
        let error = "zzzzzzzzzzzzzz".parse::<Zone>().unwrap_err();
        assert!(error.to_string().ends_with("Zones have names such as Europe/Berlin or UTC."), "{error}");
    }

    #[test]
    fn large_and_small_letters_are_the_same() {
        assert_eq!("europe/berlin".parse::<Zone>().unwrap().name(), "Europe/Berlin");
        assert_eq!(" utc ".parse::<Zone>().unwrap().name(), "UTC");
    }

    #[test]
    fn a_day_whose_midnight_does_not_exist_begins_after_the_gap() {
        let cairo: Zone = "Africa/Cairo".parse().unwrap();
        let day = NaiveDate::from_ymd_opt(2027, 4, 30).unwrap();
        let start = cairo.start_of(day).unwrap();
        assert_eq!(cairo.wall(start).to_string(), "2027-04-30 01:00:00");
    }
}
