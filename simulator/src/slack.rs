//! Slack's incoming webhook as a sink: it takes messages and keeps them ("Sending messages using incoming webhooks").

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::post;
use serde::Serialize;
use serde_json::Value;

use crate::clock::Moment;
use crate::exchange::endpoint;
use crate::outside::Outside;
use crate::service::{Endpoint, Refusal};
use crate::slack_blocks;

/// A message that was taken.
pub(crate) struct Message {
    pub at: Moment,
    pub text: String,
    pub body: Value,
}

/// A message as `GET /_slack` shows it.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    at: String,
    text: &'a str,
    body: &'a Value,
}

impl Message {
    pub fn shown(&self, outside: &Outside) -> Shown<'_> {
        Shown { at: outside.stamp(self.at), text: &self.text, body: &self.body }
    }
}

pub(crate) fn routes(outside: &Outside) -> Router<Outside> {
    Router::new().route("/services/{team}/{bot}/{secret}", endpoint(outside, Endpoint::SlackPost, post(take)))
}

/// Slack words its errors in plain text. `ratelimited` is its Web API's word; the webhook's own is not documented.
pub(crate) fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::NotFound => (StatusCode::NOT_FOUND, "no_service").into_response(),
        Refusal::ServerError => (StatusCode::INTERNAL_SERVER_ERROR, "rollup_error").into_response(),
        Refusal::RateLimited { retry_after: Some(seconds) } => {
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", seconds.to_string())], "ratelimited")
                .into_response()
        }
        Refusal::RateLimited { retry_after: None } => {
            (StatusCode::TOO_MANY_REQUESTS, "ratelimited").into_response()
        }
        Refusal::Forbidden => (StatusCode::FORBIDDEN, "action_prohibited").into_response(),
        Refusal::Unauthorized => (StatusCode::FORBIDDEN, "invalid_token").into_response(),
    }
}

async fn take(State(outside): State<Outside>, body: Bytes) -> Response {
    let Ok(body @ Value::Object(_)) = serde_json::from_slice::<Value>(&body) else {
        return (StatusCode::BAD_REQUEST, "invalid_payload").into_response();
    };
    let text = match body["text"].as_str() {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => return (StatusCode::BAD_REQUEST, "no_text").into_response(),
    };
    if !slack_blocks::are_valid(&body["blocks"]) {
        return (StatusCode::BAD_REQUEST, "invalid_blocks").into_response();
    }
    let at = outside.now();
    outside.memory().slack.push(Message { at, text, body });
    Html("ok").into_response()
}
