//! How long a cluster stays up: what people ask for and how they write it, and the terms that hold then.
//!
//! The terms are fixed when a job is accepted, and its debt carries them: a changed config changes neither.

use chrono::{Duration, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::actor::Role;

/// A cluster is not kept up for less than this: it would be destroyed before anybody has looked at it.
pub const SHORTEST_STAY: Duration = Duration::minutes(5);

/// How long somebody wants a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stay {
    For {
        minutes: i64,
    },
    Until {
        time: Time,
    },
    /// Until somebody destroys it.
    Endless,
}

/// Why a stay means nothing, or may not be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StayError {
    #[error("Say for how long as a whole number and a unit: \"90min\", \"4h\" or \"1d\".")]
    Length,
    #[error("Say until when as a time in UTC, such as \"2027-01-15T18:00:00Z\".")]
    Time,
    #[error("Only an admin may keep a cluster without an automatic end.")]
    OnlyAdmin,
    #[error("The auto-destroy time may be {range}.")]
    OutOfRange { range: StayRange },
    #[error("{cluster} is up already and {end}. Choose no lifetime here; to keep it for longer, extend it.")]
    UpAlready { cluster: String, end: String },
}

impl StayError {
    /// A cluster that is up has its end, whatever is started on it.
    pub fn up_already(cluster: &str, destroys_at: Option<Time>) -> Self {
        let end = match destroys_at {
            Some(at) => format!("is destroyed at {}", at.format("%Y-%m-%d %H:%M UTC")),
            None => "has no automatic destroy".to_owned(),
        };
        Self::UpAlready { cluster: cluster.to_owned(), end }
    }
}

impl Stay {
    pub const fn hours(hours: i64) -> Self {
        Self::For { minutes: hours * 60 }
    }

    /// A length such as "4h".
    ///
    /// # Errors
    /// When it is none.
    pub fn read_length(text: &str) -> Result<Self, StayError> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number = i64::from(number.parse::<u32>().map_err(|_| StayError::Length)?);
        let minutes = match unit.trim() {
            "min" => number,
            "h" => number * 60,
            "d" => number * 24 * 60,
            _ => return Err(StayError::Length),
        };
        Ok(Self::For { minutes })
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
        let time = with_zone.or(without.map(|time| time.and_utc())).ok_or(StayError::Time)?;
        Ok(Self::Until { time })
    }

    /// As a form sends it: one of the choices, or "until" with a time in a field of its own.
    ///
    /// # Errors
    /// When it means nothing.
    pub fn from_form(length: &str, until: &str) -> Result<Self, StayError> {
        if length == "until" { Self::read_time(until) } else { Self::read_length(length) }
    }

    /// Whether it may be chosen, counted from `now`.
    ///
    /// # Errors
    /// Says which times may be chosen, or by whom.
    pub fn check(self, longest_minutes: u32, role: Role, now: Time) -> Result<(), StayError> {
        match self.end(now) {
            Some(end) => StayRange::new(longest_minutes, now).check(end),
            None if role.is_admin() => Ok(()),
            None => Err(StayError::OnlyAdmin),
        }
    }

    /// When it ends, counted from `from`; none for what has no end. What lies beyond every calendar ends with it.
    pub fn end(self, from: Time) -> Option<Time> {
        match self {
            Self::For { minutes } => {
                let length = Duration::try_minutes(minutes).unwrap_or(Duration::MAX);
                Some(from.checked_add_signed(length).unwrap_or(Time::MAX_UTC))
            }
            Self::Until { time } => Some(time),
            Self::Endless => None,
        }
    }
}

/// The times to which an auto-destroy time may be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StayRange {
    pub earliest: Time,
    pub latest: Time,
}

impl StayRange {
    pub fn new(longest_minutes: u32, now: Time) -> Self {
        Self { earliest: now + SHORTEST_STAY, latest: now + Duration::minutes(i64::from(longest_minutes)) }
    }

    /// # Errors
    /// When the time is beyond the range.
    pub fn check(self, time: Time) -> Result<(), StayError> {
        if (self.earliest..=self.latest).contains(&time) {
            Ok(())
        } else {
            Err(StayError::OutOfRange { range: self })
        }
    }
}

impl std::fmt::Display for StayRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told = |time: Time| time.format("%Y-%m-%d %H:%M UTC");
        write!(f, "from {} to {}", told(self.earliest), told(self.latest))
    }
}

/// What limits the stay of a cluster once it may exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayLimits {
    /// How far ahead, at most, somebody may set its auto-destroy time.
    pub longest_minutes: u32,
    /// How long a job that is at work at the auto-destroy time may go on.
    pub grace_minutes: u32,
    /// After how long without a job it is destroyed.
    pub idle_minutes: Option<u32>,
}

impl Default for StayLimits {
    fn default() -> Self {
        Self { longest_minutes: 24 * 60, grace_minutes: 60, idle_minutes: None }
    }
}

/// On which terms a job brings a cluster up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayTerms {
    /// From the moment on at which something may exist, unless somebody chose otherwise.
    pub lifetime_minutes: u32,
    pub chosen: Option<Stay>,
    pub limits: StayLimits,
}

