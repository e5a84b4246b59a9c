//! Batch jobs whose service starts one for each key.

use domain::actor::{Actor, Channel};
use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::size::Size;
use domain::step::{BodyValue, Retries, StepState};
use simulator::{Endpoint, Fault, FaultKind, LogEntry};
use sqlx::PgPool;

use crate::support::{CLUSTER, GUIDE, House};

/// The shipped batch job, of a service that goes by the key alone.
async fn with_a_key(pool: PgPool, count: u32, pause_seconds: u32) -> House {
    House::with(pool, |catalogue| {
        let batch = &mut catalogue.batches[0];
        batch.body.remove("singleton");
        batch.body.insert("idempotencyKey".into(), BodyValue::AttemptKey);
        batch.retries = Retries { count, pause_seconds };
    })
    .await
}

/// The keys of the jobs that were started, with how often each was asked for.
fn keys(house: &House) -> Vec<(String, usize)> {
    let log = house.simulator.log();
    let asked = |key: &str| {
        let is_it = |entry: &&LogEntry| entry.marker.as_deref() == Some(key);
        log.iter().filter(is_it).count()
    };
    let runs = house.simulator.effective_runs().into_iter().filter(|run| run.project == "s3-orgs-job");
    runs.filter_map(|run| run.marker).map(|key| (key.clone(), asked(&key))).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_batch_that_failed_is_started_anew_under_another_key_and_the_guide_goes_on(pool: PgPool) {
    let house = with_a_key(pool, 2, 0).await;
    house.simulator.inject(Fault::on(Endpoint::BatchTrigger, FaultKind::FailJob)).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(over.steps[3].attempt, 2);
    let keys: Vec<String> = keys(&house).into_iter().map(|(key, _)| key).collect();
    let of_attempt = |attempt| {
        let mut step = over.steps[3].clone();
        step.attempt = attempt;
        over.job.attempt_key(&step)
    };
    assert_eq!(keys, [of_attempt(1), of_attempt(2)]);
    let told = house.story().await;
    let expected = "Request failed with status code 503. Starting it anew.";
    assert!(told.contains("Attempt 1 of 3 failed") && told.contains(expected), "{told}");
    assert_eq!(house.effective().last().map(String::as_str), Some("destroy-cluster"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_batch_whose_answer_was_lost_is_asked_again_under_the_same_key(pool: PgPool) {
    let house = with_a_key(pool, 2, 0).await;
    house.simulator.inject(Fault::on(Endpoint::BatchTrigger, FaultKind::DropAnswer)).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(over.steps[3].attempt, 1);
    assert_eq!(house.effective(), GUIDE);
    let keys = keys(&house);
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(keys[0].1, house.calls_of(Endpoint::BatchTrigger), "no call had another key");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_batch_that_fails_more_often_than_it_may_be_retried_ends_in_a_destroy(pool: PgPool) {
    let house = with_a_key(pool, 1, 0).await;
    house.simulator.inject(Fault::on(Endpoint::BatchTrigger, FaultKind::FailJob).every()).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Failed, "{}", house.story().await);
    assert_eq!((over.steps[3].state, over.steps[3].attempt), (StepState::Failed, 2));
    assert!(over.job.outcome.unwrap().starts_with("Failed at step 4 (Run the S3 job)"));
    assert_eq!(keys(&house).len(), 2);
    house.cluster_is(ClusterState::Down).await;
    assert_eq!(house.store.obligation_of(CLUSTER).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cancel_in_the_pause_before_another_batch_job_starts_none_and_destroys(pool: PgPool) {
    let house = with_a_key(pool, 1, 3_600).await;
    house.simulator.inject(Fault::on(Endpoint::BatchTrigger, FaultKind::FailJob)).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house
        .until("the batch job has failed", async || {
            let job = house.store.job(guide).await.unwrap().unwrap();
            (job.steps[3].state == StepState::Failed).then_some(())
        })
        .await;
    assert_eq!(house.store.job(guide).await.unwrap().unwrap().job.state, JobState::Running);
    house.store.cancel(guide, &Actor::new("anna", Channel::Web), None).await.unwrap();
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!((over.job.state, over.steps[3].attempt), (JobState::Failed, 1), "{}", house.story().await);
    assert_eq!(keys(&house).len(), 1);
    assert_eq!(house.cluster().await.state, ClusterState::Down);
}
