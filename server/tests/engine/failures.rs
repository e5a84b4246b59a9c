//! What goes wrong outside, and what becomes of the cluster then.

use domain::cluster::ClusterState;
use domain::job::{JobState, JobWithSteps};
use domain::size::Size;
use domain::step::StepState;
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;

use crate::support::{CLUSTER, GUIDE, House};

/// Plays a guide job with one fault outside.
async fn guide_with(house: &House, fault: Fault) -> JobWithSteps {
    house.simulator.inject(fault).unwrap();
    let job = house.ask("guide", Some(Size::S)).await;
    house.play(job).await
}

async fn nothing_is_left(house: &House) {
    house.cluster_is(ClusterState::Down).await;
    assert_eq!(house.store.obligation_of(CLUSTER).await.unwrap(), None);
    assert_eq!(
        house.effective().last().map(String::as_str),
        Some("destroy-cluster"),
        "{}",
        house.story().await
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_job_destroys_the_cluster_when_the_deploy_fails(pool: PgPool) {
    let house = House::build(pool).await;
    let over = guide_with(&house, Fault::on(Endpoint::TravisTrigger, FaultKind::FailJob)).await;
    assert_eq!(over.job.state, JobState::Failed);
    let outcome = over.job.outcome.unwrap();
    assert!(outcome.starts_with("Failed at step 3 (Deploy slack-middleware)"), "{outcome}");
    assert!(outcome.ends_with("cluster was destroyed."), "{outcome}");
    assert_eq!(over.steps[3].state, StepState::Skipped);
    nothing_is_left(&house).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_job_destroys_what_a_failed_provision_left(pool: PgPool) {
    let house = House::build(pool).await;
    let fault = Fault::on(Endpoint::CircleciTrigger, FaultKind::FailJob).branch("release-cluster");
    let over = guide_with(&house, fault).await;
    assert_eq!(over.job.state, JobState::Failed);
    assert_eq!(house.effective(), ["release-cluster", "destroy-release", "destroy-cluster"]);
    nothing_is_left(&house).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_job_destroys_the_cluster_when_the_batch_fails(pool: PgPool) {
    let house = House::build(pool).await;
    let over = guide_with(&house, Fault::on(Endpoint::BatchTrigger, FaultKind::FailJob)).await;
    assert_eq!(over.job.state, JobState::Failed);
    assert!(over.job.outcome.unwrap().starts_with("Failed at step 4 (Run the S3 job)"));
    nothing_is_left(&house).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_pipeline_that_never_starts_fails_the_step_and_the_cluster_is_destroyed(pool: PgPool) {
    let house = House::build(pool).await;
    let fault = Fault::on(Endpoint::CircleciTrigger, FaultKind::NeverStarts).branch("release");
    let over = guide_with(&house, fault).await;
    assert_eq!(over.job.state, JobState::Failed);
    assert_eq!(over.steps[1].state, StepState::Failed);
    nothing_is_left(&house).await;
}

/// The answer is lost or unreadable, but the pipeline runs: it is found and adopted, and nothing runs twice.
async fn is_adopted(pool: PgPool, endpoint: Endpoint, kind: FaultKind) {
    let house = House::build(pool).await;
    let over = guide_with(&house, Fault::on(endpoint, kind)).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE);
    nothing_is_left(&house).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_provision_whose_answer_was_reset_is_adopted(pool: PgPool) {
    is_adopted(pool, Endpoint::CircleciTrigger, FaultKind::DropAnswer).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_deploy_whose_answer_was_reset_is_adopted(pool: PgPool) {
    is_adopted(pool, Endpoint::TravisTrigger, FaultKind::DropAnswer).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_provision_whose_answer_is_half_a_json_is_adopted(pool: PgPool) {
    is_adopted(pool, Endpoint::CircleciTrigger, FaultKind::TruncatedJson).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_provision_whose_answer_is_fifty_megabytes_is_adopted(pool: PgPool) {
    is_adopted(pool, Endpoint::CircleciTrigger, FaultKind::HugeBody).await;
}

/// Nothing was accepted, or a look was spoilt: it is asked again, and the job succeeds.
async fn is_overcome(pool: PgPool, endpoint: Endpoint, kind: FaultKind) {
    let house = House::build(pool).await;
    let over = guide_with(&house, Fault::on(endpoint, kind)).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE);
    assert!(house.story().await.contains("warning"), "a check-in tells of it");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_trigger_that_is_rate_limited_is_sent_again(pool: PgPool) {
    is_overcome(pool, Endpoint::CircleciTrigger, FaultKind::RateLimited).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_trigger_answered_with_500_is_looked_for_and_then_sent_again(pool: PgPool) {
    is_overcome(pool, Endpoint::CircleciTrigger, FaultKind::Status500).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_trigger_that_hangs_is_looked_for_and_then_sent_again(pool: PgPool) {
    is_overcome(pool, Endpoint::TravisTrigger, FaultKind::Hang).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_look_answered_with_html_is_repeated(pool: PgPool) {
    is_overcome(pool, Endpoint::CircleciWorkflows, FaultKind::Html).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_look_answered_with_fifty_megabytes_is_repeated(pool: PgPool) {
    is_overcome(pool, Endpoint::CircleciWorkflows, FaultKind::HugeBody).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_batch_answer_that_is_half_a_json_is_asked_for_again(pool: PgPool) {
    is_overcome(pool, Endpoint::BatchTrigger, FaultKind::TruncatedJson).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_status_that_nobody_has_seen_is_said_and_is_no_end(pool: PgPool) {
    is_overcome(pool, Endpoint::CircleciTrigger, FaultKind::UnknownStatus).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn refused_credentials_pause_the_job_and_it_goes_on_once_they_are_mended(pool: PgPool) {
    let house = House::build(pool).await;
    house.simulator.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::Unauthorized).every()).unwrap();
    let job = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    let waiting = house
        .until("the job waits for better credentials", async || {
            let job = house.store.job(job).await.unwrap().unwrap();
            (job.job.state == JobState::Waiting).then_some(job)
        })
        .await;
    assert!(waiting.steps[0].message.is_some());
    assert!(house.effective().is_empty());
    house.simulator.forgive();
    let over = house.over(job).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_its_provider_does_not_know_any_more_is_no_success(pool: PgPool) {
    let house = House::build(pool).await;
    let fault = Fault::on(Endpoint::CircleciTrigger, FaultKind::Vanishes).branch("release");
    let over = guide_with(&house, fault).await;
    assert_eq!(over.job.state, JobState::Failed, "{}", house.story().await);
    assert_eq!(over.steps[1].state, StepState::Failed);
    nothing_is_left(&house).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_is_listed_late_is_adopted_and_not_started_again(pool: PgPool) {
    let house = House::build(pool).await;
    let late = Fault::on(Endpoint::CircleciTrigger, FaultKind::ListsLate).seconds(0.15);
    house.simulator.inject(late.branch("release-cluster")).unwrap();
    let job = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house.until("the first run is accepted", async || (!house.effective().is_empty()).then_some(())).await;
    engine.kill().await;
    sqlx::query("update trigger set state = 'intended', run = null").execute(&house.pool).await.unwrap();
    let over = house.play(job).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE, "{}", house.story().await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_trigger_that_was_carried_out_and_answered_with_500_is_adopted(pool: PgPool) {
    let house = House::build(pool).await;
    let fault =
        Fault::on(Endpoint::CircleciTrigger, FaultKind::ErrorAfterAccepting).branch("release-cluster");
    let over = guide_with(&house, fault).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE);
    nothing_is_left(&house).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_without_an_end_is_cancelled_at_its_time_limit_and_the_cluster_destroyed(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.services[0].deploy.time_limit_minutes = 0).await;
    let over = guide_with(&house, Fault::on(Endpoint::TravisTrigger, FaultKind::RunHangs)).await;
    assert_eq!(over.steps[2].state, StepState::TimedOut, "{}", house.story().await);
    assert_eq!(over.job.state, JobState::Failed);
    nothing_is_left(&house).await;
}
