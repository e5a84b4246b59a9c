//! Cancelling and restarting a build.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Endpoint, Fault, FaultKind};

use crate::support::{Outside, outside, read};

async fn post(outside: &Outside, build: u64, change: &str) -> (u16, Value) {
    read(outside.travis(Method::POST, &format!("/build/{build}/{change}"))).await
}

#[tokio::test]
async fn a_finished_build_cannot_be_cancelled() {
    let outside = outside().await;
    let build = outside.travis_build("op-1").await;
    outside.wait(197);
    let (status, body) = post(&outside, build, "cancel").await;
    assert_eq!((status, &body["error_type"]), (409, &json!("build_not_cancelable")));
    assert_eq!(body["error_message"], "build is not running, cannot cancel");
    assert_eq!(outside.build_state(build).await, "passed");
}

#[tokio::test]
async fn a_cancel_is_accepted_first_and_takes_effect_later() {
    let outside = outside().await;
    let build = outside.travis_build("op-1").await;
    let (status, body) = post(&outside, build, "cancel").await;
    assert_eq!((status, &body["state_change"]), (202, &json!("cancel")));
    assert_eq!((&body["@type"], &body["build"]["id"]), (&json!("pending"), &json!(build)));
    assert_eq!(outside.build_state(build).await, "created");

    outside.wait(2);
    assert_eq!(outside.build_state(build).await, "canceled");
    assert_eq!(post(&outside, build, "cancel").await.0, 409);
}

#[tokio::test]
async fn a_running_build_cannot_be_restarted() {
    let outside = outside().await;
    let build = outside.travis_build("op-1").await;
    let (status, body) = post(&outside, build, "restart").await;
    assert_eq!((status, &body["error_type"]), (409, &json!("build_already_running")));
}

#[tokio::test]
async fn a_restarted_build_begins_again_under_its_id() {
    let outside = outside().await;
    let build = outside.travis_build("op-1").await;
    post(&outside, build, "cancel").await;
    outside.wait(2);
    assert_eq!(post(&outside, build, "restart").await.0, 202);
    assert_eq!(outside.build_state(build).await, "created");
    outside.wait(197);
    assert_eq!(outside.build_state(build).await, "passed");
}

#[tokio::test]
async fn an_unknown_build_is_not_found() {
    let outside = outside().await;
    assert_eq!(post(&outside, 1, "cancel").await.0, 404);
    assert_eq!(post(&outside, 1, "restart").await.0, 404);
}

#[tokio::test]
async fn a_cancel_may_be_accepted_and_change_nothing() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::TravisCancel, FaultKind::CancelIgnored)).unwrap();
    let build = outside.travis_build("op-1").await;
    assert_eq!(post(&outside, build, "cancel").await.0, 202);
    outside.wait(2);
    assert_ne!(outside.build_state(build).await, "canceled");
    assert_eq!(post(&outside, build, "cancel").await.0, 202);
    outside.wait(2);
    assert_eq!(outside.build_state(build).await, "canceled");
}
