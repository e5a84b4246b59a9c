//! Cancelling and rerunning a workflow ("CircleCI API v2, workflows").

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::pipelines::USER;
use super::{message, not_found};
use crate::outside::Outside;
use crate::twist::Twist;

#[derive(Default, Deserialize)]
struct Rerun {
    #[serde(default)]
    from_failed: bool,
    jobs: Option<Vec<Uuid>>,
    #[serde(default)]
    enable_ssh: bool,
    #[serde(default)]
    sparse_tree: bool,
}

/// Accepted, and `canceled` a little later. A finished workflow stays as it is; what the real one answers then is
/// not documented.
pub(super) async fn cancel(
    State(outside): State<Outside>,
    Path(id): Path<String>,
    Extension(twist): Extension<Twist>,
) -> Response {
    let now = outside.now();
    match outside.memory().circleci.holding(&id, now) {
        Some((pipeline, place)) => {
            pipeline.workflows[place].cancel(now, USER, twist.obedience);
            message(StatusCode::ACCEPTED, "Accepted.")
        }
        None => not_found("Workflow"),
    }
}

/// Makes a new workflow with the same name in the same pipeline.
pub(super) async fn rerun(State(outside): State<Outside>, Path(id): Path<String>, body: Bytes) -> Response {
    let body = if body.is_empty() { Ok(Rerun::default()) } else { serde_json::from_slice(&body) };
    let Ok(rerun) = body else {
        return message(StatusCode::BAD_REQUEST, "The body cannot be read");
    };
    if rerun.from_failed && rerun.jobs.is_some() {
        return message(StatusCode::BAD_REQUEST, "from_failed and jobs exclude each other");
    }
    if (rerun.enable_ssh || rerun.sparse_tree) && rerun.jobs.is_none() {
        return message(StatusCode::BAD_REQUEST, "enable_ssh and sparse_tree need jobs");
    }

    let rerun = outside.memory().circleci.rerun(&id, outside.now());
    match rerun {
        Some(id) => (StatusCode::ACCEPTED, Json(json!({ "workflow_id": id }))).into_response(),
        None => not_found("Workflow"),
    }
}
