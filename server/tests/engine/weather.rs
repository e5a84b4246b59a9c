//! Bad weather around the engine: the database goes away, a provider flaps, one cluster keeps failing.

use std::time::Duration;

use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::size::Size;
use domain::step::StepState;
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use store::Store;

use crate::support::{GUIDE, House};

/// A pool of the same database whose connections say who they are, and begin with this setting.
async fn pool_of_its_own(pool: &PgPool, setting: &'static str) -> PgPool {
    let options = pool.connect_options().as_ref().clone().application_name("engine");
    PgPoolOptions::new()
        .max_connections(6)
        .after_connect(move |connection, _| {
            Box::pin(async move { sqlx::raw_sql(setting).execute(connection).await.map(|_| ()) })
        })
        .connect_with(options)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_outlives_connections_that_are_ended_all_the_time(pool: PgPool) {
    let house = House::build(pool).await;
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine_on(Store::new(pool_of_its_own(&house.pool, "select 1").await));
    let ends = async {
        // New connections are made in this very thread: also on a slow machine a turn has to fit between two ends.
        let mut often = tokio::time::interval(Duration::from_millis(1_500));
        often.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            often.tick().await;
            sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'engine' and datname = current_database()")
                .execute(&house.pool)
                .await
                .unwrap();
        }
    };
    let over = tokio::select! {
        over = house.over(guide) => over,
        () = ends => unreachable!("it goes on until the job is over"),
    };
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE, "{}", house.story().await);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nothing_is_sent_while_the_database_takes_no_writes(pool: PgPool) {
    let house = House::build(pool).await;
    let guide = house.ask("guide", Some(Size::S)).await;
    let read_only = pool_of_its_own(&house.pool, "set default_transaction_read_only = on").await;
    let engine = house.start_engine_on(Store::new(read_only.clone()));
    house.until("the engine has tried", async || (read_only.num_idle() > 0).then_some(())).await;
    engine.stop().await;
    assert_eq!(house.ci_requests(), 0);
    assert_eq!(house.play(guide).await.job.state, JobState::Succeeded);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_provider_that_fails_half_of_the_time_delays_a_job_and_does_not_end_it(pool: PgPool) {
    let house = House::build(pool).await;
    for endpoint in [Endpoint::CircleciPipeline, Endpoint::CircleciWorkflows, Endpoint::TravisRequest] {
        house.simulator.inject(Fault::on(endpoint, FaultKind::Status500).by_chance(0.5, 7)).unwrap();
    }
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_destroy_that_fails_ten_times_is_tried_until_it_works(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    let fails = Fault::on(Endpoint::CircleciTrigger, FaultKind::FailJob).branch("destroy-cluster");
    house.simulator.inject(fails.every().times(10)).unwrap();
    sqlx::query("update obligation set destroys_at = now()").execute(&house.pool).await.unwrap();
    let engine = house.start_engine();
    house
        .until("the debt is paid", async || {
            // Nobody wants to wait a quarter of an hour between two attempts.
            sqlx::query("update obligation set next_attempt_at = now() where state = 'due'")
                .execute(&house.pool)
                .await
                .unwrap();
            house.owed().await.is_none().then_some(())
        })
        .await;
    engine.stop().await;
    assert_eq!(house.debt_of(up).await.failed_attempts, 10);
    assert!(!house.simulator.cluster_is_up());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_debt_outlives_the_config_entry_of_its_cluster(pool: PgPool) {
    let mut house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    house.catalogue.clusters.clear();
    house.catalogue.routines.clear();
    sqlx::query("update obligation set destroys_at = now()").execute(&house.pool).await.unwrap();
    let engine = house.start_engine();
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;
    assert_eq!(house.debt_of(up).await.evidence, Some(domain::record::Evidence::Cloud));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_cluster_that_cannot_be_destroyed_keeps_no_other_waiting(pool: PgPool) {
    let house = House::build(pool).await;
    let names: Vec<String> = (1..=5).map(|number| format!("other-{number}")).collect();
    let fails = Fault::on(Endpoint::CircleciTrigger, FaultKind::FailJob).branch("destroy-other-1");
    house.simulator.inject(fails.every()).unwrap();
    for name in &names {
        house.owes(name).await;
    }
    let engine = house.start_engine();
    house
        .until("the others are destroyed", async || {
            sqlx::query("update obligation set next_attempt_at = now() where state = 'due'")
                .execute(&house.pool)
                .await
                .unwrap();
            (house.store.unsettled_obligations().await.unwrap().len() == 1).then_some(())
        })
        .await;
    engine.stop().await;
    let owed = house.store.obligation_of("other-1").await.unwrap().unwrap();
    assert!(matches!(owed.state, ObligationState::Due | ObligationState::Destroying), "{}", owed.state);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_two_runs_with_our_marker_the_older_is_adopted_and_the_other_cancelled(pool: PgPool) {
    let house = House::build(pool).await;
    house.simulator.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::DropAnswer)).unwrap();
    house.simulator.inject(Fault::on(Endpoint::TravisRequests, FaultKind::Status500).every()).unwrap();
    let hangs = Fault::on(Endpoint::TravisTrigger, FaultKind::RunHangs).nth(2);
    house.simulator.inject(hangs).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    let step = house
        .until("the answer of the deploy is lost", async || {
            let job = house.store.job(guide).await.unwrap().unwrap();
            let lost = house.simulator.log().iter().any(|entry| entry.fault == Some(FaultKind::DropAnswer));
            lost.then(|| job.steps[2].clone()).filter(|step| step.trigger.is_some())
        })
        .await;
    house.sends_again(&step).await;
    house.simulator.forgive();
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(over.steps[2].state, StepState::Succeeded);
    assert!(
        house.story().await.contains("carries the same marker as Travis CI build"),
        "{}",
        house.story().await
    );
    assert_eq!(house.cluster().await.state, ClusterState::Down);
}
