//! What a person or a program is told when something did not work, in the one shape that they can read.
//!
//! A handler answers with a [`Problem`]; [`show`] writes it down as a page, as JSON or as a line of text, and gives
//! the same shape to what axum and its layers refuse by themselves. Nothing from inside the service is ever in it:
//! the cause goes to the log, where the request id finds it.

mod page;

use std::fmt::Display;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

use super::request_id;

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
            Error::Stale { .. } => Self::new(StatusCode::CONFLICT, "stale", message),
            Error::KeyReused { .. } => Self::new(StatusCode::CONFLICT, "idempotency_key_reused", message),
            Error::UnknownCluster(_) => Self::not_found(message),
            other => Self::internal(&other),
        }
    }
}

/// Leaves the writing to [`show`], which knows what the caller can read.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes problems down for the caller.
pub async fn show(request: Request, next: Next) -> Response {
    let reader = Reader::of(&request);
    let id = request_id::of(request.extensions());
    let response = next.run(request).await;
    match problem_in(&response) {
        Some(problem) => reader.write(Problem { request_id: id, ..problem }, response.headers()),
        None => response,
    }
}

/// A page or a JSON that somebody wrote is left as it is.
fn problem_in(response: &Response) -> Option<Problem> {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_written = kind.starts_with("text/html") || kind.starts_with("application/json");
    (is_error && !is_written).then(|| Problem::of_status(response.status()))
}

/// What the caller can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Browser,
    ApiClient,
    Other,
}

impl Reader {
    fn of(request: &Request) -> Self {
        let accept =
            request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        if request.uri().path().starts_with("/api/") {
            Self::ApiClient
        } else if accept.contains("text/html") {
            Self::Browser
        } else {
            Self::Other
        }
    }

    fn write(self, problem: Problem, from: &HeaderMap) -> Response {
        let status = problem.status;
        let retry_after = problem.retry_after_seconds;
        let mut response = match self {
            Self::Browser => (status, Html(page::html(&problem))).into_response(),
            Self::ApiClient => (status, Json(serde_json::json!({ "error": problem }))).into_response(),
            Self::Other => (status, format!("{}\n", problem.message)).into_response(),
        };
        let headers = response.headers_mut();
        for name in [axum::http::header::ALLOW, WWW_AUTHENTICATE] {
            if let Some(value) = from.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
