//! CircleCI on its bad days: each fault has one meaning for a trigger and one for a look.

use std::time::Duration;

use domain::run::{Candidate, ProviderKind, RunRef};
use serde_json::json;
use server::providers::{ProviderError, TriggerError};
use simulator::{Endpoint, Fault, FaultKind, Settings};

use crate::canned::{Canned, on};
use crate::world::{MARKER, PATIENCE, World, circleci_target, just_now, patience_with, providers_at};

const A_SECOND: Option<Duration> = Some(Duration::from_secs(1));

async fn trigger_struck_by(kind: FaultKind) -> (World, TriggerError) {
    let world = World::struck_by(Fault::on(Endpoint::CircleciTrigger, kind), patience_with(kind)).await;
    let error = world.circleci().trigger(&circleci_target("release"), MARKER).await.unwrap_err();
    (world, error)
}

/// The fault strikes the list of workflows, the second question of a look.
async fn look_struck_by(kind: FaultKind) -> ProviderError {
    let world = World::struck_by(Fault::on(Endpoint::CircleciWorkflows, kind), patience_with(kind)).await;
    let target = circleci_target("release");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    world.circleci().look(&target, &run).await.unwrap_err()
}

#[tokio::test]
async fn a_refused_trigger_says_whether_to_send_it_again() {
    let (_, error) = trigger_struck_by(FaultKind::RateLimited).await;
    let what = "CircleCI answered 429: Too many requests.".to_owned();
    assert_eq!(error, TriggerError::Unsent { after: A_SECOND, what: what.clone() });

    let (_, error) = trigger_struck_by(FaultKind::RateLimitedWithoutHint).await;
    assert_eq!(error, TriggerError::Unsent { after: None, what });

    let (_, error) = trigger_struck_by(FaultKind::Unauthorized).await;
    assert_eq!(error, TriggerError::Unauthorized("CircleCI answered 401: Invalid token provided.".into()));
}

#[tokio::test]
async fn a_trigger_without_a_clear_answer_may_have_been_accepted() {
    for (kind, expected) in [
        (FaultKind::Status500, "CircleCI answered 500: Internal server error"),
        (FaultKind::Html, "CircleCI answered with HTML instead of JSON (502)"),
        (FaultKind::Hang, "CircleCI did not answer within 1 s"),
        (FaultKind::HugeBody, "CircleCI answered with more than 5 MB"),
        (FaultKind::EndlessBody, "CircleCI answered with more than 5 MB"),
        (FaultKind::SlowBody, "CircleCI did not answer within 1 s"),
        (FaultKind::ErrorAfterAccepting, "CircleCI answered 500: Internal server error"),
    ] {
        let (_, error) = trigger_struck_by(kind).await;
        assert_eq!(error, TriggerError::Unknown(expected.into()), "{kind:?}");
    }
}

