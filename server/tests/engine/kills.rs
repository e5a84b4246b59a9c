//! The engine is killed at every request that it makes, and another one goes on.

use std::time::Duration;

use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::size::Size;
use simulator::{EffectiveRun, Endpoint, Fault, FaultKind};
use sqlx::PgPool;

use crate::support::{CLUSTER, GUIDE, House, RunningEngine};

/// Over a job of which no turn ever ends, three breakdowns are enough to put its step aside. So a worker that came after two
/// of them is left alone until it got somewhere, however slow the machine is.
const BREAKDOWNS: i32 = 2;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_job_survives_a_kill_at_every_request(pool: PgPool) {
    let house = House::build(pool).await;
    let job = house.ask("guide", Some(Size::S)).await;
    let mut kills = 0;
    // Only kills count as breakdowns here: on a machine that is slow no claim ends before its worker was killed.
    let lease = Duration::from_secs(60);
    loop {
        let engine = RunningEngine::start(house.engine_on(house.store.clone()).with_lease(lease));
        let requests = house.ci_requests();
        let over = house
            .until("the engine has made a request or the job is over", async || {
                let job = house.store.job(job).await.unwrap().unwrap().job;
                let is_over = job.state.is_final();
                // After how many requests varies, so that it is another moment of a turn each time.
                let has_lived = house.ci_requests() > requests + kills % 3;
                (is_over || has_lived && job.recoveries < BREAKDOWNS).then_some(is_over)
            })
            .await;
        engine.kill().await;
        if over {
            break;
        }
        kills += 1;
        // Nobody wants to wait for its end.
        sqlx::query("update job set claimed_until = now() where claimed_until is not null")
            .execute(&house.pool)
            .await
            .unwrap();
    }
    assert!(kills > 3, "the engine was killed only {kills} times");
    let over = house.store.job(job).await.unwrap().unwrap();
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE, "{}", house.story().await);
    assert_eq!(house.cluster().await.state, ClusterState::Down);
}

/// Kills the engine while the answer to a trigger that was made effective is on its way.
async fn is_adopted_after_a_kill(pool: PgPool, endpoint: Endpoint, branch: &str) {
    let house = House::build(pool).await;
    house.simulator.inject(Fault::on(endpoint, FaultKind::DropAnswer).branch(branch)).unwrap();
    let job = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house
        .until("the trigger was made effective", async || {
            let log = house.simulator.log();
            log.iter().any(|entry| entry.fault == Some(FaultKind::DropAnswer)).then_some(())
        })
        .await;
    engine.kill().await;
    let over = house.play(job).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE, "{}", house.story().await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_kill_between_an_accepted_provision_and_its_record_leads_to_no_second_run(pool: PgPool) {
    is_adopted_after_a_kill(pool, Endpoint::CircleciTrigger, "release-cluster").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_kill_between_an_accepted_deploy_and_its_record_leads_to_no_second_run(pool: PgPool) {
    is_adopted_after_a_kill(pool, Endpoint::TravisTrigger, "release").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_kill_between_an_accepted_destroy_and_its_record_leads_to_no_second_run(pool: PgPool) {
    is_adopted_after_a_kill(pool, Endpoint::CircleciTrigger, "destroy-cluster").await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_kill_between_a_destroy_that_succeeded_and_its_record_destroys_nothing_twice(pool: PgPool) {
    let house = House::build(pool).await;
    let unheard = Fault::on(Endpoint::CircleciWorkflows, FaultKind::Hang).branch("destroy-cluster").every();
    house.simulator.inject(unheard).unwrap();
    let job = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house
        .until("the cluster is destroyed and nobody here has heard of it", async || {
            let runs = house.simulator.effective_runs();
            let destroyed = |run: &EffectiveRun| {
                run.branch.as_deref() == Some("destroy-cluster") && run.state == "success"
            };
            runs.iter().any(destroyed).then_some(())
        })
        .await;
    engine.kill().await;
    assert_eq!(house.owed().await.map(|owed| owed.state), Some(ObligationState::Destroying));
    house.simulator.forgive();
    let over = house.play(job).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE, "{}", house.story().await);
    assert_eq!(house.debt_of(job).await.state, ObligationState::Settled);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_engine_that_is_told_to_stop_gives_its_claims_back(pool: PgPool) {
    let house = House::build(pool).await;
    house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house.until("the first run is accepted", async || (!house.effective().is_empty()).then_some(())).await;
    engine.stop().await;
    let held: i64 = sqlx::query_scalar("select count(*) from job where claimed_until is not null")
        .fetch_one(&house.pool)
        .await
        .unwrap();
    assert_eq!(held, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_process_that_ends_tells_the_others_to_look_at_what_it_gave_back(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    house
        .until("the cloud was asked twice and brings nothing new", async || {
            let observation = house.store.observation(CLUSTER).await.unwrap();
            observation.is_some_and(|known| known.asked_at > known.first_asked_at).then_some(())
        })
        .await;
    let mut hints = house.store.listen().await.unwrap();
    engine.stop().await;
    let hint = tokio::time::timeout(Duration::from_secs(10), hints.changed()).await;
    assert!(hint.is_ok_and(|hint| hint.is_ok()), "they sleep on");
}
