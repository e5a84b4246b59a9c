//! What is owed is paid: by the job, or without it.

use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::size::Size;
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;

use crate::support::{CLUSTER, House};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_obligation_stands_before_the_first_trigger_leaves(pool: PgPool) {
    let house = House::build(pool).await;
    let fault = Fault::on(Endpoint::CircleciTrigger, FaultKind::Hang).branch("release-cluster");
    house.simulator.inject(fault).unwrap();
    house.ask("up", Some(Size::S)).await;
    let engine = house.start_engine();
    house
        .until("the trigger has left", async || {
            let log = house.simulator.log();
            log.iter().any(|entry| entry.fault == Some(FaultKind::Hang)).then_some(())
        })
        .await;
    engine.kill().await;
    assert!(house.effective().is_empty());
    let owed = house.store.obligation_of(CLUSTER).await.unwrap().unwrap();
    assert_eq!(owed.state, ObligationState::Open);
    assert_eq!(owed.teardown.len(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_provision_that_fails_without_a_finally_is_destroyed_by_its_obligation(pool: PgPool) {
    let house = House::build(pool).await;
    house.simulator.fail_next("release").unwrap();
    let engine = house.start_engine();
    let up = house.ask("up", Some(Size::S)).await;
    let over = house.over(up).await;
    assert_eq!(over.job.state, JobState::Failed);
    assert!(over.job.outcome.unwrap().ends_with("What exists of the cluster is destroyed next."));
    house.cluster_is(ClusterState::Down).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(house.effective(), ["release-cluster", "release", "destroy-release", "destroy-cluster"]);
    assert_eq!(house.store.obligation_of(CLUSTER).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_is_destroyed_at_its_auto_destroy_time(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    let up = house.ask("up", Some(Size::S)).await;
    house.over(up).await;
    sqlx::query("update obligation set destroys_at = now()").execute(&house.pool).await.unwrap();
    house.cluster_is(ClusterState::Down).await;
    house.is_proved().await;
    engine.stop().await;
    let jobs = house.store.jobs(&store::JobFilter::default()).await.unwrap();
    assert_eq!(jobs[0].actor.name, "auto-destroy");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_destroy_that_fails_is_tried_again_later_and_not_forgotten(pool: PgPool) {
    let house = House::build(pool).await;
    let engine = house.start_engine();
    let up = house.ask("up", Some(Size::S)).await;
    house.over(up).await;
    house.simulator.fail_next("destroy-cluster").unwrap();
    let down = house.ask("down", None).await;
    let over = house.over(down).await;
    assert_eq!(over.job.state, JobState::Failed);
    let owed = house.store.obligation_of(CLUSTER).await.unwrap().unwrap();
    assert_eq!((owed.state, owed.failed_attempts), (ObligationState::Due, 1));
    assert_eq!(house.cluster().await.state, ClusterState::Failed);

    sqlx::query("update obligation set next_attempt_at = now()").execute(&house.pool).await.unwrap();
    house.cluster_is(ClusterState::Down).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(house.store.obligation_of(CLUSTER).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_refused_by_a_cluster_of_another_size_does_not_destroy_it(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    let guide = house.ask("guide", Some(Size::L)).await;
    let engine = house.start_engine();
    house.over(up).await;
    let refused = house.over(guide).await;
    engine.stop().await;
    assert_eq!(refused.job.state, JobState::Failed);
    assert!(refused.job.outcome.unwrap().starts_with("iriversland2 is up in size s."));
    assert_eq!(house.cluster().await.state, ClusterState::Up);
    assert_eq!(house.effective(), ["release-cluster", "release"]);
}
