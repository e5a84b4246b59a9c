//! What can go wrong out there. Each variant is a decision: whoever gets one matches on it and needs no
//! status code.
//!
//! The texts are for people: one short line that names who said it, never a token, never a raw page of HTML.

use std::time::Duration;

use domain::run::ProviderKind;
use thiserror::Error;

/// Why a question or a request to an outside service brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProviderError {
    /// It may work later: no connection, no answer in time, 408, 409, 425, 429, 5xx.
    #[error("{what}")]
    Transient {
        /// How long the service asked us to stay away (`Retry-After`), at most a day.
        after: Option<Duration>,
        what: String,
    },
    /// The service said no and will say it again: any other 3xx or 4xx.
    #[error("{0}")]
    Rejected(String),
    /// The credentials are missing, wrong or too weak: 401, 403.
    #[error("{0}")]
    Unauthorized(String),
    /// 404: it does not exist, or the credentials may not see it. No proof that it is gone.
    #[error("{0}")]
    NotFound(String),
    /// An answer that we cannot read: HTML, half a JSON, more than we are ready to take.
    #[error("{0}")]
    Garbled(String),
}

/// What a failed trigger means for sending it again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TriggerError {
    /// Surely not accepted, and may be sent again: no connection came about, or 429.
    #[error("{what}")]
    Unsent {
        /// How long the service asked us to stay away (`Retry-After`), at most a day.
        after: Option<Duration>,
        what: String,
    },
    /// Surely not accepted, and sending it again would change nothing.
    #[error("{0}")]
    Rejected(String),
    /// Surely not accepted: the credentials are missing, wrong or too weak.
    #[error("{0}")]
    Unauthorized(String),
    /// Perhaps accepted: no answer in time, a reset, 408, 409, 425, 5xx, an unreadable answer.
    /// A 503 counts too: a gateway says it as well when what lies behind it had already accepted.
    #[error("{0}")]
    Unknown(String),
}

/// A step wants a CI that this process has no credentials for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{} is not configured; set {}", .0.title(), token_variable(*.0))]
pub struct NotConfigured(pub ProviderKind);

/// Why a client could not be made at all.
#[derive(Debug, Error)]
pub enum SetupError {
    #[error("the address of {who} has to be like https://host/path, not \"{found}\"")]
    Address { who: &'static str, found: String },
    #[error("the token of {who} is empty or holds characters that fit in no header")]
    Token { who: &'static str },
    #[error("the HTTP client could not be set up")]
    Client(#[source] reqwest::Error),
}

const fn token_variable(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::CircleCi => "CIRCLECI_TOKEN",
        ProviderKind::Travis => "TRAVIS_TOKEN",
    }
}
