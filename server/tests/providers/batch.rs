//! The batch endpoint: one call that starts a job and, sent again, reports on it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use domain::run::RunStatus;
use domain::step::{BatchCall, BodyValue, Retries};
use serde_json::json;
use server::providers::http::Http;
use server::providers::{Batch, ProviderError};
use simulator::{Endpoint, Fault, FaultKind, Settings};

use crate::canned::{Canned, on};
use crate::world::{IMPATIENCE, PATIENCE, World, providers_at};

/// What the service is asked for; most calls do not carry it.
const KEY: &str = "job-7-4-1-1800000000000";

fn call() -> BatchCall {
    let text = |text: &str| BodyValue::Text(text.to_owned());
    BatchCall {
        name: "s3-orgs-job".into(),
        title: "Run the S3 job".into(),
        url: "https://slack.api.shaungc.com/queues/s3-orgs-job".into(),
        body: BTreeMap::from([
            ("token".to_owned(), BodyValue::Env("BATCH_TOKEN".into())),
            ("singleton".to_owned(), text("true")),
        ]),
        progress_field: "progress".into(),
        status_field: "status".into(),
        error_field: "jobError".into(),
        succeeded_when: vec!["completed".into()],
        failed_when: vec!["failed".into()],
        time_limit_minutes: 60,
        retries: Retries::default(),
    }
}

/// The batch service lives in the cluster.
fn with_a_cluster() -> Settings {
    Settings { starts_with_a_cluster: true, ..Settings::default() }
}

#[tokio::test]
async fn the_body_holds_texts_and_secrets_and_the_simulator_keeps_the_path() {
    let canned =
        Canned::start([on("POST /batch/queues/s3-orgs-job", 200, json!({ "status": "running" }))]).await;
    providers_at(&canned.url, PATIENCE).batch.call(&call(), KEY).await.unwrap();
    let asked = canned.only_request();
    assert_eq!(asked.body, json!({ "token": "batch-token-canary", "singleton": "true" }));
}

#[tokio::test]
async fn the_key_stands_where_the_body_wants_it() {
    let canned =
        Canned::start([on("POST /batch/queues/s3-orgs-job", 200, json!({ "status": "running" }))]).await;
    let body = BTreeMap::from([("requestId".to_owned(), BodyValue::AttemptKey)]);
    providers_at(&canned.url, PATIENCE).batch.call(&BatchCall { body, ..call() }, KEY).await.unwrap();
    assert_eq!(canned.only_request().body, json!({ "requestId": KEY }));
}

#[tokio::test]
async fn outside_of_the_demo_the_address_is_used_as_it_stands() {
    let canned =
        Canned::start([on("POST /queues/s3-orgs-job?v=2", 200, json!({ "status": "running" }))]).await;
    let batch = Batch::new(&Http::new(PATIENCE.answer).unwrap(), HashMap::new());
    let call =
        BatchCall { url: format!("{}/queues/s3-orgs-job?v=2", canned.url), body: BTreeMap::new(), ..call() };
    assert_eq!(batch.call(&call, KEY).await.unwrap().status, RunStatus::Running);
}

#[tokio::test]
async fn a_job_is_started_once_and_reported_until_its_end() {
    let world = World::with(with_a_cluster(), PATIENCE).await;
    let mut last = -1.0;
    for (seconds, expected) in [
        (0, RunStatus::Queued),
        (30, RunStatus::Running),
        (90, RunStatus::Running),
        (600, RunStatus::Succeeded),
    ] {
        world.simulator.advance(Duration::from_secs(seconds));
        let report = world.providers.batch.call(&call(), KEY).await.unwrap();
        assert_eq!((report.status, report.id.as_deref()), (expected, Some("1")));
        let progress = report.progress.unwrap();
        assert!(progress > last, "{progress} after {last}");
        last = progress;
    }
    assert_eq!(last, 100.0);
    assert_eq!(world.simulator.effective_runs().len(), 1);
}

#[tokio::test]
async fn a_failed_job_says_why() {
    let world = World::with(with_a_cluster(), PATIENCE).await;
    world.simulator.inject(Fault::on(Endpoint::BatchTrigger, FaultKind::FailJob)).unwrap();
    world.providers.batch.call(&call(), KEY).await.unwrap();
    world.simulator.advance(Duration::from_secs(1_000));
    let report = world.providers.batch.call(&call(), KEY).await.unwrap();
    assert_eq!(report.status, RunStatus::Failed);
    assert_eq!(report.detail.as_deref(), Some("Request failed with status code 503"));
}

