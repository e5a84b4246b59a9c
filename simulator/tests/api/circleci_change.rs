//! Cancelling and rerunning workflows.

use reqwest::Method;
use serde_json::json;

use crate::support::{Outside, outside, read, text};

async fn running_workflow(outside: &Outside, branch: &str) -> (String, String) {
    let pipeline = outside.pipeline(branch).await;
    outside.wait(2);
    let workflow = text(&outside.workflows(&pipeline).await[0]["id"]);
    (pipeline, workflow)
}

async fn post(outside: &Outside, path: String) -> u16 {
    read(outside.circleci(Method::POST, &path)).await.0
}

#[tokio::test]
async fn an_unknown_workflow_can_be_neither_cancelled_nor_rerun() {
    let outside = outside().await;
    let unknown = "/workflow/fda08377-fe7e-46b1-8992-3a7aaecac9c3";
    assert_eq!(post(&outside, format!("{unknown}/cancel")).await, 404);
    assert_eq!(post(&outside, format!("{unknown}/rerun")).await, 404);
}

#[tokio::test]
async fn a_cancel_is_accepted_first_and_takes_effect_later() {
    let outside = outside().await;
    let (pipeline, workflow) = running_workflow(&outside, "release-cluster").await;
    let cancel = outside.circleci(Method::POST, &format!("/workflow/{workflow}/cancel"));
    assert_eq!(read(cancel).await, (202, json!({ "message": "Accepted." })));
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master running"]);

    outside.wait(2);
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master canceled"]);
    let canceled = &outside.workflows(&pipeline).await[0];
    assert!(canceled["stopped_at"].is_string() && canceled["canceled_by"].is_string(), "{canceled}");
}

#[tokio::test]
async fn jobs_are_cancelled_with_their_workflow() {
    let outside = outside().await;
    let (_, workflow) = running_workflow(&outside, "release-cluster").await;
    post(&outside, format!("/workflow/{workflow}/cancel")).await;
    outside.wait(2);
    let jobs = outside.circleci_get(&format!("/workflow/{workflow}/job")).await;
    let states: Vec<_> = jobs["items"].as_array().unwrap().iter().map(|job| text(&job["status"])).collect();
    assert_eq!(states, ["canceled", "canceled"]);
}

#[tokio::test]
async fn a_finished_workflow_stays_as_it_is_when_it_is_cancelled() {
    let outside = outside().await;
    let (pipeline, workflow) = running_workflow(&outside, "main").await;
    outside.wait(60);
    assert_eq!(post(&outside, format!("/workflow/{workflow}/cancel")).await, 202);
    outside.wait(10);
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master success"]);
}

#[tokio::test]
async fn a_rerun_is_a_new_workflow_of_the_same_name_in_the_same_pipeline() {
    let outside = outside().await;
    outside.sim.fail_next("destroy-cluster").unwrap();
    let (pipeline, workflow) = running_workflow(&outside, "destroy-cluster").await;
    outside.wait(110);
    let rerun = outside.circleci(Method::POST, &format!("/workflow/{workflow}/rerun"));
    let (status, body) = read(rerun.json(&json!({ "from_failed": true }))).await;
    assert_eq!(status, 202);
    assert_ne!(text(&body["workflow_id"]), workflow);

    let newest_first = ["build-master running", "build-master failed"];
    assert_eq!(outside.workflow_states(&pipeline).await, newest_first);
    outside.wait(110);
    assert_eq!(outside.sim.effective_runs()[0].state, "success", "the newest per name decides");
}

#[tokio::test]
async fn a_rerun_that_contradicts_itself_is_refused() {
    let outside = outside().await;
    let (pipeline, workflow) = running_workflow(&outside, "main").await;
    let bodies =
        [json!({ "from_failed": true, "jobs": [workflow] }), json!({ "enable_ssh": true }), json!("all")];
    for body in bodies {
        let rerun = outside.circleci(Method::POST, &format!("/workflow/{workflow}/rerun")).json(&body);
        assert_eq!(read(rerun).await.0, 400, "{body}");
    }
    assert_eq!(outside.workflows(&pipeline).await.len(), 1);
}
