//! Runs that lists show late, that vanish, and that nobody hears of.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Cluster, Endpoint, Fault, FaultKind, Settings, Simulator};

use crate::support::{Outside, REPOSITORY, SLUG, outside, read, text};

async fn pipelines(outside: &Outside) -> Vec<Value> {
    let page = outside.circleci_get(&format!("/project/{SLUG}/pipeline")).await;
    page["items"].as_array().unwrap().clone()
}

async fn travis_count(outside: &Outside, list: &str) -> usize {
    let page = outside.travis_get(&format!("/repo/{REPOSITORY}/{list}")).await;
    page[list].as_array().unwrap().len()
}

#[tokio::test]
async fn a_pipeline_can_be_there_before_a_list_shows_it() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::ListsLate)).unwrap();
    let late = outside.pipeline("release").await;
    outside.wait(19);
    assert_eq!(pipelines(&outside).await, [json!(null); 0]);
    assert_eq!(outside.circleci_get(&format!("/pipeline/{late}")).await["id"], json!(late));
    let soon = outside.pipeline("release").await;
    outside.wait(1);
    let ids: Vec<_> = pipelines(&outside).await.iter().map(|pipeline| text(&pipeline["id"])).collect();
    assert_eq!(ids, [soon, late]);
}

#[tokio::test]
async fn a_travis_request_and_its_build_can_be_there_before_a_list_shows_them() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::ListsLate).seconds(120.0)).unwrap();
    let build = outside.travis_build("op-1").await;
    outside.wait(116);
    assert_eq!((travis_count(&outside, "requests").await, travis_count(&outside, "builds").await), (0, 0));
    assert_eq!(outside.build_state(build).await, "started");
    outside.wait(1);
    assert_eq!((travis_count(&outside, "requests").await, travis_count(&outside, "builds").await), (1, 1));
}

#[tokio::test]
async fn the_seconds_of_a_late_list_are_those_of_its_clients() {
    let outside = Outside {
        sim: Simulator::start(Settings { speed: 2000.0, ..Settings::default() }).await.unwrap(),
        ..outside().await
    };
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::ListsLate).seconds(3600.0)).unwrap();
    outside.pipeline("release").await;
    outside.wait(3600);
    assert!(pipelines(&outside).await.is_empty(), "an hour of the simulator is two seconds of its clients");
    outside.sim.advance(Duration::from_secs(3600) * 2000);
    assert_eq!(pipelines(&outside).await.len(), 1);
}

#[tokio::test]
async fn a_pipeline_can_vanish_while_it_goes_on() {
    let outside = outside().await;
    let pipeline = outside.pipeline("release-cluster").await;
    outside.wait(10);
    let workflow = text(&outside.workflows(&pipeline).await[0]["id"]);
    outside.sim.inject(Fault::on(Endpoint::CircleciWorkflows, FaultKind::Vanishes).nth(2)).unwrap();
    outside.workflows(&pipeline).await;
    let reads = [
        format!("/pipeline/{pipeline}/workflow"),
        format!("/pipeline/{pipeline}"),
        format!("/project/{SLUG}/pipeline/1"),
        format!("/workflow/{workflow}"),
        format!("/workflow/{workflow}/job"),
    ];
    for path in reads {
        assert_eq!(read(outside.circleci(Method::GET, &path)).await.0, 404, "{path}");
    }
    let cancel = outside.circleci(Method::POST, &format!("/workflow/{workflow}/cancel"));
    assert_eq!(read(cancel).await.0, 404);
    assert!(pipelines(&outside).await.is_empty());

    outside.wait(300);
    assert_eq!(outside.sim.effective_runs()[0].state, "success");
    assert_eq!(outside.sim.stacks().cluster, Cluster::Up);
}

#[tokio::test]
async fn a_travis_build_can_vanish_with_its_request() {
    let outside = outside().await;
    let build = outside.travis_build("op-1").await;
    outside.sim.inject(Fault::on(Endpoint::TravisBuild, FaultKind::Vanishes)).unwrap();
    for _ in 0..2 {
        assert_eq!(read(outside.travis(Method::GET, &format!("/build/{build}"))).await.0, 404);
    }
    let request = outside.sim.effective_runs()[0].id.clone();
    let request = outside.travis(Method::GET, &format!("/repo/{REPOSITORY}/request/{request}"));
    assert_eq!(read(request).await.0, 404);
    assert_eq!((travis_count(&outside, "requests").await, travis_count(&outside, "builds").await), (0, 0));
}

#[tokio::test]
async fn a_run_can_vanish_as_soon_as_it_was_accepted() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::Vanishes)).unwrap();
    outside.sim.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::Vanishes)).unwrap();
    let pipeline = outside.pipeline("release").await;
    assert_eq!(read(outside.circleci(Method::GET, &format!("/pipeline/{pipeline}"))).await.0, 404);
    outside.travis_request("op-1").await;
    assert_eq!(travis_count(&outside, "requests").await, 0);
    assert_eq!(outside.sim.effective_runs().len(), 2);
}

#[tokio::test]
async fn a_trigger_can_start_two_runs_and_name_the_first() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::Twin)).unwrap();
    let named = outside.pipeline("release").await;
    outside.sim.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::Twin)).unwrap();
    let request = outside.travis_request("op-1").await;

    let runs = outside.sim.effective_runs();
    let [one, other, third, fourth] = &runs[..] else { panic!("{runs:?}") };
    assert_eq!((&one.id, one.number, other.number), (&named, 1, 2));
    assert_eq!((&one.branch, &one.parameters), (&other.branch, &other.parameters));
    assert_eq!((&third.id, third.marker.as_deref()), (&request.to_string(), Some("op-1")));
    assert_eq!(fourth.marker, third.marker);
    let log = outside.sim.log();
    assert_eq!(log.len(), 2, "one call each");
    assert_eq!(log[0].made_effective, [one.id.clone(), other.id.clone()]);
}
