//! When a schedule fires: in the hours and on the days of its timetable, all UTC ("CircleCI API v2, schedules").

use chrono::{DateTime, Datelike, DurationRound, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

const WEEKDAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// Either days of the week or days of the month, never both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Timetable {
    per_hour: u32,
    hours_of_day: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    days_of_week: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    days_of_month: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<Vec<String>>,
}

impl Timetable {
    /// What is wrong with it, if anything is.
    pub fn problem(&self) -> Option<&'static str> {
        let all_known =
            |names: &[String], known: &[&str]| names.iter().all(|name| known.contains(&name.as_str()));
        if !(1..=60).contains(&self.per_hour) {
            return Some("per-hour lies between 1 and 60");
        }
        if self.hours_of_day.is_empty() || self.hours_of_day.iter().any(|hour| *hour > 23) {
            return Some("hours-of-day lie between 0 and 23");
        }
        match (&self.days_of_week, &self.days_of_month) {
            (Some(days), None) if !all_known(days, &WEEKDAYS) => Some("days-of-week are MON to SUN"),
            (None, Some(days)) if days.iter().any(|day| !(1..=31).contains(day)) => {
                Some("days-of-month lie between 1 and 31")
            }
            (Some(_), Some(_)) | (None, None) => Some("a timetable has either days-of-week or days-of-month"),
            _ if self.months.as_ref().is_some_and(|months| !all_known(months, &MONTHS)) => {
                Some("months are JAN to DEC")
            }
            _ => None,
        }
    }

    /// When it fires after `from` and not after `to`. The minute is CircleCI's choice; here it is given.
    pub fn fires(&self, minute: u32, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let Ok(mut hour) = from.duration_trunc(TimeDelta::hours(1)) else { return Vec::new() };
        let mut fires = Vec::new();
        while hour <= to {
            if self.has(hour) {
                let apart = 60 / self.per_hour.clamp(1, 60);
                let minutes = (0..self.per_hour).map(|nth| (minute + nth * apart) % 60);
                let within = minutes.map(|minute| hour + TimeDelta::minutes(i64::from(minute)));
                fires.extend(within.filter(|at| *at > from && *at <= to));
            }
            hour += TimeDelta::hours(1);
        }
        fires.sort();
        fires
    }

    fn has(&self, hour: DateTime<Utc>) -> bool {
        let weekday = WEEKDAYS[hour.weekday().num_days_from_monday() as usize];
        let month = MONTHS[hour.month0() as usize];
        self.hours_of_day.contains(&hour.hour())
            && self.days_of_week.as_ref().is_none_or(|days| days.iter().any(|day| day == weekday))
            && self.days_of_month.as_ref().is_none_or(|days| days.contains(&hour.day()))
            && self.months.as_ref().is_none_or(|months| months.iter().any(|name| name == month))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn timetable(days: (&str, serde_json::Value)) -> Timetable {
        let mut table = json!({ "per-hour": 1, "hours-of-day": [18] });
        table[days.0] = days.1;
        serde_json::from_value(table).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn it_fires_once_within_its_hour_of_its_day() {
        let table = timetable(("days-of-month", json!([22])));
        let fires = table.fires(40, at("2026-11-20T00:00:00Z"), at("2026-11-25T00:00:00Z"));
        assert_eq!(fires, [at("2026-11-22T18:40:00Z")]);
        assert!(table.fires(40, fires[0], fires[0] + TimeDelta::hours(2)).is_empty());
    }

    #[test]
    fn without_a_month_it_fires_again_the_next_month() {
        let table = timetable(("days-of-month", json!([22])));
        let fires = table.fires(0, at("2026-11-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        assert_eq!(fires.len(), 2);
    }

    #[test]
    fn a_day_of_the_week_comes_every_week() {
        let table = timetable(("days-of-week", json!(["SUN"])));
        let fires = table.fires(5, at("2026-11-16T00:00:00Z"), at("2026-11-30T00:00:00Z"));
        assert_eq!(fires, [at("2026-11-22T18:05:00Z"), at("2026-11-29T18:05:00Z")]);
    }

    #[test]
    fn a_timetable_that_contradicts_itself_says_where() {
        assert_eq!(timetable(("days-of-week", json!(["SUN"]))).problem(), None);
        for (days, word) in [
            (("days-of-week", json!(["SUNDAY"])), "days-of-week"),
            (("days-of-month", json!([32])), "days-of-month"),
            (("months", json!(["NOV"])), "either"),
        ] {
            assert!(timetable(days).problem().unwrap().contains(word));
        }
    }
}
