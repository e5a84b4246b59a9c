//! What no real service has: looking behind the scenes, and breaking things (`/_log`, `/_runs`, `/_judge`, `/_world`, `/_slack`,
//! `/_strangers`, `/_hooks`, `/_facts`, `/_faults`, `/_advance`, `/_reset`).

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fault_form;
use crate::hooks::Receiver;
use crate::outside::Outside;
use crate::testimony::Fact;

pub(crate) fn routes() -> Router<Outside> {
    Router::new()
        .route("/_log", get(log))
        .route("/_runs", get(runs))
        .route("/_judge", get(judge))
        .route("/_world", get(world))
        .route("/_slack", get(slack))
        .route("/_strangers", post(add_stranger))
        .route("/_hooks", post(send_hooks))
        .route("/_facts", post(testify).get(facts).delete(forget_facts))
        .route("/_faults", post(inject).get(faults).delete(clear))
        .route("/_advance", post(advance))
        .route("/_reset", post(reset))
}

fn items<T: Serialize>(items: T) -> Response {
    Json(json!({ "items": items })).into_response()
}

async fn log(State(outside): State<Outside>) -> Response {
    Json(&outside.memory().log).into_response()
}

async fn runs(State(outside): State<Outside>) -> Response {
    items(outside.effective_runs())
}

async fn judge(State(outside): State<Outside>) -> Response {
    Json(outside.judge()).into_response()
}

async fn world(State(outside): State<Outside>) -> Response {
    Json(outside.stacks()).into_response()
}

async fn slack(State(outside): State<Outside>) -> Response {
    let memory = outside.memory();
    let messages: Vec<_> = memory.slack.iter().map(|message| message.shown(&outside)).collect();
    items(messages)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrangerForm {
    name: String,
}

async fn add_stranger(State(outside): State<Outside>, body: Bytes) -> Response {
    let name = match serde_json::from_slice::<StrangerForm>(&body) {
        Ok(form) if form.name.is_empty() => return refused("a cluster has a name", &[]),
        Ok(form) => form.name,
        Err(error) => return refused(&error.to_string(), &[]),
    };
    let now = outside.now();
    let mut memory = outside.memory();
    let stranger = memory.digitalocean.add_stranger(name, now);
    (StatusCode::CREATED, Json(json!({ "id": stranger.origin, "name": stranger.name }))).into_response()
}

async fn send_hooks(State(outside): State<Outside>, body: Bytes) -> Response {
    match serde_json::from_slice::<Receiver>(&body) {
        Ok(receiver) => {
            outside.send_hooks_to(receiver);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => refused(&error.to_string(), &[]),
    }
}

/// What a witness saw, as `[{"fact": "wanted", "clusters": 1}]`.
async fn testify(State(outside): State<Outside>, body: Bytes) -> Response {
    match serde_json::from_slice::<Vec<Fact>>(&body) {
        Ok(facts) => match outside.memory().testimony.hear(facts) {
            Ok(()) => StatusCode::NO_CONTENT.into_response(),
            Err(error) => refused(&error.to_string(), &[]),
        },
        Err(error) => refused(&error.to_string(), &[]),
    }
}

async fn facts(State(outside): State<Outside>) -> Response {
    items(outside.memory().testimony.facts())
}

async fn forget_facts(State(outside): State<Outside>) -> StatusCode {
    outside.memory().testimony.forget();
    StatusCode::NO_CONTENT
}

async fn inject(State(outside): State<Outside>, body: Bytes) -> Response {
    let fault = match fault_form::read(&body) {
        Ok(fault) => fault,
        Err(unreadable) => return refused(&unreadable.error, &unreadable.known),
    };
    match outside.inject(fault) {
        Ok(injected) => (StatusCode::CREATED, Json(injected)).into_response(),
        Err(error) => refused(&error.to_string(), &[]),
    }
}

fn refused(error: &str, known: &[&str]) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": error, "known": known }))).into_response()
}

async fn faults(State(outside): State<Outside>) -> Response {
    items(outside.memory().faults.list())
}

async fn clear(State(outside): State<Outside>) -> StatusCode {
    outside.memory().faults.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvanceForm {
    /// Of simulated time.
    seconds: u32,
}

async fn advance(State(outside): State<Outside>, body: Bytes) -> Response {
    match serde_json::from_slice::<AdvanceForm>(&body) {
        Ok(form) => {
            outside.clock().advance(Duration::from_secs(form.seconds.into()));
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => refused(&error.to_string(), &[]),
    }
}

async fn reset(State(outside): State<Outside>) -> StatusCode {
    outside.reset();
    StatusCode::NO_CONTENT
}