impl Default for StayTerms {
    fn default() -> Self {
        Self { lifetime_minutes: 4 * 60, chosen: None, limits: StayLimits::default() }
    }
}

impl StayTerms {
    /// When the cluster that may exist from `now` on is destroyed; none when it has no automatic end.
    pub fn end(&self, now: Time) -> Option<Time> {
        self.stay().end(now)
    }

    pub fn stay(&self) -> Stay {
        self.chosen.unwrap_or(Stay::For { minutes: i64::from(self.lifetime_minutes) })
    }

    /// Whether what somebody chose may be had from `now` on. What the config says always may.
    ///
    /// # Errors
    /// Says which times may be chosen.
    pub fn check(&self, role: Role, now: Time) -> Result<(), StayError> {
        match self.chosen {
            Some(chosen) => chosen.check(self.limits.longest_minutes, role, now),
            None => Ok(()),
        }
    }

    /// The time until which the cluster is wanted, once that has passed.
    pub fn missed(&self, now: Time) -> Option<Time> {
        match self.chosen {
            Some(Stay::Until { time }) if now >= time => Some(time),
            _ => None,
        }
    }

    /// The terms for whoever takes up the rest of the job later: a time that is over by then was not meant for that.
    #[must_use]
    pub fn anew(self, now: Time) -> Self {
        // Who may have none was asked when it was chosen.
        let chosen = self.chosen.filter(|_| self.check(Role::Admin, now).is_ok());
        Self { chosen, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Time {
        chrono::DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    fn terms(chosen: Option<Stay>) -> StayTerms {
        StayTerms { chosen, ..StayTerms::default() }
    }

    #[test]
    fn what_is_no_length_and_no_time_is_refused() {
        for text in ["", "4", "h", "4 weeks", "-1h", "99999999999h", "4.5h", "١h", "none"] {
            assert_eq!(Stay::read_length(text), Err(StayError::Length), "{text}");
        }
        for text in ["", "tomorrow", "2027-13-01T00:00", "18:00", "2027-01-15"] {
            assert_eq!(Stay::read_time(text), Err(StayError::Time), "{text}");
        }
    }

    #[test]
    fn a_length_is_a_number_and_a_unit() {
        for (text, minutes) in [("90min", 90), ("4h", 240), (" 12 h ", 720), ("1d", 1_440)] {
            assert_eq!(Stay::read_length(text), Ok(Stay::For { minutes }), "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_utc() {
        let until = Ok(Stay::Until { time: at(600) });
        assert_eq!(Stay::read_time("2027-01-15T18:00"), until);
        assert_eq!(Stay::read_time("2027-01-15T19:00:00+01:00"), until);
        assert_eq!(Stay::from_form("until", "2027-01-15T18:00"), until);
    }

    #[test]
    fn an_end_that_is_past_too_soon_or_beyond_the_cap_is_told_the_range() {
        let beyond = [
            Stay::For { minutes: 4 },
            Stay::For { minutes: i64::MAX },
            Stay::hours(25),
            Stay::Until { time: at(-1) },
            Stay::Until { time: at(4) },
            Stay::Until { time: at(24 * 60 + 1) },
        ];
        for stay in beyond {
            assert_eq!(
                terms(Some(stay)).check(Role::Admin, at(0)).unwrap_err().to_string(),
                "The auto-destroy time may be from 2027-01-15 08:05 UTC to 2027-01-16 08:00 UTC."
            );
        }
        for stay in [Stay::For { minutes: 5 }, Stay::hours(24), Stay::Until { time: at(5) }, Stay::Endless] {
            assert_eq!(terms(Some(stay)).check(Role::Admin, at(0)), Ok(()), "{stay:?}");
        }
    }

    #[test]
    fn only_an_admin_keeps_a_cluster_without_an_end() {
        let endless = terms(Some(Stay::Endless));
        assert_eq!(endless.check(Role::Operator, at(0)), Err(StayError::OnlyAdmin));
        assert_eq!(terms(None).check(Role::Operator, at(0)), Ok(()));
    }

    #[test]
    fn a_length_counts_from_the_moment_at_which_something_may_exist() {
        assert_eq!(terms(None).end(at(10)), Some(at(250)));
        assert_eq!(terms(Some(Stay::hours(2))).end(at(10)), Some(at(130)));
        assert_eq!(terms(Some(Stay::Until { time: at(60) })).end(at(10)), Some(at(60)));
        assert_eq!(terms(Some(Stay::Endless)).end(at(10)), None);
    }

    #[test]
    fn whoever_takes_up_the_rest_too_late_gets_the_usual_lifetime() {
        let until = terms(Some(Stay::Until { time: at(60) }));
        assert_eq!(until.anew(at(10)), until);
        assert_eq!(until.anew(at(58)), terms(None));
        assert_eq!((until.missed(at(59)), until.missed(at(60))), (None, Some(at(60))));
    }

    #[test]
    fn what_is_kept_in_a_row_is_read_again() {
        for stay in [Stay::hours(2), Stay::Until { time: at(60) }, Stay::Endless] {
            let kept = serde_json::to_string(&stay).unwrap();
            assert_eq!(serde_json::from_str::<Stay>(&kept).unwrap(), stay, "{kept}");
        }
    }
}
