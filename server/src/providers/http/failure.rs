//! What a call that brought no answer of use means: the one place where statuses and broken connections
//! become decisions.

use std::error::Error;
use std::time::Duration;

use domain::text::one_line;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde::Deserialize;

use super::identity;
use crate::providers::error::{ProviderError, TriggerError};

/// As long as a check-in line can show.
const LONGEST_QUOTE: usize = 200;

/// Nobody is believed who wants us to stay away for longer.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a call brought no answer of use. `what` is one line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::providers) enum Failure {
    /// No connection came about: nothing was sent.
    NoConnection { what: String },
    /// It was sent, and the answer did not come, or not whole.
    Lost { what: String },
    /// Answered with a status that is not 2xx.
    Refused { status: StatusCode, after: Option<Duration>, what: String },
    /// Answered with 2xx and a body that we cannot read.
    Unreadable { what: String },
}

impl Failure {
    pub fn broken(who: &str, error: &reqwest::Error, timeout: Duration) -> Self {
        let cause = root_cause(error);
        let said = || one_line(&cause.to_string(), LONGEST_QUOTE);
        if error.is_connect() {
            let why = identity::unproven(cause).unwrap_or_else(said);
            Self::NoConnection { what: format!("no connection to {who}: {why}") }
        } else if error.is_timeout() {
            let seconds = timeout.as_secs_f64();
            Self::Lost { what: format!("{who} did not answer within {seconds} s") }
        } else {
            Self::Lost { what: format!("the connection to {who} broke: {}", said()) }
        }
    }

    pub fn refused(who: &str, status: StatusCode, headers: &HeaderMap, body: &str) -> Self {
        let said = if status.is_redirection() { redirect(headers) } else { quote(body) };
        let code = status.as_u16();
        let what = match said {
            Said::Html => format!("{who} answered with HTML instead of JSON ({code})"),
            Said::Nothing => format!("{who} answered {code}"),
            Said::Text(text) => format!("{who} answered {code}: {text}"),
        };
        Self::Refused { status, after: stay_away(status, headers), what }
    }

    pub fn unreadable(who: &str, status: StatusCode, body: &str, error: &serde_json::Error) -> Self {
        let code = status.as_u16();
        let what = match quote(body) {
            Said::Html => format!("{who} answered with HTML instead of JSON ({code})"),
            Said::Nothing => format!("{who} answered {code} with nothing in it"),
            Said::Text(_) => {
                let reason = one_line(&error.to_string(), LONGEST_QUOTE);
                format!("{who} answered {code} with JSON that we cannot read: {reason}")
            }
        };
        Self::Unreadable { what }
    }

    pub fn too_long(who: &str, limit: usize) -> Self {
        Self::Unreadable { what: format!("{who} answered with more than {} MB", limit / 1024 / 1024) }
    }
}

impl From<Failure> for ProviderError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoConnection { what } | Failure::Lost { what } => Self::Transient { after: None, what },
            Failure::Unreadable { what } => Self::Garbled(what),
            Failure::Refused { status, after, what } => match status.as_u16() {
                401 | 403 => Self::Unauthorized(what),
                404 => Self::NotFound(what),
                408 | 409 | 425 | 429 | 500.. => Self::Transient { after, what },
                _ => Self::Rejected(what),
            },
        }
    }
}

impl From<Failure> for TriggerError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoConnection { what } => Self::Unsent { after: None, what },
            Failure::Lost { what } | Failure::Unreadable { what } => Self::Unknown(what),
            Failure::Refused { status, after, what } => match status.as_u16() {
                401 | 403 => Self::Unauthorized(what),
                429 => Self::Unsent { after, what },
                408 | 409 | 425 | 500.. => Self::Unknown(what),
                _ => Self::Rejected(what),
            },
        }
    }
}

enum Said {
    Html,
    Nothing,
    Text(String),
}

