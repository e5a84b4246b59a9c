//! Cron patterns of five fields, and what is wrong with one, said of the field that is wrong.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeZone};
use croner::parser::{CronParser, Seconds, Year};

/// A pattern that is longer was not written by a person.
const LONGEST: usize = 200;

/// The five fields, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Minute,
    Hour,
    DayOfMonth,
    Month,
    DayOfWeek,
}

impl Field {
    const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::DayOfMonth, Self::Month, Self::DayOfWeek];

    const fn range(self) -> (u32, u32) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::DayOfWeek => (0, 7),
        }
    }

    /// The names that may stand for numbers.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Minute | Self::Hour => &[],
            Self::DayOfMonth => &["L", "W", "LW"],
            Self::Month => {
                &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
            }
            Self::DayOfWeek => &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "L"],
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::DayOfWeek => "day of week",
        })
    }
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    #[error(
        "A cron pattern has five fields: minute, hour, day of month, month, day of week. This one has {0}."
    )]
    FieldCount(usize),
    #[error("A cron pattern has at most {LONGEST} characters.")]
    TooLong,
    #[error("{field}: {number} is not between {low} and {high}.")]
    OutOfRange { field: Field, number: String, low: u32, high: u32 },
    #[error("{field}: \"{text}\" is not understood.")]
    NotUnderstood { field: Field, text: String },
    #[error("{0}: a step of 0 leads nowhere.")]
    NoStep(Field),
    #[error("day of month: the pattern names no day that ever comes, so it would never run.")]
    Never,
}

impl CronError {
    /// The field that is wrong, if it is one alone.
    pub const fn field(&self) -> Option<Field> {
        match self {
            Self::FieldCount(_) | Self::TooLong => None,
            Self::OutOfRange { field, .. } | Self::NotUnderstood { field, .. } | Self::NoStep(field) => {
                Some(*field)
            }
            Self::Never => Some(Field::DayOfMonth),
        }
    }
}

/// A pattern that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    pattern: croner::Cron,
    text: String,
    names_hours: bool,
}

impl Cron {
    /// The next time on a clock that never changes, strictly after `time`.
    pub(super) fn next_on_the_wall(&self, time: NaiveDateTime) -> Option<NaiveDateTime> {
        self.pattern.find_next_occurrence(&time, false).ok()
    }

    /// The next instant at which the clock of the zone shows a time of the pattern, strictly after `time`. What the clock
    /// leaves out is left out, what it shows twice comes twice.
    pub(super) fn next_on_the_clock<Z: TimeZone>(&self, time: &DateTime<Z>) -> Option<DateTime<Z>> {
        self.pattern.find_next_occurrence(time, false).ok()
    }

    /// Whether it says at which hours to run, and does not merely say how often.
    pub const fn names_hours(&self) -> bool {
        self.names_hours
    }

