//! What a person or a program is told when something did not work, in the one shape that they can read.
//!
//! A handler answers with a [`Problem`]; [`show()`] writes it down as a page, as JSON or as a line of text, and gives
//! the same shape to what axum and its layers refuse by themselves. Nothing from inside the service is ever in it:
//! the cause goes to the log, where the request id finds it.

mod page;
mod show;

use std::fmt::Display;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::act::ActError;
use domain::extension::ExtendError;
use domain::stay::StayError;
use serde::Serialize;

pub use show::show;

/// When to come again while the database does not answer.
const RETRY_AFTER_SECONDS: u32 = 5;

/// Why a request led to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    #[serde(skip)]
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    /// What would have been understood.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// Finds the request in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip)]
    retry_after_seconds: Option<u32>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            known: Vec::new(),
            request_id: None,
            retry_after_seconds: None,
        }
    }

    /// The cause is logged here, once.
    pub fn internal(cause: &dyn Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Nobody did anything wrong, and it may work in a moment.
    fn without_database(cause: &dyn Display) -> Self {
        tracing::warn!(%cause, "the database does not answer");
        let message = "The database does not answer. Try again in a moment.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
            .with_retry_after(RETRY_AFTER_SECONDS)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// The names that the caller could have used.
    #[must_use]
    pub fn with_known<T: ToString>(mut self, known: impl IntoIterator<Item = T>) -> Self {
        self.known = known.into_iter().map(|name| name.to_string()).collect();
        self
    }

    #[must_use]
    pub const fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// What a bare status means here.
    pub fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::UNAUTHORIZED => ("signed_out", "You are signed out. Nothing was done."),
            StatusCode::FORBIDDEN => ("cross_site", "The request came from another site. Nothing was done."),
            StatusCode::NOT_FOUND => ("not_found", "There is nothing at this address."),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method_not_allowed", "This address does not take this method.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The request is too large. Nothing was done."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("unsupported_media_type", "The request has another content type than this address takes.")
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                ("unavailable", "The service did not answer in time. Try again in a moment.")
            }
            status if status.is_server_error() => ("internal", "There is a problem with the service."),
            _ => ("bad_request", "The request could not be understood. Nothing was done."),
        };
        Self::new(status, code, message)
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        use store::Error;
        let message = error.to_string();
        match error {
            Error::Conflict(_) => Self::new(StatusCode::CONFLICT, "conflict", message),
            Error::OverBudget(_) => Self::new(StatusCode::FORBIDDEN, "over_budget", message),
            Error::Stale { .. } => Self::new(StatusCode::CONFLICT, "stale", message),
            Error::KeyReused { .. } => Self::new(StatusCode::CONFLICT, "idempotency_key_reused", message),
            Error::UnknownCluster(_)
            | Error::UnknownJob(_)
            | Error::UnknownSchedule(_)
            | Error::UnknownFreeze(_)
            | Error::UnknownReceipt(_)
            | Error::UnknownShare(_)
            | Error::NotShown { .. } => Self::not_found(message),
            Error::ScheduleNameTaken(_) => Self::new(StatusCode::CONFLICT, "name_taken", message),
            Error::ScheduleStale(_) => Self::new(StatusCode::CONFLICT, "stale", message),
            Error::NotIdle(_) => Self::new(StatusCode::CONFLICT, "not_idle", message),
            Error::Act(act) => forbidden(&act),
            Error::Stay(refused) => {
                let (status, code) = not_kept(&refused);
                Self::new(status, code, message)
            }
            Error::Extend(refused) => not_extended(&refused),
            away if away.is_away() => Self::without_database(&away),
            other => Self::internal(&other),
        }
    }
}

/// Why an act may not be done. What was asked for could be mended, or the job is not in a state for it.
fn forbidden(act: &ActError) -> Problem {
    let (status, code) = match act {
        ActError::OutOfRange { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "out_of_range"),
        ActError::NoAnswer { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "no_answer"),
        ActError::NotResumable { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "not_resumable"),
        ActError::Ended { .. } => (StatusCode::CONFLICT, "ended"),
        ActError::NotEnded { .. } => (StatusCode::CONFLICT, "not_ended"),
        ActError::AskedBefore { .. } => (StatusCode::CONFLICT, "asked_before"),
        ActError::OnlyDestroys { .. } => (StatusCode::CONFLICT, "only_destroys"),
        ActError::PaysDebt { .. } => (StatusCode::CONFLICT, "pays_debt"),
        ActError::NothingToLeaveUp { .. } => (StatusCode::CONFLICT, "nothing_to_leave_up"),
        ActError::NothingAsked { .. } => (StatusCode::CONFLICT, "nothing_asked"),
        ActError::NothingToResume { .. } => (StatusCode::CONFLICT, "nothing_to_resume"),
    };
    Problem::new(status, code, act.to_string())
}

/// Why a cluster may not stay for so long.
const fn not_kept(refused: &StayError) -> (StatusCode, &'static str) {
    match refused {
        StayError::OnlyAdmin => (StatusCode::FORBIDDEN, "only_admin"),
        StayError::UpAlready { .. } => (StatusCode::CONFLICT, "up_already"),
        StayError::Length | StayError::Time | StayError::OutOfRange { .. } => {
            (StatusCode::UNPROCESSABLE_ENTITY, "out_of_range")
        }
    }
}

/// Why an auto-destroy time is not moved.
fn not_extended(refused: &ExtendError) -> Problem {
    let (status, code) = match refused {
        ExtendError::OutOfRange(refused) => not_kept(refused),
        ExtendError::Endless { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "no_end"),
        ExtendError::NotOwed { .. } => (StatusCode::CONFLICT, "not_up"),
        ExtendError::TooLate { .. } => (StatusCode::CONFLICT, "too_late"),
        ExtendError::Moved { .. } => (StatusCode::CONFLICT, "moved"),
        ExtendError::NoUndo { .. } => (StatusCode::CONFLICT, "no_undo"),
        ExtendError::KeyReused => (StatusCode::CONFLICT, "idempotency_key_reused"),
    };
    Problem::new(status, code, refused.to_string())
}

/// Leaves the writing to [`show()`], which knows what the caller can read.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
