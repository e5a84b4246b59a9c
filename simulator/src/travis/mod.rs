//! Travis CI API v3, as far as somebody reaches who requests, lists, reads, cancels and restarts builds. An accepted
//! request is `pending` here too: it is decided later, and only then is there a build, if it was approved.

mod change;
mod gate;
mod parameters;
mod read;
mod repository;
mod request;
mod requests;
mod show;
mod trigger;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use serde_json::{Value, json};

pub(crate) use requests::Requests;

use crate::exchange::endpoint;
use crate::outside::Outside;
use crate::service::{Endpoint, Refusal};

pub(crate) fn routes(outside: &Outside) -> Router<Outside> {
    Router::new()
        .merge(api(outside))
        .nest("/v3", api(outside))
        .route("/app/{slug}/builds/{id}", endpoint(outside, Endpoint::TravisPage, get(read::web_page)))
        .route(
            "/app/{owner}/{name}/builds/{id}",
            endpoint(outside, Endpoint::TravisPage, get(read::web_page)),
        )
        .route(
            "/app/{owner}/{name}/requests",
            endpoint(outside, Endpoint::TravisPage, get(read::requests_page)),
        )
}

fn api(outside: &Outside) -> Router<Outside> {
    let gated = |at, methods: MethodRouter<Outside>| {
        endpoint(outside, at, methods.layer(from_fn_with_state(outside.clone(), gate::check)))
    };
    let repository = || {
        Router::new()
            .route("/requests", gated(Endpoint::TravisTrigger, post(trigger::create)))
            .route("/requests", gated(Endpoint::TravisRequests, get(read::requests)))
            .route("/request/{id}", gated(Endpoint::TravisRequest, get(read::request)))
            .route("/request/{id}/messages", gated(Endpoint::TravisMessages, get(read::messages)))
            .route("/builds", gated(Endpoint::TravisBuilds, get(read::builds)))
    };
    Router::new()
        .nest("/repo/{slug}", repository())
        .nest("/repo/{provider}/{slug}", repository())
        .route("/build/{id}", gated(Endpoint::TravisBuild, get(read::build)))
        .route("/build/{id}/jobs", gated(Endpoint::TravisJobs, get(read::jobs)))
        .route("/build/{id}/cancel", gated(Endpoint::TravisCancel, post(change::cancel)))
        .route("/build/{id}/restart", gated(Endpoint::TravisRestart, post(change::restart)))
}

/// The refusals of the layers in front of the API, which do not speak JSON: a token that does not exist is `access
/// denied`, a throttled caller is told `Retry later`. There is no 401.
pub(crate) fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::NotFound => (StatusCode::NOT_FOUND, "not found").into_response(),
        Refusal::ServerError => {
            error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "server error", json!({}))
        }
        Refusal::Unauthorized => (StatusCode::FORBIDDEN, "access denied").into_response(),
        Refusal::Forbidden => error(StatusCode::FORBIDDEN, "insufficient_access", "forbidden", json!({})),
        Refusal::RateLimited { retry_after: Some(seconds) } => {
            let retry_after = [(header::RETRY_AFTER, seconds.to_string())];
            (StatusCode::TOO_MANY_REQUESTS, retry_after, "Retry later").into_response()
        }
        Refusal::RateLimited { retry_after: None } => {
            (StatusCode::TOO_MANY_REQUESTS, "Retry later").into_response()
        }
    }
}

/// `more` are the keys beside type and text: what was not found, which permission is missing, the limits.
fn error(status: StatusCode, error_type: &str, text: &str, more: Value) -> Response {
    let mut body = json!({ "@type": "error", "error_type": error_type, "error_message": text });
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    json_answer(status, &body)
}

fn not_found(what: &str) -> Response {
    let text = format!("{what} not found (or insufficient access)");
    error(StatusCode::NOT_FOUND, "not_found", &text, json!({ "resource_type": what }))
}

/// Travis indents its answers.
fn json_answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], format!("{body:#}")).into_response()
}
