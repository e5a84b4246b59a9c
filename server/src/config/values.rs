//! How single values of the file are written. Each reader says what is wrong and what is allowed.

use chrono::{Duration, NaiveDate};
use domain::run::ProviderKind;
use domain::step::BodyValue;
use domain::text::one_line;
use reqwest::Url;
use rust_decimal::Decimal;

/// CircleCI takes no more parameters for one pipeline, no longer keys and no longer values than these.
pub(super) const MAX_PARAMETERS: usize = 100;
pub(super) const MAX_PARAMETER_KEY: usize = 128;
const MAX_PARAMETER_VALUE: usize = 512;

const MAX_NAME: usize = 64;
/// What fails more often than this does not fail by accident.
const MAX_RETRIES: u32 = 5;
const MAX_TITLE: usize = 120;
const LONGEST: Duration = Duration::days(7);

type Read<T> = Result<T, String>;

pub(super) fn name(text: &str) -> Read<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || text.len() > MAX_NAME || !text.chars().all(fits) {
        return Err(format!(
            "{} is no name; a name has 1 to {MAX_NAME} characters of a-z, 0-9 and \"-\"",
            shown(text)
        ));
    }
    Ok(text.to_owned())
}

/// What people type in Slack, where case and the spaces around it do not matter.
pub(super) fn word(text: &str) -> Read<String> {
    let is_separated = text.chars().any(|c| c == ':' || c.is_whitespace() || c.is_control());
    if text.is_empty() || text.chars().count() > MAX_NAME || is_separated || text.to_lowercase() != text {
        return Err(format!(
            "{} is no word; a word has 1 to {MAX_NAME} characters, in lower case, without spaces and without \":\"",
            shown(text)
        ));
    }
    Ok(text.to_owned())
}

/// One line for people, in which only these placeholders may stand.
pub(super) fn title(text: &str, placeholders: &[&str]) -> Read<String> {
    let is_one_line = !text.chars().any(char::is_control);
    if text.trim().is_empty() || !is_one_line || text.chars().count() > MAX_TITLE {
        return Err(format!(
            "{} is no title; a title is one line of 1 to {MAX_TITLE} characters",
            shown(text)
        ));
    }
    only_placeholders(text, placeholders)
}

/// A text that a machine reads, such as a machine type or a branch: no spaces, and nothing is filled in.
pub(super) fn identifier(text: &str) -> Read<String> {
    let has_gaps = text.chars().any(|c| c.is_whitespace() || c.is_control());
    if text.is_empty() || has_gaps || text.chars().count() > 255 {
        return Err(format!("{} is not allowed; write 1 to 255 characters without spaces", shown(text)));
    }
    only_placeholders(text, &[])
}

/// `machine` is the longest thing that is going to stand for `{machine}`.
pub(super) fn parameter(text: &str, machine: usize) -> Read<String> {
    let rest = text.replace("{machine}", "").replace("{size}", "s");
    let filled_in = rest.chars().count() + text.matches("{machine}").count() * machine;
    if filled_in > MAX_PARAMETER_VALUE {
        return Err(format!(
            "the value has up to {filled_in} characters; CircleCI takes {MAX_PARAMETER_VALUE}"
        ));
    }
    only_placeholders(text, &["size", "machine"])
}

/// A whole number and a unit.
pub(super) fn duration(text: &str) -> Read<Duration> {
    let not_understood =
        || format!("{} is no duration; write a whole number and a unit: 30s, 25min, 4h or 7d", shown(text));
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let seconds_per_unit = match unit {
        "s" => 1,
        "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(not_understood()),
    };
    let number: i64 = number.parse().map_err(|_| not_understood())?;
    let seconds = number.checked_mul(seconds_per_unit).filter(|seconds| *seconds <= LONGEST.num_seconds());
    match seconds {
        Some(1..) => Ok(Duration::seconds(number * seconds_per_unit)),
        _ => Err(format!("{} is not allowed; the longest duration is 7d, the shortest 1s", shown(text))),
    }
}

/// A duration that is kept in minutes.
pub(super) fn minutes(text: &str) -> Read<u32> {
    let duration = duration(text)?;
    if duration.num_seconds() % 60 != 0 {
        return Err(format!("{} is not allowed; write whole minutes, such as 25min", shown(text)));
    }
    u32::try_from(duration.num_minutes()).map_err(|error| error.to_string())
}

/// A duration that is kept in seconds.
pub(super) fn seconds(text: &str) -> Read<u32> {
    u32::try_from(duration(text)?.num_seconds()).map_err(|error| error.to_string())
}