/// The reason in a refusal. Services disagree on where it stands, and gateways in between answer without
/// JSON.
#[derive(Deserialize)]
struct Reason {
    #[serde(alias = "error_message", alias = "error")]
    message: String,
}

fn quote(body: &str) -> Said {
    let body = body.trim();
    // Not the Content-Type: Slack calls its plain text `text/html`.
    if body.starts_with('<') {
        return Said::Html;
    }
    let text = match serde_json::from_str::<Reason>(body) {
        Ok(reason) => reason.message,
        Err(_) => body.to_owned(),
    };
    match one_line(&text, LONGEST_QUOTE) {
        line if line.is_empty() => Said::Nothing,
        line => Said::Text(line),
    }
}

/// Only the host: the rest of such an address can hold a token.
fn redirect(headers: &HeaderMap) -> Said {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let url = location.and_then(|text| reqwest::Url::parse(text).ok());
    match url.as_ref().and_then(|url| url.host_str()) {
        Some(host) => {
            Said::Text(format!("a redirect to {}, which we do not follow", one_line(host, LONGEST_QUOTE)))
        }
        None => Said::Text("a redirect, which we do not follow".into()),
    }
}

/// How long the service asks us to stay away.
fn stay_away(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let seconds = retry_after(headers).or_else(|| match status {
        // Services that count requests tell the reset with every answer; it only matters when nothing is left.
        StatusCode::TOO_MANY_REQUESTS => until_reset(headers),
        _ => None,
    })?;
    Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
}

fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// DigitalOcean's way to say when the oldest request is forgotten: seconds since 1970, by the clock of the answer.
fn until_reset(headers: &HeaderMap) -> Option<u64> {
    let reset: i64 = headers.get("ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    u64::try_from(reset.saturating_sub(super::date(headers)?.timestamp())).ok()
}

/// What went wrong at the bottom ("Connection refused"); the layers above only repeat that a request failed.
fn root_cause(error: &reqwest::Error) -> &(dyn Error + 'static) {
    let mut cause: &(dyn Error + 'static) = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Failure {
        let headers = headers
            .iter()
            .map(|&(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>();
        Failure::refused("CircleCI", StatusCode::from_u16(status).unwrap(), &headers, body)
    }

    fn decision_for_a_look(failure: Failure) -> &'static str {
        match ProviderError::from(failure) {
            ProviderError::Transient { .. } => "transient",
            ProviderError::Rejected(_) => "rejected",
            ProviderError::Unauthorized(_) => "unauthorized",
            ProviderError::NotFound(_) => "not found",
            ProviderError::Garbled(_) => "garbled",
        }
    }

    fn decision_for_a_trigger(failure: Failure) -> &'static str {
        match TriggerError::from(failure) {
            TriggerError::Unsent { .. } => "unsent",
            TriggerError::Rejected(_) => "rejected",
            TriggerError::Unauthorized(_) => "unauthorized",
            TriggerError::Unknown(_) => "unknown",
        }
    }

    #[test]
    fn every_status_has_one_meaning_for_a_look_and_one_for_a_trigger() {
        for (status, look, trigger) in [
            (301, "rejected", "rejected"),
            (307, "rejected", "rejected"),
            (400, "rejected", "rejected"),
            (401, "unauthorized", "unauthorized"),
            (403, "unauthorized", "unauthorized"),
            (404, "not found", "rejected"),
            (406, "rejected", "rejected"),
            (408, "transient", "unknown"),
            (409, "transient", "unknown"),
            (410, "rejected", "rejected"),
            (422, "rejected", "rejected"),
            (425, "transient", "unknown"),
            (429, "transient", "unsent"),
            (500, "transient", "unknown"),
            (502, "transient", "unknown"),
            (503, "transient", "unknown"),
            (504, "transient", "unknown"),
            (599, "transient", "unknown"),
        ] {
            assert_eq!(decision_for_a_look(refused(status, &[], "")), look, "{status}");
            assert_eq!(decision_for_a_trigger(refused(status, &[], "")), trigger, "{status}");
        }
    }

    #[test]
    fn without_an_answer_only_a_missing_connection_is_sure() {
        let what = String::new;
        let cases = [
            (Failure::NoConnection { what: what() }, "transient", "unsent"),
            (Failure::Lost { what: what() }, "transient", "unknown"),
            (Failure::Unreadable { what: what() }, "garbled", "unknown"),
        ];
        for (failure, look, trigger) in cases {
            assert_eq!(decision_for_a_look(failure.clone()), look, "{failure:?}");
            assert_eq!(decision_for_a_trigger(failure.clone()), trigger, "{failure:?}");
        }
    }

    #[test]
    fn a_refusal_says_why_in_one_line_and_never_shows_a_page() {
        for (status, body, expected) in [
            (404, r#"{"message":"Project not found"}"#, "CircleCI answered 404: Project not found"),
            (
                403,
                r#"{"@type":"error","error_message":"login required"}"#,
                "CircleCI answered 403: login required",
            ),
            (401, r#"{"error":"Not authorized"}"#, "CircleCI answered 401: Not authorized"),
            (403, "access denied\r\n", "CircleCI answered 403: access denied"),
            (502, "\n<!DOCTYPE html><h1>502</h1>", "CircleCI answered with HTML instead of JSON (502)"),
            (500, "", "CircleCI answered 500"),
            (500, r#"{"message":""}"#, "CircleCI answered 500"),
            (400, "{\"message\":\"a\\u001b[31m\\nb\"}", "CircleCI answered 400: a [31m b"),
        ] {
            assert_eq!(ProviderError::from(refused(status, &[], body)).to_string(), expected);
        }
        let long = refused(400, &[], &"x".repeat(5_000));
        assert!(ProviderError::from(long).to_string().chars().count() < 250);
    }

    #[test]
    fn a_redirect_is_told_by_its_host_alone() {
        for (location, expected) in [
            (
                "https://evil.example/?token=abc",
                "CircleCI answered 302: a redirect to evil.example, which we do not follow",
            ),
            ("/login?token=abc", "CircleCI answered 302: a redirect, which we do not follow"),
        ] {
            let failure = refused(302, &[("location", location)], "<a href=x>moved</a>");
            assert_eq!(ProviderError::from(failure).to_string(), expected);
        }
    }

    #[test]
    fn without_retry_after_a_used_up_limit_says_when_it_is_reset() {
        let asked = |status, headers: &[(&'static str, &'static str)]| {
            // 1800000000
            let date = ("date", "Fri, 15 Jan 2027 08:00:00 GMT");
            let headers = [headers, &[date]].concat();
            let headers =
                headers.iter().map(|&(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            stay_away(status, &headers.collect()).map(|asked| asked.as_secs())
        };
        let used_up = StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(asked(used_up, &[("ratelimit-reset", "1800000090")]), Some(90));
        assert_eq!(asked(used_up, &[("ratelimit-reset", "1800000090"), ("retry-after", "5")]), Some(5));
        assert_eq!(asked(used_up, &[("ratelimit-reset", "9999999999")]), Some(24 * 60 * 60));
        assert_eq!(asked(used_up, &[("ratelimit-reset", "1799999999")]), None, "it is past");
        assert_eq!(asked(used_up, &[("ratelimit-reset", "soon")]), None);
        assert_eq!(asked(StatusCode::BAD_GATEWAY, &[("ratelimit-reset", "1800000090")]), None);
    }

    #[test]
    fn retry_after_counts_in_seconds_and_is_not_believed_without_end() {
        for (header, expected) in [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("999999999999", Some(24 * 60 * 60)),
            ("-1", None),
            ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ] {
            let failure = refused(429, &[("retry-after", header)], "");
            let TriggerError::Unsent { after, .. } = failure.into() else { panic!("429 is not accepted") };
            assert_eq!(after, expected.map(Duration::from_secs), "{header}");
        }
    }
}