#[tokio::test]
async fn a_secret_that_is_not_set_is_named_and_nothing_is_sent() {
    let world = World::with(with_a_cluster(), PATIENCE).await;
    let mut call = call();
    call.body.insert("token".into(), BodyValue::Env("SLK_SLACK_TOKEN_OUTGOING_LAUNCH".into()));
    let error = world.providers.batch.call(&call, KEY).await.unwrap_err();
    let expected = "the batch s3-orgs-job needs SLK_SLACK_TOKEN_OUTGOING_LAUNCH, which is not set";
    assert_eq!(error, ProviderError::Rejected(expected.into()));
    assert!(world.simulator.log().is_empty());
}

#[tokio::test]
async fn an_address_that_is_none_is_told() {
    let world = World::with(with_a_cluster(), PATIENCE).await;
    for url in ["queues/s3-orgs-job", "file:///etc/passwd", "https://"] {
        let error =
            world.providers.batch.call(&BatchCall { url: url.into(), ..call() }, KEY).await.unwrap_err();
        let ProviderError::Rejected(what) = error else { panic!("{error:?}") };
        assert!(what.contains(&format!("not \"{url}\"")), "{what}");
    }
}

#[tokio::test]
async fn while_the_cluster_is_not_up_the_answer_may_come_later() {
    let world = World::new().await;
    let error = world.providers.batch.call(&call(), KEY).await.unwrap_err();
    let what = "the batch service answered with HTML instead of JSON (503)".to_owned();
    assert_eq!(error, ProviderError::Transient { after: None, what });
}

#[tokio::test]
async fn a_wrong_token_is_told() {
    let settings = Settings { accepted_tokens: vec!["another".into()], ..with_a_cluster() };
    let world = World::with(settings, PATIENCE).await;
    let error = world.providers.batch.call(&call(), KEY).await.unwrap_err();
    assert_eq!(error, ProviderError::Unauthorized("the batch service answered 401: Not authorized".into()));
}

#[tokio::test]
async fn a_refusal_is_told_in_the_words_of_the_service() {
    let canned =
        Canned::start([on("POST /batch/queues/s3-orgs-job", 422, json!({ "error": "no such queue" }))]).await;
    let error = providers_at(&canned.url, PATIENCE).batch.call(&call(), KEY).await.unwrap_err();
    assert_eq!(error, ProviderError::Rejected("the batch service answered 422: no such queue".into()));
}

#[tokio::test]
async fn a_lost_or_broken_answer_is_asked_for_again_and_starts_nothing_twice() {
    for kind in [FaultKind::DropAnswer, FaultKind::HugeBody, FaultKind::TruncatedJson, FaultKind::Hang] {
        let patience = if kind == FaultKind::Hang { IMPATIENCE } else { PATIENCE };
        let world = World::with(with_a_cluster(), patience).await;
        world.simulator.inject(Fault::on(Endpoint::BatchTrigger, kind)).unwrap();
        let error = world.providers.batch.call(&call(), KEY).await.unwrap_err();
        let may_be_asked_again = matches!(error, ProviderError::Transient { .. } | ProviderError::Garbled(_));
        assert!(may_be_asked_again, "{kind:?}: {error:?}");
        assert_eq!(world.providers.batch.call(&call(), KEY).await.unwrap().status, RunStatus::Queued);
        assert_eq!(world.simulator.effective_runs().len(), 1, "{kind:?}");
    }
}

#[tokio::test]
async fn another_key_is_another_job_and_the_same_one_the_same() {
    let world = World::with(with_a_cluster(), PATIENCE).await;
    let mut call = call();
    call.body.insert("idempotencyKey".into(), BodyValue::AttemptKey);
    let mut ids = Vec::new();
    for key in ["first", "second", "first"] {
        ids.extend(world.providers.batch.call(&call, key).await.unwrap().id);
    }
    assert_eq!(ids, ["1", "2", "1"]);
}

#[tokio::test]
async fn a_status_never_seen_before_is_no_end() {
    let world = World::with(with_a_cluster(), PATIENCE).await;
    world.simulator.inject(Fault::on(Endpoint::BatchTrigger, FaultKind::UnknownStatus)).unwrap();
    assert_eq!(world.providers.batch.call(&call(), KEY).await.unwrap().status, RunStatus::Running);
}