#[tokio::test]
async fn a_trigger_whose_answer_was_lost_is_found_exactly_once() {
    for kind in [
        FaultKind::DropAnswer,
        FaultKind::ErrorAfterAccepting,
        FaultKind::HugeBody,
        FaultKind::EndlessBody,
        FaultKind::SlowBody,
        FaultKind::GzipBomb,
        FaultKind::TruncatedJson,
    ] {
        let since = just_now();
        let (world, error) = trigger_struck_by(kind).await;
        assert!(matches!(error, TriggerError::Unknown(_)), "{kind:?}: {error:?}");

        let circleci = providers_at(world.simulator.url(), PATIENCE).circleci.unwrap();
        let found = circleci.find(&circleci_target("release"), MARKER, since).await.unwrap();
        let effective = world.simulator.effective_runs();
        let ids = |found: &[Candidate]| found.iter().map(|found| found.run.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&found), effective.iter().map(|run| run.id.clone()).collect::<Vec<_>>(), "{kind:?}");
        assert_eq!(found.len(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_failed_trigger_is_not_repeated_by_itself() {
    for kind in [FaultKind::Status500, FaultKind::Hang, FaultKind::DropAnswer, FaultKind::RateLimited] {
        let (world, _) = trigger_struck_by(kind).await;
        assert_eq!(world.simulator.log().len(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn without_a_connection_a_trigger_was_surely_not_sent() {
    let nobody = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap();
    let providers = providers_at(&format!("http://{nobody}"), PATIENCE);
    let circleci = providers.ci(domain::run::ProviderKind::CircleCi).unwrap();
    let error = circleci.trigger(&circleci_target("release"), MARKER).await.unwrap_err();
    let TriggerError::Unsent { after: None, what } = error else { panic!("{error:?}") };
    assert!(what.starts_with("no connection to CircleCI: Connection refused"), "{what}");
}

#[tokio::test]
async fn an_unknown_project_is_rejected_for_good() {
    let settings = Settings { known_projects: vec!["acme/shop".into()], ..Settings::default() };
    let world = World::with(settings, PATIENCE).await;
    let target = circleci_target("release");
    let error = world.circleci().trigger(&target, MARKER).await.unwrap_err();
    assert_eq!(error, TriggerError::Rejected("CircleCI answered 404: Project not found".into()));
    let error = world.circleci().find(&target, MARKER, just_now()).await.unwrap_err();
    assert_eq!(error, ProviderError::NotFound("CircleCI answered 404: Project not found".into()));
}

#[tokio::test]
async fn a_pipeline_that_is_not_known_any_more_has_not_ended() {
    let world = World::new().await;
    let target = circleci_target("release");
    let run = world.circleci().trigger(&target, MARKER).await.unwrap();
    world.look_after(10, &target, &run).await;
    world.simulator.inject(Fault::on(Endpoint::CircleciPipeline, FaultKind::Vanishes)).unwrap();
    let expected = ProviderError::NotFound("CircleCI answered 404: Pipeline not found".into());
    assert_eq!(world.circleci().look(&target, &run).await, Err(expected.clone()));
    assert_eq!(world.circleci().cancel(&target, &run).await, Err(expected));
}

#[tokio::test]
async fn a_date_that_is_none_is_refused() {
    for date in ["", "yesterday", "2026-13-01T00:00:00Z", "99999-01-01T00:00:00Z", "1767607200"] {
        let pipeline = json!({ "id": "p", "number": 1, "state": "created", "created_at": date });
        let list = json!({ "items": [pipeline.clone()], "next_page_token": null });
        let canned = Canned::start([
            on("GET /circleci/api/v2/pipeline/p", 200, pipeline),
            on("GET /circleci/api/v2/project/github/rivernews/iriversland2-kubernetes/pipeline", 200, list),
        ])
        .await;
        let circleci = providers_at(&canned.url, PATIENCE).circleci.unwrap();
        let run =
            RunRef { provider: ProviderKind::CircleCi, id: "p".into(), number: None, url: String::new() };
        let target = circleci_target("release");
        let looked = circleci.look(&target, &run).await;
        assert!(matches!(looked, Err(ProviderError::Garbled(_))), "{date}: {looked:?}");
        let found = circleci.find(&target, MARKER, just_now()).await;
        assert!(matches!(found, Err(ProviderError::Garbled(_))), "{date}: {found:?}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_told_apart_from_everything_else() {
    let settings = Settings { accepted_tokens: vec!["another".into()], ..Settings::default() };
    let world = World::with(settings, PATIENCE).await;
    let expected = "CircleCI answered 401: Invalid token provided.".to_owned();
    let error = world.circleci().trigger(&circleci_target("release"), MARKER).await.unwrap_err();
    assert_eq!(error, TriggerError::Unauthorized(expected.clone()));
    let error = world.circleci().find(&circleci_target("release"), MARKER, just_now()).await.unwrap_err();
    assert_eq!(error, ProviderError::Unauthorized(expected));
}

#[tokio::test]
async fn a_look_that_failed_says_nothing_about_the_run() {
    let what = |text: &str| text.to_owned();
    for (kind, expected) in [
        (
            FaultKind::RateLimited,
            ProviderError::Transient {
                after: A_SECOND,
                what: what("CircleCI answered 429: Too many requests."),
            },
        ),
        (
            FaultKind::Status500,
            ProviderError::Transient {
                after: None,
                what: what("CircleCI answered 500: Internal server error"),
            },
        ),
        (
            FaultKind::Html,
            ProviderError::Transient {
                after: None,
                what: what("CircleCI answered with HTML instead of JSON (502)"),
            },
        ),
        (
            FaultKind::Hang,
            ProviderError::Transient { after: None, what: what("CircleCI did not answer within 1 s") },
        ),
        (
            FaultKind::Unauthorized,
            ProviderError::Unauthorized(what("CircleCI answered 401: Invalid token provided.")),
        ),
        (FaultKind::HugeBody, ProviderError::Garbled(what("CircleCI answered with more than 5 MB"))),
        (FaultKind::EndlessBody, ProviderError::Garbled(what("CircleCI answered with more than 5 MB"))),
        (
            FaultKind::SlowBody,
            ProviderError::Transient { after: None, what: what("CircleCI did not answer within 1 s") },
        ),
        (
            FaultKind::Redirect,
            ProviderError::Rejected(what(
                "CircleCI answered 302: a redirect to 169.254.169.254, which we do not follow",
            )),
        ),
    ] {
        assert_eq!(look_struck_by(kind).await, expected, "{kind:?}");
    }
}

#[tokio::test]
async fn half_a_json_and_a_reset_are_told_as_what_they_are() {
    let half = look_struck_by(FaultKind::TruncatedJson).await;
    let ProviderError::Garbled(what) = &half else { panic!("{half:?}") };
    assert!(what.starts_with("CircleCI answered 200 with JSON that we cannot read: EOF"), "{what}");

    let reset = look_struck_by(FaultKind::DropAnswer).await;
    let ProviderError::Transient { after: None, what } = &reset else { panic!("{reset:?}") };
    assert!(what.starts_with("the connection to CircleCI broke: Connection reset"), "{what}");
}
