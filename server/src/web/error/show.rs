//! Writes problems down in the shape that the caller can read.

use axum::Json;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::{Problem, page};
use crate::web::caller::Caller;
use crate::web::request_id;

pub async fn show(request: Request, next: Next) -> Response {
    let caller = Caller::of(request.uri(), request.headers());
    let request_id = request_id::of(request.extensions());
    let response = next.run(request).await;
    let Some(problem) = problem_in(&response) else { return response };
    let mut written = write(&Problem { request_id, ..problem }, caller);
    for name in [ALLOW, RETRY_AFTER, WWW_AUTHENTICATE] {
        if let Some(value) = response.headers().get(&name) {
            written.headers_mut().insert(name, value.clone());
        }
    }
    written
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

fn write(problem: &Problem, caller: Caller) -> Response {
    let status = problem.status;
    let mut response = match caller {
        Caller::ApiClient => (status, Json(serde_json::json!({ "error": problem }))).into_response(),
        Caller::Browser => (status, Html(page::html(problem))).into_response(),
        Caller::Other => (status, line(problem)).into_response(),
    };
    if let Some(seconds) = problem.retry_after_seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn line(problem: &Problem) -> String {
    match problem.known.as_slice() {
        [] => format!("{}\n", problem.message),
        known => format!("{} Known: {}.\n", problem.message, known.join(", ")),
    }
}
