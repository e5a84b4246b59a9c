//! Travis on its bad days. Its errors are not always JSON, and all that concerns credentials is a 403.

use std::time::Duration;

use server::providers::{ProviderError, TriggerError};
use simulator::{Endpoint, Fault, FaultKind, Settings};

use crate::world::{MARKER, PATIENCE, World, just_now, patience_with, travis_target};

async fn trigger_struck_by(kind: FaultKind) -> (World, TriggerError) {
    let world = World::struck_by(Fault::on(Endpoint::TravisTrigger, kind), patience_with(kind)).await;
    let error = world.travis().trigger(&travis_target(), MARKER).await.unwrap_err();
    (world, error)
}

async fn look_struck_by(kind: FaultKind) -> ProviderError {
    let world = World::struck_by(Fault::on(Endpoint::TravisRequest, kind), patience_with(kind)).await;
    let run = world.travis().trigger(&travis_target(), MARKER).await.unwrap();
    world.travis().look(&travis_target(), &run).await.unwrap_err()
}

#[tokio::test]
async fn a_refused_trigger_says_whether_to_send_it_again() {
    let (_, error) = trigger_struck_by(FaultKind::RateLimited).await;
    let what = "Travis CI answered 429: Retry later".to_owned();
    assert_eq!(error, TriggerError::Unsent { after: Some(Duration::from_secs(1)), what });

    let (_, error) = trigger_struck_by(FaultKind::Unauthorized).await;
    assert_eq!(error, TriggerError::Unauthorized("Travis CI answered 403: access denied".into()));
}

#[tokio::test]
async fn a_trigger_without_a_clear_answer_may_have_been_accepted() {
    for (kind, expected) in [
        (FaultKind::Status500, "Travis CI answered 500: server error"),
        (FaultKind::Html, "Travis CI answered with HTML instead of JSON (502)"),
        (FaultKind::Hang, "Travis CI did not answer within 1 s"),
        (FaultKind::HugeBody, "Travis CI answered with more than 5 MB"),
    ] {
        let (_, error) = trigger_struck_by(kind).await;
        assert_eq!(error, TriggerError::Unknown(expected.into()), "{kind:?}");
    }
}

#[tokio::test]
async fn a_trigger_whose_answer_was_lost_is_found_exactly_once() {
    for kind in [FaultKind::DropAnswer, FaultKind::HugeBody, FaultKind::TruncatedJson] {
        let since = just_now();
        let (world, error) = trigger_struck_by(kind).await;
        assert!(matches!(error, TriggerError::Unknown(_)), "{kind:?}: {error:?}");
        let found = world.travis().find(&travis_target(), MARKER, since).await.unwrap();
        let effective = world.simulator.effective_runs();
        assert_eq!((found.len(), effective.len()), (1, 1), "{kind:?}");
        assert_eq!(found[0].run.id, effective[0].id, "{kind:?}");
    }
}

#[tokio::test]
async fn an_inactive_repository_is_rejected_for_good() {
    let inactive = vec!["rivernews/slack-middleware-server".to_owned()];
    let world =
        World::with(Settings { inactive_repositories: inactive, ..Settings::default() }, PATIENCE).await;
    let error = world.travis().trigger(&travis_target(), MARKER).await.unwrap_err();
    let expected = "Travis CI answered 406: cannot create requests on an inactive repository";
    assert_eq!(error, TriggerError::Rejected(expected.into()));
}

#[tokio::test]
async fn an_hourly_limit_that_is_used_up_means_not_sent() {
    let world = World::with(Settings { max_requests: 1, ..Settings::default() }, PATIENCE).await;
    world.travis().trigger(&travis_target(), MARKER).await.unwrap();
    let error = world.travis().trigger(&travis_target(), MARKER).await.unwrap_err();
    let what = "Travis CI answered 429: request limit reached for resource".to_owned();
    assert_eq!(error, TriggerError::Unsent { after: None, what });
}

#[tokio::test]
async fn a_look_that_failed_says_nothing_about_the_build() {
    for (kind, expected) in [
        (
            FaultKind::Unauthorized,
            ProviderError::Unauthorized("Travis CI answered 403: access denied".into()),
        ),
        (FaultKind::HugeBody, ProviderError::Garbled("Travis CI answered with more than 5 MB".into())),
    ] {
        assert_eq!(look_struck_by(kind).await, expected);
    }
    for kind in [
        FaultKind::Status500,
        FaultKind::Html,
        FaultKind::RateLimited,
        FaultKind::Hang,
        FaultKind::DropAnswer,
    ] {
        let error = look_struck_by(kind).await;
        assert!(matches!(error, ProviderError::Transient { .. }), "{kind:?}: {error:?}");
    }
    let half = look_struck_by(FaultKind::TruncatedJson).await;
    assert!(matches!(half, ProviderError::Garbled(_)), "{half:?}");
}

#[tokio::test]
async fn a_request_that_nobody_knows_is_not_found() {
    let world = World::new().await;
    let run = world.travis().trigger(&travis_target(), MARKER).await.unwrap();
    world.simulator.reset();
    let error = world.travis().look(&travis_target(), &run).await.unwrap_err();
    let expected = "Travis CI answered 404: request not found (or insufficient access)";
    assert_eq!(error, ProviderError::NotFound(expected.into()));
}
