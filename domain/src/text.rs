//! The words of pages and Slack: the same texts, made in one place, tested by their examples.

use chrono::Duration;
use rust_decimal::Decimal;

use crate::cluster::ClusterState;
use crate::history::Range;
use crate::job::JobState;
use crate::step::StepState;

/// A duration in the two units that matter.
///
/// ```
/// use chrono::Duration;
/// use domain::text::duration;
/// assert_eq!(duration(Duration::seconds(8)), "8 s");
/// assert_eq!(duration(Duration::seconds(423)), "7 min 3 s");
/// assert_eq!(duration(Duration::seconds(600)), "10 min");
/// assert_eq!(duration(Duration::minutes(130)), "2 h 10 min");
/// assert_eq!(duration(Duration::hours(50)), "2 d 2 h");
/// assert_eq!(duration(Duration::seconds(-5)), "0 s");
/// ```
pub fn duration(duration: Duration) -> String {
    let seconds = duration.num_seconds().max(0);
    let (large, small) = match seconds {
        0..60 => ((seconds, "s"), (0, "")),
        60..3_600 => ((seconds / 60, "min"), (seconds % 60, "s")),
        3_600..86_400 => ((seconds / 3_600, "h"), (seconds % 3_600 / 60, "min")),
        _ => ((seconds / 86_400, "d"), (seconds % 86_400 / 3_600, "h")),
    };
    match small.0 {
        0 => format!("{} {}", large.0, large.1),
        _ => format!("{} {} {} {}", large.0, large.1, small.0, small.1),
    }
}

/// From how long to how long, no more exact than it is meant: rounded outwards to whole minutes.
///
/// ```
/// use domain::history::Range;
/// use domain::text::range;
/// assert_eq!(range(Range { from: 20, to: 40 }), "20–40 s");
/// assert_eq!(range(Range { from: 20, to: 80 }), "up to 2 min");
/// assert_eq!(range(Range { from: 370, to: 521 }), "6–9 min");
/// assert_eq!(range(Range { from: 360, to: 360 }), "6 min");
/// assert_eq!(range(Range { from: 6_000, to: 8_000 }), "1 h 40 min – 2 h 14 min");
/// ```
pub fn range(range: Range) -> String {
    let (from, to) = (range.from.max(0), range.to.max(range.from));
    if to < 60 {
        return if from == to { format!("{to} s") } else { format!("{from}–{to} s") };
    }
    let (from, to) = (from / 60, to.div_euclid(60) + i64::from(to % 60 > 0));
    match (from, to) {
        (0, to) => format!("up to {to} min"),
        (from, to) if from == to => duration(Duration::minutes(to)),
        (from, to) if to < 120 => format!("{from}–{to} min"),
        (from, to) => format!("{} – {}", duration(Duration::minutes(from)), duration(Duration::minutes(to))),
    }
}

/// A price for an hour: three digits, since the third one matters.
///
/// ```
/// use domain::text::hourly;
/// assert_eq!(hourly("0.03571".parse().unwrap()), "$0.036/h");
/// ```
pub fn hourly(price: Decimal) -> String {
    format!("${:.3}/h", price.round_dp(3))
}

/// A price for a month, in whole dollars where it is whole.
///
/// ```
/// use domain::text::monthly;
/// assert_eq!(monthly("24.00".parse().unwrap()), "$24 a month");
/// assert_eq!(monthly("24.50".parse().unwrap()), "$24.50 a month");
/// ```
pub fn monthly(price: Decimal) -> String {
    if price.fract().is_zero() { format!("${:.0} a month", price) } else { format!("${price:.2} a month") }
}

/// A sum, to the cent.
///
/// ```
/// use domain::text::dollars;
/// assert_eq!(dollars("4.8".parse().unwrap()), "$4.80");
/// assert_eq!(dollars("1234".parse().unwrap()), "$1234.00");
/// ```
pub fn dollars(sum: Decimal) -> String {
    format!("${sum:.2}")
}

/// How many of a thing, where it is not one.
///
/// ```
/// use domain::text::times;
/// assert_eq!(times(1), "");
/// assert_eq!(times(3), "3 × ");
/// ```
pub fn times(count: u16) -> String {
    if count == 1 { String::new() } else { format!("{count} × ") }
}

/// The word for a cluster's state on screen.
pub const fn cluster_state(state: ClusterState) -> &'static str {
    match state {
        ClusterState::Down => "Down",
        ClusterState::Provisioning => "Provisioning",
        ClusterState::Up => "Up",
        ClusterState::Destroying => "Destroying",
        ClusterState::Failed => "Failed",
        ClusterState::Unknown => "Unknown",
    }
}

/// The word for a job's state on screen.
pub const fn job_state(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "Queued",
        JobState::Running => "Running",
        JobState::Waiting => "Waiting",
        JobState::Succeeded => "Succeeded",
        JobState::Failed => "Failed",
        JobState::Cancelled => "Cancelled",
    }
}

/// The word for a step's state on screen.
pub const fn step_state(state: StepState) -> &'static str {
    match state {
        StepState::Queued => "Queued",
        StepState::Running => "Running",
        StepState::Waiting => "Waiting",
        StepState::Succeeded => "Succeeded",
        StepState::Failed => "Failed",
        StepState::Cancelled => "Cancelled",
        StepState::TimedOut => "Timed out",
        StepState::Skipped => "Skipped",
    }
}

/// The text with its first letter large, as a sentence begins.
///
/// ```
/// use domain::text::sentence;
/// assert_eq!(sentence("no connection to CircleCI"), "No connection to CircleCI");
/// assert_eq!(sentence(""), "");
/// ```
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Text from outside, made fit for one line of a log or a message: no control characters, not too long.
///
/// ```
/// use domain::text::one_line;
/// assert_eq!(one_line("a\u{1b}[31m b\r\nc", 20), "a [31m b c");
/// assert_eq!(one_line("abcdef", 4), "abc…");
/// ```
pub fn one_line(text: &str, max_chars: usize) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.chars().count() <= max_chars {
        return joined;
    }
    joined.chars().take(max_chars.saturating_sub(1)).chain(['…']).collect()
}