    /// As it was written, with single spaces.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Cron {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, CronError> {
        if text.len() > LONGEST {
            return Err(CronError::TooLong);
        }
        let parts: Vec<&str> = text.split_whitespace().collect();
        let Ok(fields) = <[&str; 5]>::try_from(parts.as_slice()) else {
            return Err(CronError::FieldCount(parts.len()));
        };
        for (field, part) in Field::ALL.into_iter().zip(fields) {
            check(field, part)?;
        }
        let text = fields.join(" ");
        let not_understood = |_| CronError::NotUnderstood { field: Field::DayOfWeek, text: text.clone() };
        let cron =
            Self { pattern: read(&text).map_err(not_understood)?, names_hours: names_hours(fields[1]), text };
        // The calendar repeats after 400 years; what has not come by then does not come.
        match cron.next_on_the_wall(DateTime::UNIX_EPOCH.naive_utc()) {
            Some(_) => Ok(cron),
            None => Err(CronError::Never),
        }
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn names_hours(hour: &str) -> bool {
    !hour.contains(['*', '/'])
}

fn read(pattern: &str) -> Result<croner::Cron, croner::errors::CronError> {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build().parse(pattern)
}

/// Numbers and names first, since there we can say what is wrong; then the parser, with this field alone.
fn check(field: Field, part: &str) -> Result<(), CronError> {
    let (low, high) = field.range();
    let not_understood = || CronError::NotUnderstood { field, text: part.to_owned() };
    for item in part.split(',') {
        let (range, step) = item.split_once('/').map_or((item, None), |(range, step)| (range, Some(step)));
        if step.is_some_and(|step| !step.is_empty() && step.bytes().all(|byte| byte == b'0')) {
            return Err(CronError::NoStep(field));
        }
        let (range, nth) = range.split_once('#').map_or((range, None), |(range, nth)| (range, Some(nth)));
        let is_weekday = field == Field::DayOfWeek;
        if nth.is_some_and(|nth| !is_weekday || !matches!(nth, "1" | "2" | "3" | "4" | "5" | "L" | "l")) {
            return Err(not_understood());
        }
        let range = if is_weekday { range.strip_prefix('+').unwrap_or(range) } else { range };
        for word in range.split('-') {
            check_word(field, word).map_err(|wrong| match wrong {
                Wrong::Range => CronError::OutOfRange { field, number: digits(word).to_owned(), low, high },
                Wrong::Word => not_understood(),
            })?;
        }
    }
    let alone = Field::ALL.map(|other| if other == field { part } else { "*" }).join(" ");
    read(&alone).map(|_| ()).map_err(|_| not_understood())
}

enum Wrong {
    Range,
    Word,
}

fn check_word(field: Field, word: &str) -> Result<(), Wrong> {
    if word == "*" || word == "?" && matches!(field, Field::DayOfMonth | Field::DayOfWeek) {
        return Ok(());
    }
    let number = digits(word);
    let name = &word[number.len()..];
    let is_name = name.is_empty() || field.names().iter().any(|known| known.eq_ignore_ascii_case(name));
    if word.is_empty() || !is_name {
        return Err(Wrong::Word);
    }
    let (low, high) = field.range();
    match number.parse::<u32>() {
        _ if number.is_empty() => Ok(()),
        Ok(number) if (low..=high).contains(&number) => Ok(()),
        _ => Err(Wrong::Range),
    }
}

fn digits(word: &str) -> &str {
    &word[..word.bytes().take_while(u8::is_ascii_digit).count()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("61 2 * * *", "minute: 61 is not between 0 and 59.")]
    #[case("0 24 * * *", "hour: 24 is not between 0 and 23.")]
    #[case("0 2-99 * * *", "hour: 99 is not between 0 and 23.")]
    #[case("0 2 0 * *", "day of month: 0 is not between 1 and 31.")]
    #[case("0 2 32 * *", "day of month: 32 is not between 1 and 31.")]
    #[case("0 2 * 13 *", "month: 13 is not between 1 and 12.")]
    #[case("0 2 * * 8", "day of week: 8 is not between 0 and 7.")]
    #[case("0 2 * * MONDAY", "day of week: \"MONDAY\" is not understood.")]
    #[case("MON 2 * * *", "minute: \"MON\" is not understood.")]
    #[case("a 2 * * *", "minute: \"a\" is not understood.")]
    #[case("5- 2 * * *", "minute: \"5-\" is not understood.")]
    #[case("5,, 2 * * *", "minute: \"5,,\" is not understood.")]
    #[case("*/0 2 * * *", "minute: a step of 0 leads nowhere.")]
    #[case("0 9-5 * * *", "hour: \"9-5\" is not understood.")]
    #[case("0 ٣ * * *", "hour: \"٣\" is not understood.")]
    #[case("0 2 30 2 *", "day of month: the pattern names no day that ever comes, so it would never run.")]
    #[case(
        "0 2 * *",
        "A cron pattern has five fields: minute, hour, day of month, month, day of week. This one has 4."
    )]
    #[case(
        "0 0 2 * * *",
        "A cron pattern has five fields: minute, hour, day of month, month, day of week. This one has 6."
    )]
    #[case(
        "",
        "A cron pattern has five fields: minute, hour, day of month, month, day of week. This one has 0."
    )]
    fn the_field_that_is_wrong_is_named(#[case] text: &str, #[case] told: &str) {
        assert_eq!(text.parse::<Cron>().unwrap_err().to_string(), told);
    }

    #[rstest]
    #[case("0 9 * * 1-5")]
    #[case("*/15 * * * *")]
    #[case("0,30 8-18/2 1,15 JAN-jun *")]
    #[case("0 2 L * ?")]
    #[case("0 2 15W * *")]
    #[case("0 2 * * MON#1")]
    #[case("0 2 * * 5#L")]
    #[case("0 2 1 * +MON")]
    #[case("0 2 29 2 *")]
    #[case("0 2 * * 7")]
    fn what_other_crons_understand_is_understood(#[case] text: &str) {
        assert_eq!(text.parse::<Cron>().unwrap().as_str(), text);
    }

    #[test]
    fn spaces_do_not_matter() {
        assert_eq!("  0   9 * *\t1-5 ".parse::<Cron>().unwrap().as_str(), "0 9 * * 1-5");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_read_or_refused(text in ".{0,60}") {
            let _ = text.parse::<Cron>();
        }

        #[test]
        fn whatever_looks_like_a_pattern_is_read_or_refused(
            fields in proptest::collection::vec("[0-9*/,#+LWA-Z?-]{1,6}", 5)
        ) {
            let _ = fields.join(" ").parse::<Cron>();
        }
    }
}