/// The same, where "0s" means not at all.
pub(super) fn seconds_or_none(text: &str) -> Read<u32> {
    if text == "0s" { Ok(0) } else { seconds(text) }
}

/// The same in minutes, where "0min" means not at all.
pub(super) fn minutes_or_none(text: &str) -> Read<u32> {
    if text == "0min" { Ok(0) } else { minutes(text) }
}

/// US dollars, read digit by digit: a binary fraction cannot hold a price.
pub(super) fn price(text: &str) -> Read<Decimal> {
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let price = Decimal::from_str_exact(text).ok();
    let price = price.filter(|price| is_plain && *price <= Decimal::from(1_000_000));
    price.ok_or_else(|| {
        format!(
            "{} is no price; write US dollars from \"0\" to \"1000000\", such as \"0.02232\"",
            shown(text)
        )
    })
}

/// A day of the calendar.
pub(super) fn day(text: &str) -> Read<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    day.ok_or_else(|| format!("{} is no day; write it like \"2026-11-22\"", shown(text)))
}

/// A small number of things.
pub(super) fn count(number: &i64) -> Read<u16> {
    let count = u16::try_from(*number).ok().filter(|count| (1..=10_000).contains(count));
    count.ok_or_else(|| format!("{number} is not allowed; write a whole number from 1 to 10000"))
}

/// How often something that failed is tried again.
pub(super) fn retries(number: &i64) -> Read<u32> {
    let retries = u32::try_from(*number).ok().filter(|retries| *retries <= MAX_RETRIES);
    retries.ok_or_else(|| format!("{number} is not allowed; write a whole number from 0 to {MAX_RETRIES}"))
}

/// The project in the provider's own spelling.
pub(super) fn project(text: &str, provider: ProviderKind) -> Read<String> {
    let is_segment = |segment: &&str| {
        !["", ".", ".."].contains(segment)
            && segment.chars().all(|c| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c))
    };
    let segments: Vec<&str> = text.split('/').collect();
    let (is_right, example) = match provider {
        ProviderKind::CircleCi => {
            let hosts = ["gh", "github", "bb", "bitbucket", "circleci"];
            (segments.len() == 3 && hosts.contains(&segments[0]), "gh/owner/name")
        }
        ProviderKind::Travis => (segments.len() == 2, "owner/name"),
    };
    if !is_right || text.len() > 255 || !segments.iter().all(is_segment) {
        return Err(format!(
            "{} is no project of {}; write it like {example}",
            shown(text),
            provider.title()
        ));
    }
    Ok(text.to_owned())
}

pub(super) fn url(text: &str) -> Read<String> {
    let refused =
        |why: &str| format!("{} is not allowed: {why}; write a URL like https://host/path", shown(text));
    let url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
    if !["http", "https"].contains(&url.scheme()) {
        return Err(refused("it is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // Not repeated: what stands in it is a secret.
        return Err(
            "a URL with a name or a password is not allowed; secrets come from the environment".into()
        );
    }
    if text.len() > 2_000 {
        return Err(refused("it is longer than 2000 characters"));
    }
    only_placeholders(text, &[])
}

/// The name of an environment variable.
pub(super) fn variable(text: &str) -> Read<String> {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let begins_well = text.starts_with(|c: char| !c.is_ascii_digit());
    if !begins_well || text.len() > 128 || !text.chars().all(fits) {
        return Err(format!(
            "{} is no name of an environment variable; write it with A-Z, 0-9 and \"_\", such as MY_TOKEN",
            shown(text)
        ));
    }
    Ok(text.to_owned())
}

/// What a key in the body of a batch job is the key of.
pub(super) fn key_of(text: &str) -> Read<BodyValue> {
    match text {
        "attempt" => Ok(BodyValue::AttemptKey),
        _ => Err(format!("there is no key of {}; write \"attempt\"", shown(text))),
    }
}

/// Refuses `{anything}` that would not be filled in and so would be sent as it stands.
pub(super) fn only_placeholders(text: &str, known: &[&str]) -> Read<String> {
    for (start, _) in text.match_indices('{') {
        let Some(length) = text[start..].find('}') else { continue };
        let inner = &text[start + 1..start + length];
        let looks_like_one = !inner.trim().is_empty()
            && inner.trim().chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if looks_like_one && !known.contains(&inner) {
            let allowed = known.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
            let allowed = if known.is_empty() { "none here".to_owned() } else { allowed };
            return Err(format!(
                "there is no placeholder \"{{{}}}\"; known placeholders: {allowed}",
                one_line(inner, 40)
            ));
        }
    }
    Ok(text.to_owned())
}

/// A value of the file inside a message.
pub(super) fn shown(text: &str) -> String {
    format!("\"{}\"", one_line(text, 60))
}
