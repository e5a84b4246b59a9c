//! Says when a pattern runs, in another way than the product: it walks through every minute of real time, looks at the
//! clock on the wall and remembers what it has seen.

use std::collections::BTreeSet;

use chrono::{Datelike, Duration, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use domain::Time;

/// A pattern as sets of numbers; an empty set means all.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    pub minutes: Vec<u32>,
    pub hours: Vec<u32>,
    /// Sunday is 0.
    pub weekdays: Vec<u32>,
    /// How the hour field is written, where that is not the list of the hours.
    pub hour_text: Option<&'static str>,
}

impl Pattern {
    pub fn text(&self) -> String {
        let list = |numbers: &[u32]| {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            if numbers.is_empty() { "*".to_owned() } else { numbers.join(",") }
        };
        let hours = self.hour_text.map_or_else(|| list(&self.hours), str::to_owned);
        format!("{} {hours} * * {}", list(&self.minutes), list(&self.weekdays))
    }

    fn matches(&self, wall: NaiveDateTime) -> bool {
        let is_in = |numbers: &[u32], number| numbers.is_empty() || numbers.contains(&number);
        is_in(&self.minutes, wall.minute())
            && is_in(&self.hours, wall.hour())
            && is_in(&self.weekdays, wall.weekday().num_days_from_sunday())
    }

    fn names_hours(&self) -> bool {
        self.hour_text.is_none() && !self.hours.is_empty()
    }

    /// Its runs in these minutes.
    pub fn runs(&self, minutes: &[Minute]) -> Vec<Time> {
        let is_run = |minute: &&Minute| {
            if self.names_hours() {
                minute.is_new && self.matches(minute.wall)
                    || minute.left_out.iter().any(|wall| self.matches(*wall))
            } else {
                self.matches(minute.wall)
            }
        };
        minutes.iter().filter(is_run).map(|minute| minute.time).collect()
    }
}

/// One minute of real time, and the clock on the wall.
#[derive(Debug)]
pub struct Minute {
    time: Time,
    wall: NaiveDateTime,
    /// Whether the clock shows it for the first time.
    is_new: bool,
    /// What the clock has left out just before.
    left_out: Vec<NaiveDateTime>,
}

/// Every minute from `from` to before `until`, both full minutes.
pub fn minutes(zone: Tz, from: Time, until: Time) -> Vec<Minute> {
    let mut seen = BTreeSet::new();
    let mut minutes = Vec::new();
    let mut time = from;
    let mut expected = None;
    while time < until {
        let wall = zone.from_utc_datetime(&time.naive_utc()).naive_local();
        let mut left_out = Vec::new();
        let mut missing = expected.unwrap_or(wall);
        while missing < wall {
            left_out.push(missing);
            missing += Duration::minutes(1);
        }
        minutes.push(Minute { time, wall, is_new: seen.insert(wall), left_out });
        expected = Some(wall + Duration::minutes(1));
        time += Duration::minutes(1);
    }
    minutes
}

pub fn utc(year: i32, month: u32, day: u32, hour: u32, minute: u32) -> Time {
    Utc.with_ymd_and_hms(year, month, day, hour, minute, 0).unwrap()
}
