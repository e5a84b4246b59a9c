//! How pipelines go by themselves: when workflows appear, what they pass through and how they end.

use serde_json::json;
use simulator::{Endpoint, Fault, FaultKind, Settings};

use crate::support::{outside, outside_with, text};

#[tokio::test]
async fn workflows_appear_a_little_after_the_receipt() {
    let outside = outside().await;
    let pipeline = outside.pipeline("release-cluster").await;
    assert!(outside.workflows(&pipeline).await.is_empty());
    assert_eq!(outside.sim.effective_runs()[0].state, "pending");

    outside.wait(2);
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master running"]);
    assert_eq!(outside.circleci_get(&format!("/pipeline/{pipeline}")).await["state"], "created");
}

#[tokio::test]
async fn each_branch_takes_its_time() {
    let durations = [
        ("release-cluster", 300),
        ("release", 120),
        ("destroy-release", 90),
        ("destroy-cluster", 110),
        ("main", 60),
    ];
    for (branch, seconds) in durations {
        let outside = outside().await;
        outside.pipeline(branch).await;
        outside.wait(2 + seconds - 1);
        assert_eq!(outside.sim.effective_runs()[0].state, "running", "{branch}");
        outside.wait(1);
        assert_eq!(outside.sim.effective_runs()[0].state, "success", "{branch}");
    }
}

#[tokio::test]
async fn a_finished_workflow_says_when_it_stopped() {
    let outside = outside().await;
    let pipeline = outside.pipeline("destroy-release").await;
    outside.wait(2);
    assert_eq!(outside.workflows(&pipeline).await[0]["stopped_at"], json!(null));
    outside.wait(90);
    let workflow = &outside.workflows(&pipeline).await[0];
    assert!(text(&workflow["stopped_at"]) > text(&workflow["created_at"]));
}

#[tokio::test]
async fn a_release_has_two_workflows_and_the_first_one_listed_does_not_decide() {
    let outside = outside().await;
    let pipeline = outside.pipeline("release").await;
    outside.wait(2 + 60);
    assert_eq!(outside.workflow_states(&pipeline).await, ["verify success", "build-master running"]);
    assert_eq!(outside.sim.effective_runs()[0].state, "running");
}

#[tokio::test]
async fn a_failing_run_is_failing_before_it_has_failed() {
    let outside = outside().await;
    outside.sim.fail_next("release").unwrap();
    let pipeline = outside.pipeline("release").await;
    outside.wait(2 + 60);
    assert_eq!(outside.workflow_states(&pipeline).await, ["verify success", "build-master failing"]);
    outside.wait(12);
    assert_eq!(outside.workflow_states(&pipeline).await, ["verify success", "build-master failed"]);
    assert_eq!(outside.sim.effective_runs()[0].state, "failed");
}

#[tokio::test]
async fn a_failing_workflow_has_a_failed_job_beside_one_that_still_runs() {
    let outside = outside().await;
    outside.sim.fail_next("destroy-cluster").unwrap();
    let pipeline = outside.pipeline("destroy-cluster").await;
    outside.wait(2 + 60);
    let workflow = text(&outside.workflows(&pipeline).await[0]["id"]);
    let jobs = outside.circleci_get(&format!("/workflow/{workflow}/job")).await;
    let states: Vec<_> = jobs["items"].as_array().unwrap().iter().map(|job| text(&job["status"])).collect();
    assert_eq!(states, ["running", "failed"]);
}

#[tokio::test]
async fn a_run_that_never_starts_is_accepted_and_has_no_workflow() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::NeverStarts)).unwrap();
    let pipeline = outside.pipeline("release").await;
    outside.wait(3600);
    assert!(outside.workflows(&pipeline).await.is_empty());
    assert_eq!(outside.circleci_get(&format!("/pipeline/{pipeline}")).await["state"], "created");
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn a_run_that_hangs_runs_until_it_is_cancelled() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::RunHangs)).unwrap();
    let pipeline = outside.pipeline("release-cluster").await;
    outside.wait(100_000);
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master running"]);
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_shown_for_three_reads() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::UnknownStatus)).unwrap();
    let pipeline = outside.pipeline("release-cluster").await;
    outside.wait(2);
    for _ in 0..3 {
        assert_eq!(outside.workflow_states(&pipeline).await, ["build-master hibernating"]);
    }
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master running"]);
}

#[tokio::test]
async fn an_unknown_status_can_also_begin_with_a_read() {
    let outside = outside().await;
    let pipeline = outside.pipeline("release-cluster").await;
    outside.wait(2);
    outside.sim.inject(Fault::on(Endpoint::CircleciWorkflows, FaultKind::UnknownStatus).nth(2)).unwrap();
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master running"]);
    assert_eq!(outside.workflow_states(&pipeline).await, ["build-master hibernating"]);
}

/// The one test whose clock moves by itself.
#[tokio::test]
async fn time_passes_at_the_speed_that_was_asked_for() {
    let outside = outside_with(Settings::default()).await;
    let fast =
        simulator::Simulator::start(Settings { speed: 100_000.0, ..Settings::default() }).await.unwrap();
    let url = format!("{}/project/gh/acme/shop/pipeline", fast.circleci_url());
    outside.http.post(url).header("Circle-Token", "t").send().await.unwrap();
    let created = fast.effective_runs()[0].created_at;
    while fast.effective_runs()[0].state != "success" {
        tokio::task::yield_now().await;
    }
    let lasted = fast.effective_runs()[0].ended_at.unwrap() - created;
    assert!(lasted < chrono::TimeDelta::seconds(1), "dates stay with the wall clock, not {lasted}");
}
