//! CircleCI: what is sent, and how a pipeline is followed to its end.

use std::time::Duration;

use domain::run::{ProviderKind, RunRef, RunStatus};
use serde_json::json;
use server::providers::{Patience, TriggerError};
use simulator::{Endpoint, Fault, FaultKind, Settings};

use crate::canned::{Canned, on};
use crate::world::{MARKER, PATIENCE, World, circleci_target, providers_at};

const TRIGGER: &str = "POST /circleci/api/v2/project/github/rivernews/iriversland2-kubernetes/pipeline";

#[tokio::test]
async fn a_trigger_says_branch_and_parameters_and_shows_the_token_in_a_header() {
    let canned = Canned::start([on(TRIGGER, 201, json!({ "id": "p", "number": 1 }))]).await;
    let providers = providers_at(&canned.url, PATIENCE);
    let mut target = circleci_target("release-cluster");
    target.parameters.insert("kubernetes-cluster-droplet-size".into(), "s-2vcpu-4gb".into());
    providers.circleci.unwrap().trigger(&target, MARKER).await.unwrap();

    let asked = canned.only_request();
    let parameters = json!({ "kubernetes-cluster-droplet-size": "s-2vcpu-4gb" });
    assert_eq!(asked.body, json!({ "branch": "release-cluster", "parameters": parameters }));
    assert_eq!(asked.header("circle-token"), "demo");
    assert_eq!(asked.header("user-agent"), concat!("cluster-head/", env!("CARGO_PKG_VERSION")));
    assert_eq!(asked.header("content-type"), "application/json");
}

#[tokio::test]
async fn the_marker_travels_only_in_the_parameter_that_the_target_names() {
    let canned = Canned::start([on(TRIGGER, 201, json!({ "id": "p", "number": 1 }))]).await;
    let circleci = providers_at(&canned.url, PATIENCE).circleci.unwrap();
    let plain = circleci_target("release");
    let marked = domain::step::CiTarget { marker_parameter: Some("marker".into()), ..plain.clone() };
    circleci.trigger(&plain, MARKER).await.unwrap();
    circleci.trigger(&marked, MARKER).await.unwrap();

    let bodies: Vec<_> = canned.asked().into_iter().map(|asked| asked.body).collect();
    let parameters = json!({ "marker": MARKER });
    assert_eq!(
        bodies,
        [json!({ "branch": "release" }), json!({ "branch": "release", "parameters": parameters })]
    );
}

#[tokio::test]
async fn a_200_means_that_nothing_was_started() {
    let ignored = json!({ "message": "Ignoring pipeline due to CI skip in the commit" });
    let canned = Canned::start([on(TRIGGER, 200, ignored)]).await;
    let circleci = providers_at(&canned.url, PATIENCE).circleci.unwrap();
    let error = circleci.trigger(&circleci_target("release"), MARKER).await.unwrap_err();
    let expected = "CircleCI started nothing: Ignoring pipeline due to CI skip in the commit";
    assert_eq!(error, TriggerError::Rejected(expected.into()));
}

#[tokio::test]
async fn a_2xx_that_no_documentation_knows_may_have_started_something() {
    for (status, body) in [(202, "{}"), (200, "<html>Welcome to the airport</html>"), (201, "{\"id\":")] {
        let canned = Canned::start([on(TRIGGER, status, body)]).await;
        let circleci = providers_at(&canned.url, PATIENCE).circleci.unwrap();
        let error = circleci.trigger(&circleci_target("release"), MARKER).await.unwrap_err();
        assert!(matches!(error, TriggerError::Unknown(_)), "{status}: {error:?}");
    }
}

#[tokio::test]
async fn a_project_that_cannot_be_one_is_refused_before_anything_is_sent() {
    let world = World::new().await;
    let target = domain::step::CiTarget { project: "rivernews/x".into(), ..circleci_target("release") };
    let error = world.circleci().trigger(&target, MARKER).await.unwrap_err();
    assert!(matches!(error, TriggerError::Rejected(_)), "{error:?}");
    assert!(world.simulator.log().is_empty());
}

#[tokio::test]
async fn a_pipeline_is_followed_from_pending_to_its_end() {
    let world = World::new().await;
    let target = circleci_target("release-cluster");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    assert_eq!(run.number.as_deref(), Some("1"));
    assert!(run.url.ends_with("/circleci/app/pipelines/github/rivernews/iriversland2-kubernetes/1"));
    assert_eq!(reqwest::get(&run.url).await.unwrap().status(), 200);

    assert_eq!(world.seen_after(0, &target, &run).await, (RunStatus::Queued, None));
    assert_eq!(world.seen_after(2, &target, &run).await, (RunStatus::Running, None));
    let report = world.look_after(300, &target, &run).await;
    assert_eq!((report.status, report.run), (RunStatus::Succeeded, run));
}

