//! The patterns that people choose without knowing cron: on these days, at that time.

use chrono::{NaiveTime, Timelike, Weekday};

use super::cron::Cron;

/// Monday first, as people write a week.
const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// On which days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Days {
    Every,
    MondayToFriday,
    /// At least one, in the order of the week.
    Chosen(Vec<Weekday>),
}

/// On these days, at that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simple {
    pub days: Days,
    /// To the minute.
    pub at: NaiveTime,
}

impl Simple {
    pub fn to_cron(&self) -> String {
        let days = match &self.days {
            Days::Every => "*".to_owned(),
            Days::MondayToFriday => "1-5".to_owned(),
            Days::Chosen(days) => {
                let numbers = WEEK.iter().filter(|day| days.contains(day));
                numbers.map(|day| (day.num_days_from_sunday()).to_string()).collect::<Vec<_>>().join(",")
            }
        };
        format!("{} {} * * {days}", self.at.minute(), self.at.hour())
    }

    /// None for a pattern that says more.
    pub fn of(cron: &Cron) -> Option<Self> {
        let fields: Vec<&str> = cron.as_str().split(' ').collect();
        let [minute, hour, "*", "*", days] = fields.as_slice() else { return None };
        let at = NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)?;
        let days = match *days {
            "*" => Days::Every,
            "1-5" => Days::MondayToFriday,
            listed => Days::Chosen(listed.split(',').map(weekday).collect::<Option<_>>()?),
        };
        Some(Self { days, at })
    }

    /// "every day at 09:00"
    pub fn words(&self) -> String {
        let days = match &self.days {
            Days::Every => "every day".to_owned(),
            Days::MondayToFriday => "Monday to Friday".to_owned(),
            Days::Chosen(days) => {
                let named: Vec<&str> =
                    WEEK.iter().filter(|day| days.contains(day)).map(|day| name(*day)).collect();
                match named.split_last() {
                    Some((last, [])) => format!("every {last}"),
                    Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
                    None => "no day".to_owned(),
                }
            }
        };
        format!("{days} at {}", self.at.format("%H:%M"))
    }
}

/// "every day at 09:00", or the pattern itself where it says more than that.
pub fn in_words(cron: &Cron) -> String {
    Simple::of(cron).map_or_else(|| cron.to_string(), |simple| simple.words())
}

/// The days of a week, Monday first, with their full names.
pub fn week() -> impl Iterator<Item = (Weekday, &'static str)> {
    WEEK.into_iter().map(|day| (day, name(day)))
}

const fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

fn weekday(number: &str) -> Option<Weekday> {
    let number: u32 = number.parse().ok()?;
    WEEK.into_iter().find(|day| day.num_days_from_sunday() == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(days: Days) -> Simple {
        Simple { days, at: NaiveTime::from_hms_opt(9, 5, 0).unwrap() }
    }

    #[test]
    fn what_is_chosen_is_a_pattern_and_is_recognised_again() {
        for (days, cron, words) in [
            (Days::Every, "5 9 * * *", "every day at 09:05"),
            (Days::MondayToFriday, "5 9 * * 1-5", "Monday to Friday at 09:05"),
            (Days::Chosen(vec![Weekday::Sun]), "5 9 * * 0", "every Sunday at 09:05"),
            (
                Days::Chosen(vec![Weekday::Mon, Weekday::Wed, Weekday::Sun]),
                "5 9 * * 1,3,0",
                "Monday, Wednesday and Sunday at 09:05",
            ),
        ] {
            let simple = simple(days);
            assert_eq!(simple.to_cron(), cron);
            let cron: Cron = cron.parse().unwrap();
            assert_eq!(Simple::of(&cron), Some(simple));
            assert_eq!(in_words(&cron), words);
        }
    }

    #[test]
    fn a_pattern_that_says_more_stays_as_it_is() {
        for cron in ["*/5 9 * * *", "5 9 1 * *", "5 9 * 1 *", "5 9,10 * * *", "5 9 * * MON"] {
            assert_eq!(in_words(&cron.parse().unwrap()), cron);
        }
    }
}
