//! Travis: a request that becomes a build, followed, found again, cancelled.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::run::{Candidate, Likeness, ProviderKind, RunRef, RunStatus};
use domain::step::CiTarget;
use serde_json::{Value, json};
use server::providers::{Patience, ProviderError};
use simulator::{Endpoint, Fault, FaultKind};
use uuid::Uuid;

use crate::canned::{Canned, on};
use crate::world::{MARKER, PATIENCE, World, just_now, providers_at, travis_target};

const REQUEST: &str = "GET /travis/repo/rivernews%2Fslack-middleware-server/request/1";

fn request_1() -> RunRef {
    RunRef {
        provider: ProviderKind::Travis,
        id: "1".into(),
        number: None,
        url: "https://travis.example/1".into(),
    }
}

/// A request that Travis took at `created_at`, in the shape of its `standard` representation.
fn request(created_at: String, builds: Value) -> Value {
    json!({ "id": 1, "state": "finished", "result": "approved", "builds": builds, "created_at": created_at })
}

#[tokio::test]
async fn a_trigger_carries_branch_and_marker_and_shows_the_token_in_a_header() {
    let trigger = "POST /travis/repo/rivernews%2Fslack-middleware-server/requests";
    let canned =
        Canned::start([on(trigger, 202, json!({ "@type": "pending", "request": { "id": 205729 } }))]).await;
    let travis = providers_at(&canned.url, PATIENCE).travis.unwrap();
    let run = travis.trigger(&travis_target(), MARKER).await.unwrap();
    assert_eq!((run.id.as_str(), run.number), ("205729", None));

    let asked = canned.only_request();
    let message = format!("cluster-head {MARKER}: Deploy slack-middleware");
    assert_eq!(asked.body, json!({ "request": { "branch": "release", "message": message } }));
    assert_eq!(asked.header("travis-api-version"), "3");
    assert_eq!(asked.header("authorization"), "token demo");
}

#[tokio::test]
async fn a_request_is_followed_to_its_build_and_the_build_to_its_end() {
    let world = World::new().await;
    let target = travis_target();
    let run = world.travis().trigger(&target, MARKER).await.unwrap();

    let pending = world.look_after(0, &target, &run).await;
    assert_eq!((pending.status, &pending.run), (RunStatus::Queued, &run));
    let built = world.look_after(10, &target, &run).await;
    assert_eq!((built.run.id.as_str(), built.run.number.as_deref()), (run.id.as_str(), Some("1")));
    assert!(built.run.url.contains("/travis/app/rivernews/slack-middleware-server/builds/"));
    assert_eq!(reqwest::get(&built.run.url).await.unwrap().status(), 200);

    let passed = world.look_after(1_000, &target, &run).await;
    assert_eq!((passed.status, passed.run, passed.detail), (RunStatus::Succeeded, built.run, None));
}

#[tokio::test]
async fn a_failed_build_is_named() {
    let world = World::struck_by(Fault::on(Endpoint::TravisTrigger, FaultKind::FailJob), PATIENCE).await;
    let target = travis_target();
    let run = world.travis().trigger(&target, MARKER).await.unwrap();
    let failed = (RunStatus::Failed, Some("build 1 failed".into()));
    assert_eq!(world.seen_after(1_000, &target, &run).await, failed);
}

#[tokio::test]
async fn a_rejected_request_is_errored_with_the_reason() {
    let world = World::struck_by(Fault::on(Endpoint::TravisTrigger, FaultKind::NeverStarts), PATIENCE).await;
    let target = travis_target();
    let run = world.travis().trigger(&target, MARKER).await.unwrap();
    let rejected = (RunStatus::Errored, Some("request rejected: error simulator rejected".into()));
    assert_eq!(world.seen_after(60, &target, &run).await, rejected);
    assert_eq!(world.travis().cancel(&target, &run).await, Ok(()));
}

#[tokio::test]
async fn how_old_a_request_is_says_the_clock_of_the_one_who_shows_it() {
    // Ours is far ahead.
    let shown = on(REQUEST, 200, request("2026-01-05T10:00:00Z".into(), json!([])));
    let canned = Canned::start([shown.header("date", "Mon, 05 Jan 2026 10:00:30 GMT")]).await;
    let travis = providers_at(&canned.url, PATIENCE).travis.unwrap();
    assert_eq!(travis.look(&travis_target(), &request_1()).await.unwrap().status, RunStatus::Queued);
}

#[tokio::test]
async fn a_reason_that_cannot_be_read_leaves_the_rejection_as_it_is() {
    let world = World::struck_by(Fault::on(Endpoint::TravisTrigger, FaultKind::NeverStarts), PATIENCE).await;
    world.simulator.inject(Fault::on(Endpoint::TravisMessages, FaultKind::Html)).unwrap();
    let target = travis_target();
    let run = world.travis().trigger(&target, MARKER).await.unwrap();
    let rejected = (RunStatus::Errored, Some("request rejected".into()));
    assert_eq!(world.seen_after(60, &target, &run).await, rejected);
}

