//! Cancelling a CircleCI pipeline, which has no call of its own: each of its workflows is cancelled.

use domain::run::{ProviderKind, RunRef, RunStatus};
use serde_json::json;
use server::providers::ProviderError;
use simulator::Settings;

use crate::canned::{Canned, on};
use crate::world::{MARKER, PATIENCE, World, circleci_target, providers_at};

fn run() -> RunRef {
    RunRef { provider: ProviderKind::CircleCi, id: "p".into(), number: None, url: String::new() }
}

/// A pipeline with one running workflow that refuses to be cancelled, and reads as `afterwards` then.
async fn stubborn(afterwards: &str) -> Canned {
    let created_at = "2026-01-05T10:00:00Z";
    let workflow =
        |status: &str| json!({ "id": "w", "name": "build", "status": status, "created_at": created_at });
    Canned::start([
        on(
            "GET /circleci/api/v2/pipeline/p",
            200,
            json!({ "id": "p", "number": 1, "state": "created", "created_at": created_at }),
        ),
        on(
            "GET /circleci/api/v2/pipeline/p/workflow",
            200,
            json!({ "items": [workflow("running")], "next_page_token": null }),
        ),
        on("POST /circleci/api/v2/workflow/w/cancel", 400, json!({ "message": "Workflow is not running" })),
        on("GET /circleci/api/v2/workflow/w", 200, workflow(afterwards)),
    ])
    .await
}

#[tokio::test]
async fn all_workflows_of_a_pipeline_are_cancelled() {
    let world = World::with(Settings { page_size: 1, ..Settings::default() }, PATIENCE).await;
    let target = circleci_target("release");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    assert_eq!(world.seen_after(5, &target, &run).await.0, RunStatus::Running);

    world.circleci().cancel(&target, &run).await.unwrap();
    let cancelled = "build-master was cancelled, verify was cancelled";
    assert_eq!(world.seen_after(5, &target, &run).await, (RunStatus::Cancelled, Some(cancelled.into())));
}

#[tokio::test]
async fn a_pipeline_that_ended_is_left_alone() {
    let world = World::new().await;
    let target = circleci_target("release");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    assert_eq!(world.seen_after(500, &target, &run).await.0, RunStatus::Succeeded);
    world.circleci().cancel(&target, &run).await.unwrap();
    assert!(!world.simulator.log().iter().any(|entry| entry.endpoint == Some("cancel")));
}

#[tokio::test]
async fn a_pipeline_without_workflows_cannot_be_cancelled_yet() {
    let world = World::new().await;
    let target = circleci_target("release");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    let error = world.circleci().cancel(&target, &run).await.unwrap_err();
    assert!(matches!(error, ProviderError::Transient { .. }), "{error:?}");
}

#[tokio::test]
async fn a_refused_cancel_is_fine_when_the_workflow_ended_meanwhile() {
    let canned = stubborn("success").await;
    let circleci = providers_at(&canned.url, PATIENCE).circleci.unwrap();
    assert_eq!(circleci.cancel(&circleci_target("release"), &run()).await, Ok(()));
}

#[tokio::test]
async fn a_refused_cancel_is_told_when_the_workflow_goes_on() {
    let canned = stubborn("running").await;
    let circleci = providers_at(&canned.url, PATIENCE).circleci.unwrap();
    let refused = ProviderError::Rejected("CircleCI answered 400: Workflow is not running".into());
    assert_eq!(circleci.cancel(&circleci_target("release"), &run()).await, Err(refused));
}
