//! What a call that brought no answer of use means: the one place where statuses and broken connections become decisions.

use std::error::Error;
use std::time::Duration;

use domain::text::one_line;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde::Deserialize;

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
        if error.is_connect() {
            Self::NoConnection { what: format!("no connection to {who}: {}", root_cause(error)) }
        } else if error.is_timeout() {
            let seconds = timeout.as_secs_f64();
            Self::Lost { what: format!("{who} did not answer within {seconds} s") }
        } else {
            Self::Lost { what: format!("the connection to {who} broke: {}", root_cause(error)) }
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
        Self::Refused { status, after: retry_after(headers), what }
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

/// The reason in a refusal. Services disagree on where it stands, and gateways in between answer without JSON.
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

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER))
}

/// What went wrong at the bottom ("Connection refused"); the layers above only repeat that a request failed.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    one_line(&cause.to_string(), LONGEST_QUOTE)
}
