//! Cancelling and rerunning workflows.

use reqwest::Method;
use serde_json::json;
use simulator::{Endpoint, Fault, FaultKind};

use crate::support::{Outside, SLUG, outside, read, text};

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

#[tokio::test]
async fn a_cancel_may_be_accepted_and_change_nothing() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciCancel, FaultKind::CancelIgnored)).unwrap();
    let (pipeline, workflow) = running_workflow(&outside, "release-cluster").await;
    assert_eq!(post(&outside, format!("/workflow/{workflow}/cancel")).await, 202);
    outside.wait(10);
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master running"]);
    assert_eq!(outside.workflows(&pipeline).await[0].get("canceled_by"), None);
    assert_eq!(post(&outside, format!("/workflow/{workflow}/cancel")).await, 202);
    outside.wait(2);
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master canceled"]);
}

#[tokio::test]
async fn a_run_may_heed_no_cancel_at_all_or_only_slowly() {
    let outside = outside().await;
    let on_branch = |kind, branch| Fault::on(Endpoint::CircleciTrigger, kind).branch(branch);
    outside.sim.inject(on_branch(FaultKind::CancelIgnored, "release-cluster")).unwrap();
    outside.sim.inject(on_branch(FaultKind::CancelSlow, "destroy-cluster").seconds(30.0)).unwrap();
    let (deaf, deaf_workflow) = running_workflow(&outside, "release-cluster").await;
    let (slow, slow_workflow) = running_workflow(&outside, "destroy-cluster").await;
    for _ in 0..3 {
        post(&outside, format!("/workflow/{deaf_workflow}/cancel")).await;
    }
    post(&outside, format!("/workflow/{slow_workflow}/cancel")).await;
    outside.wait(29);
    assert_eq!(outside.workflow_states(&slow).await, ["build-master running"]);
    outside.wait(1);
    assert_eq!(outside.workflow_states(&slow).await, ["build-master canceled"]);
    assert_eq!(outside.workflow_states(&deaf).await, ["build-master running"]);
}

#[tokio::test]
async fn a_pipeline_names_the_user_whose_token_started_it() {
    let outside = outside().await;
    let url = format!("{}/project/{SLUG}/pipeline", outside.sim.circleci_url());
    let theirs = outside.http.post(url).header("Circle-Token", "token-of-anna");
    assert_eq!(read(theirs.json(&json!({ "branch": "main" }))).await.0, 201);
    outside.pipeline("main").await;
    let list = outside.circleci_get(&format!("/project/{SLUG}/pipeline")).await;
    let actor = |place: usize| text(&list["items"][place]["trigger"]["actor"]["login"]);
    let me = outside.circleci_get("/me").await;
    assert_eq!([actor(0), actor(1)], [text(&me["login"]), "anna".to_owned()]);
}
