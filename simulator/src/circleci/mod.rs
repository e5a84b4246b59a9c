//! CircleCI API v2, as far as somebody reaches who triggers, lists, reads, cancels, reruns and plants schedules. An accepted trigger
//! promises nothing here either: the pipeline is `pending`, its workflows appear later, and the outcome is theirs.

mod auth;
mod change;
mod page;
mod pipeline;
mod pipelines;
mod plant;
mod read;
mod schedules;
mod show;
mod slug;
mod timetable;
mod trigger;
mod workflow;

use axum::Json;
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, patch, post};
use serde_json::json;

pub(crate) use pipelines::Pipelines;
pub(crate) use schedules::Schedules;

use crate::exchange::endpoint;
use crate::outside::{Memory, Outside};
use crate::service::{Endpoint, Refusal};
use crate::twist::Twist;

pub(crate) fn routes(outside: &Outside) -> Router<Outside> {
    let open = |at, methods: MethodRouter<Outside>| endpoint(outside, at, methods);
    let with_token = |at, methods: MethodRouter<Outside>| {
        endpoint(outside, at, methods.layer(from_fn_with_state(outside.clone(), auth::require_token)))
    };
    // On these routes the slashes of a project slug may be sent raw or as %2F.
    let project = || {
        Router::new()
            .route("/", with_token(Endpoint::CircleciProject, get(read::project)))
            .route("/pipeline", with_token(Endpoint::CircleciTrigger, post(trigger::old_form)))
            .route("/pipeline", with_token(Endpoint::CircleciPipelines, get(read::pipelines)))
            .route("/pipeline/mine", with_token(Endpoint::CircleciPipelines, get(read::pipelines)))
            .route("/pipeline/{number}", with_token(Endpoint::CircleciPipeline, get(read::numbered_pipeline)))
            .route("/schedule", with_token(Endpoint::CircleciSchedules, get(plant::list)))
            .route("/schedule", with_token(Endpoint::CircleciPlant, post(plant::plant)))
    };
    Router::new()
        .nest("/api/v2/project/{slug}", project())
        .nest("/api/v2/project/{vcs}/{organization}/{name}", project())
        .route(
            "/api/v2/project/{vcs}/{organization}/{name}/pipeline/run",
            with_token(Endpoint::CircleciTrigger, post(trigger::new_form)),
        )
        .route("/api/v2/pipeline/{id}", with_token(Endpoint::CircleciPipeline, get(read::pipeline)))
        .route(
            "/api/v2/pipeline/{id}/workflow",
            with_token(Endpoint::CircleciWorkflows, get(read::workflows)),
        )
        .route("/api/v2/workflow/{id}", with_token(Endpoint::CircleciWorkflow, get(read::workflow)))
        .route("/api/v2/workflow/{id}/job", with_token(Endpoint::CircleciJobs, get(read::jobs)))
        .route("/api/v2/workflow/{id}/cancel", with_token(Endpoint::CircleciCancel, post(change::cancel)))
        .route("/api/v2/workflow/{id}/rerun", with_token(Endpoint::CircleciRerun, post(change::rerun)))
        .route("/api/v2/schedule/{id}", with_token(Endpoint::CircleciSchedule, get(plant::show_one)))
        .route("/api/v2/schedule/{id}", with_token(Endpoint::CircleciMove, patch(plant::shift)))
        .route("/api/v2/schedule/{id}", with_token(Endpoint::CircleciRemove, delete(plant::remove)))
        .route("/api/v2/me", with_token(Endpoint::CircleciMe, get(read::me)))
        .route(
            "/app/pipelines/{vcs}/{organization}/{name}/{number}",
            open(Endpoint::CircleciPage, get(read::web_page)),
        )
}

/// Begins the pipelines whose schedules have come due since the last look.
pub(crate) fn fire_schedules(memory: &mut Memory, outside: &Outside) {
    for due in memory.circleci_schedules.due(outside.date(outside.now())) {
        let strikes = memory.faults.strike(Endpoint::CircleciScheduledRun, due.target.branch());
        let twist = Twist::of(&strikes, outside.clock());
        memory.circleci.fire(due, twist, outside);
    }
}

/// Errors are always `{"message": …}`, and their texts are no contract.
pub(crate) fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::NotFound => message(StatusCode::NOT_FOUND, "Not found"),
        Refusal::ServerError => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
        Refusal::Unauthorized => message(StatusCode::UNAUTHORIZED, "Invalid token provided."),
        Refusal::Forbidden => message(StatusCode::FORBIDDEN, "Permission denied."),
        Refusal::RateLimited { retry_after } => {
            let mut answer = message(StatusCode::TOO_MANY_REQUESTS, "Too many requests.");
            if let Some(seconds) = retry_after {
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            answer
        }
    }
}

fn message(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "message": text }))).into_response()
}

fn not_found(what: &str) -> Response {
    message(StatusCode::NOT_FOUND, &format!("{what} not found"))
}
