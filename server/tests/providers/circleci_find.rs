//! Finding a CircleCI pipeline again whose answer was lost.

use domain::run::{Candidate, Likeness};
use domain::step::CiTarget;
use serde_json::{Value, json};
use server::providers::http::Http;
use server::providers::{CiProvider, CircleCi, ProviderError};
use simulator::{Endpoint, Fault, FaultKind, Settings};
use uuid::Uuid;

use crate::canned::{Canned, on};
use crate::world::{MARKER, PATIENCE, World, circleci_target, hours_ago, just_now, providers_at};

const LIST: &str = "GET /circleci/api/v2/project/github/rivernews/iriversland2-kubernetes/pipeline";

fn marked(branch: &str) -> CiTarget {
    CiTarget { marker_parameter: Some("marker".into()), ..circleci_target(branch) }
}

/// The client of whoever has this token.
fn circleci_of(simulator: &str, token: &str) -> CircleCi {
    let at = |path: &str| format!("{simulator}/circleci{path}");
    let http = Http::new(PATIENCE.answer).unwrap();
    CircleCi::new(&http, &at("/api/v2"), &at("/app"), token.into(), PATIENCE.start).unwrap()
}

fn pipeline(id: &str, created_at: &str) -> Value {
    json!({ "id": id, "number": 1, "state": "created", "created_at": created_at, "errors": [],
        "trigger": { "type": "api" }, "vcs": { "branch": "release" } })
}

async fn found_in(pages: &[Value], since: &str) -> Result<Vec<String>, ProviderError> {
    let requests = [
        "GET /circleci/api/v2/project/github/rivernews/iriversland2-kubernetes/pipeline?branch=release",
        "GET /circleci/api/v2/project/github/rivernews/iriversland2-kubernetes/pipeline?branch=release&page-token=1",
    ];
    let answers = requests.into_iter().zip(pages).map(|(request, page)| on(request, 200, page));
    let canned = Canned::start(answers).await;
    let circleci = providers_at(&canned.url, PATIENCE).circleci.unwrap();
    let found = circleci.find(&circleci_target("release"), MARKER, since.parse().unwrap()).await?;
    Ok(found.into_iter().map(|found| found.run.id).collect())
}

#[tokio::test]
async fn a_pipeline_is_found_by_its_marker_among_others_of_its_branch() {
    let declared_parameters = vec!["marker".to_owned()];
    let world =
        World::with(Settings { page_size: 2, declared_parameters, ..Settings::default() }, PATIENCE).await;
    let since = just_now();
    let target = marked("release");
    let mut sent = Vec::new();
    for marker in (1..=5).map(Uuid::from_u128) {
        sent.push((marker, world.circleci().trigger(&target, marker).await.unwrap()));
    }
    for (marker, run) in sent {
        let found = world.circleci().find(&target, marker, since).await;
        assert_eq!(found, Ok(vec![Candidate { run, likeness: Likeness::Marker }]));
    }
    assert_eq!(world.circleci().find(&target, MARKER, since).await, Ok(vec![]));
}

#[tokio::test]
async fn without_a_marker_all_pipelines_that_fit_are_given_oldest_first() {
    let world = World::with(Settings { page_size: 1, ..Settings::default() }, PATIENCE).await;
    let since = just_now();
    let target = circleci_target("release");
    let first = world.circleci().trigger(&target, MARKER).await.unwrap();
    world.circleci().trigger(&circleci_target("release-cluster"), MARKER).await.unwrap();
    world.simulator.advance(std::time::Duration::from_secs(1));
    let second = world.circleci().trigger(&target, MARKER).await.unwrap();
    let ours = |run| Candidate { run, likeness: Likeness::Actor };
    assert_eq!(world.circleci().find(&target, MARKER, since).await, Ok(vec![ours(first), ours(second)]));
}

#[tokio::test]
async fn what_another_user_started_is_none_of_ours_unless_nobody_says_who_we_are() {
    let world = World::new().await;
    let since = just_now();
    let target = circleci_target("release");
    let theirs = circleci_of(world.simulator.url(), "token-of-somebody");
    let stranger = theirs.trigger(&target, MARKER).await.unwrap();
    let me = Fault::on(Endpoint::CircleciMe, FaultKind::Status500);
    world.simulator.inject(me).unwrap();
    let found = world.circleci().find(&target, MARKER, since).await;
    assert_eq!(found, Ok(vec![Candidate { run: stranger.clone(), likeness: Likeness::Looks }]));
    assert_eq!(world.circleci().find(&target, MARKER, since).await, Ok(vec![]));
    let found = theirs.find(&target, MARKER, since).await;
    assert_eq!(found, Ok(vec![Candidate { run: stranger, likeness: Likeness::Actor }]));
}

#[tokio::test]
async fn a_clock_up_to_two_minutes_behind_ours_hides_no_pipeline() {
    let items = [pipeline("new", "2026-01-05T10:00:01Z"), pipeline("old", "2026-01-05T09:59:59Z")];
    let list = json!({ "items": items, "next_page_token": null });
    assert_eq!(found_in(&[list], "2026-01-05T10:02:00Z").await.unwrap(), ["new"]);
}

#[tokio::test]
async fn the_list_is_read_no_further_than_the_time_in_question() {
    let first = json!({ "items": [pipeline("new", "2026-01-05T10:00:00Z")], "next_page_token": "1" });
    let second = json!({ "items": [pipeline("older", "2026-01-05T08:00:00Z")], "next_page_token": "2" });
    // There is no third page: asking for it would be an error.
    assert_eq!(found_in(&[first, second], "2026-01-05T10:00:00Z").await.unwrap(), ["new"]);
}

#[tokio::test]
async fn a_list_without_end_is_not_read_for_ever() {
    let endless = json!({ "items": [pipeline("new", "2026-01-05T10:00:00Z")], "next_page_token": "again" });
    let canned = Canned::start([on(LIST, 200, endless)]).await;
    let circleci = providers_at(&canned.url, PATIENCE).circleci.unwrap();
    let since = "2026-01-05T10:00:00Z".parse().unwrap();
    let error = circleci.find(&circleci_target("release"), MARKER, since).await.unwrap_err();
    assert_eq!(error, ProviderError::Garbled("CircleCI lists more than 50 pages".into()));
}

#[tokio::test]
async fn nothing_found_and_nothing_heard_are_different() {
    let world =
        World::struck_by(Fault::on(Endpoint::CircleciPipelines, FaultKind::Status500), PATIENCE).await;
    let target = circleci_target("release");
    let error = world.circleci().find(&target, MARKER, hours_ago(1)).await.unwrap_err();
    assert!(matches!(error, ProviderError::Transient { .. }), "{error:?}");
    assert_eq!(world.circleci().find(&target, MARKER, hours_ago(1)).await, Ok(vec![]));
}