#[tokio::test]
async fn a_request_that_was_taken_and_built_nothing_is_errored_after_its_grace() {
    let created_at = Utc::now() - TimeDelta::seconds(5);
    let canned = Canned::start([on(REQUEST, 200, request(created_at.to_rfc3339(), json!([])))]).await;
    for (grace, expected) in
        [(Duration::from_secs(120), RunStatus::Queued), (Duration::ZERO, RunStatus::Errored)]
    {
        let travis = providers_at(&canned.url, Patience { start: grace, ..PATIENCE }).travis.unwrap();
        assert_eq!(travis.look(&travis_target(), &request_1()).await.unwrap().status, expected);
    }
}

#[tokio::test]
async fn a_status_never_seen_before_is_told_and_is_no_end() {
    let world = World::struck_by(Fault::on(Endpoint::TravisBuild, FaultKind::UnknownStatus), PATIENCE).await;
    let target = travis_target();
    let run = world.travis().trigger(&target, MARKER).await.unwrap();
    let (status, detail) = world.seen_after(60, &target, &run).await;
    assert_eq!(status, RunStatus::Unknown);
    assert!(detail.unwrap().contains("build 1 \"hibernating\""));
}

#[tokio::test]
async fn a_request_is_found_by_its_marker_alone() {
    let world = World::new().await;
    let since = just_now();
    let markers: Vec<Uuid> = (1..=3).map(Uuid::from_u128).collect();
    let mut sent = Vec::new();
    for &marker in &markers {
        sent.push(world.travis().trigger(&travis_target(), marker).await.unwrap());
    }
    for (marker, run) in markers.into_iter().zip(sent) {
        assert_eq!(
            world.travis().find(&travis_target(), marker, since).await,
            Ok(vec![Candidate { run, likeness: Likeness::Marker }])
        );
    }
    assert_eq!(world.travis().find(&travis_target(), MARKER, since).await, Ok(vec![]));
}

#[tokio::test]
async fn a_request_behind_a_hundred_others_is_found_with_its_build() {
    let listed = |id: u32, message: String| {
        json!({ "id": id, "state": "finished", "message": message, "created_at": "2026-01-05T10:00:00Z",
            "builds": [{ "id": 7, "number": "9", "state": "started" }] })
    };
    let others: Vec<Value> = (0..100).map(|place| listed(200 - place, "a push".into())).collect();
    let ours = [listed(42, format!("cluster-head {MARKER}: Deploy"))];
    let canned = Canned::start([
        on(
            "GET /travis/repo/rivernews%2Fslack-middleware-server/requests?limit=100&offset=0",
            200,
            json!({ "requests": others }),
        ),
        on(
            "GET /travis/repo/rivernews%2Fslack-middleware-server/requests?limit=100&offset=100",
            200,
            json!({ "requests": ours }),
        ),
    ])
    .await;
    let travis = providers_at(&canned.url, PATIENCE).travis.unwrap();
    let since = "2026-01-05T10:00:00Z".parse().unwrap();
    let found = travis.find(&travis_target(), MARKER, since).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].run.id.as_str(), found[0].run.number.as_deref()), ("42", Some("9")));

    let long_after = "2026-01-05T12:00:00Z".parse().unwrap();
    assert_eq!(travis.find(&travis_target(), MARKER, long_after).await, Ok(vec![]));
}

#[tokio::test]
async fn a_running_build_is_cancelled_and_stops_later() {
    let world = World::new().await;
    let target = travis_target();
    let run = world.travis().trigger(&target, MARKER).await.unwrap();
    assert_eq!(world.seen_after(60, &target, &run).await.0, RunStatus::Running);
    world.travis().cancel(&target, &run).await.unwrap();
    let cancelled = (RunStatus::Cancelled, Some("build 1 was cancelled".into()));
    assert_eq!(world.seen_after(10, &target, &run).await, cancelled);
}

#[tokio::test]
async fn a_409_for_a_build_that_is_over_is_fine() {
    let world = World::new().await;
    let target = travis_target();
    let run = world.travis().trigger(&target, MARKER).await.unwrap();
    world.look_after(1_000, &target, &run).await;
    assert_eq!(world.travis().cancel(&target, &run).await, Ok(()));
}

#[tokio::test]
async fn a_request_without_a_build_cannot_be_cancelled_yet() {
    let world = World::new().await;
    let run = world.travis().trigger(&travis_target(), MARKER).await.unwrap();
    let error = world.travis().cancel(&travis_target(), &run).await.unwrap_err();
    assert!(matches!(error, ProviderError::Transient { .. }), "{error:?}");
}

#[tokio::test]
async fn a_slug_cannot_lead_to_another_path() {
    let canned = Canned::start([]).await;
    let travis = providers_at(&canned.url, PATIENCE).travis.unwrap();
    let target = CiTarget { project: "acme/shop/../../user?x=#".into(), ..travis_target() };
    travis.look(&target, &request_1()).await.unwrap_err();
    assert_eq!(canned.only_request().path, "/travis/repo/acme%2Fshop%2F..%2F..%2Fuser%3Fx=%23/request/1");
}