#[tokio::test]
async fn a_pipeline_goes_on_until_its_longest_workflow_ended_on_whatever_page_it_stands() {
    let world = World::with(Settings { page_size: 1, ..Settings::default() }, PATIENCE).await;
    let target = circleci_target("release");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    // By then `verify` has succeeded and `build-master` has not.
    assert_eq!(world.seen_after(90, &target, &run).await.0, RunStatus::Running);
    assert_eq!(world.seen_after(60, &target, &run).await.0, RunStatus::Succeeded);
}

#[tokio::test]
async fn failing_is_no_end_and_the_end_names_the_job() {
    let world = World::new().await;
    world.simulator.fail_next("release").unwrap();
    let target = circleci_target("release");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    let failing = (RunStatus::Running, Some("build-master is failing".into()));
    assert_eq!(world.seen_after(65, &target, &run).await, failing);
    let failed = (RunStatus::Failed, Some("build-master failed at apply".into()));
    assert_eq!(world.seen_after(60, &target, &run).await, failed);
}

#[tokio::test]
async fn a_job_that_cannot_be_asked_for_takes_nothing_from_the_end() {
    let world = World::new().await;
    world.simulator.fail_next("release").unwrap();
    world.simulator.inject(Fault::on(Endpoint::CircleciJobs, FaultKind::Status500).every()).unwrap();
    let target = circleci_target("release");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    let failed = (RunStatus::Failed, Some("build-master failed".into()));
    assert_eq!(world.seen_after(200, &target, &run).await, failed);
}

#[tokio::test]
async fn an_undeclared_parameter_ends_the_pipeline_with_its_reason() {
    let world = World::new().await;
    let mut target = circleci_target("release");
    target.parameters.insert("colour".into(), "red".into());
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    let errored = (RunStatus::Errored, Some("pipeline errored: Unexpected argument(s): colour".into()));
    assert_eq!(world.seen_after(5, &target, &run).await, errored);
}

#[tokio::test]
async fn a_pipeline_in_which_nothing_starts_is_skipped_after_its_grace() {
    for (grace, expected) in
        [(Duration::from_secs(120), RunStatus::Queued), (Duration::ZERO, RunStatus::Skipped)]
    {
        let patience = Patience { start: grace, ..PATIENCE };
        let never = Fault::on(Endpoint::CircleciTrigger, FaultKind::NeverStarts);
        let world = World::struck_by(never, patience).await;
        let target = circleci_target("release");
        let run = world.circleci().trigger(&target, MARKER).await.unwrap();
        // Until the pipeline is `created`.
        world.simulator.advance(Duration::from_secs(2));
        assert_eq!(world.look_after(0, &target, &run).await.status, expected);
    }
}

#[tokio::test]
async fn how_old_a_pipeline_is_says_the_clock_of_the_one_who_shows_it() {
    // Ours is far ahead.
    let pipeline =
        json!({ "id": "p", "number": 1, "state": "created", "created_at": "2026-01-05T10:00:00Z" });
    let shown = on("GET /circleci/api/v2/pipeline/p", 200, pipeline);
    let canned = Canned::start([
        shown.header("date", "Mon, 05 Jan 2026 10:00:30 GMT"),
        on("GET /circleci/api/v2/pipeline/p/workflow", 200, json!({ "items": [], "next_page_token": null })),
    ])
    .await;
    let providers = providers_at(&canned.url, PATIENCE);
    let run = RunRef { provider: ProviderKind::CircleCi, id: "p".into(), number: None, url: String::new() };
    let report = providers.ci(ProviderKind::CircleCi).unwrap().look(&circleci_target("release"), &run).await;
    assert_eq!(report.unwrap().status, RunStatus::Queued);
}

#[tokio::test]
async fn a_status_never_seen_before_is_told_and_is_no_end() {
    let world =
        World::struck_by(Fault::on(Endpoint::CircleciWorkflows, FaultKind::UnknownStatus), PATIENCE).await;
    let target = circleci_target("release-cluster");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    let (status, detail) = world.seen_after(10, &target, &run).await;
    assert_eq!(status, RunStatus::Unknown);
    assert!(detail.unwrap().contains("build-master \"hibernating\""));
}
