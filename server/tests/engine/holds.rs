//! Second thoughts after a cancel: the job stops at once, and a whole cluster is destroyed only after the hold.

use domain::actor::{Actor, Channel};
use domain::step::StepState;
use sqlx::PgPool;

use crate::support::House;

fn anna() -> Actor {
    Actor::new("anna", Channel::Web)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_destroy_after_a_cancel_is_held_and_whoever_stops_it_keeps_the_cluster(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.hold_seconds = 60).await;
    let engine = house.start_engine();
    let guide = house.hanging_guide().await;
    house.store.cancel(guide, &anna(), None).await.unwrap();
    house
        .until("the forward work has stopped", async || {
            let job = house.store.job(guide).await.unwrap().unwrap();
            (job.steps[3].state == StepState::Cancelled).then_some(())
        })
        .await;
    engine.kill().await;
    let engine = house.start_engine();
    let now = house.store.now().await.unwrap();
    let hour = now + chrono::TimeDelta::hours(1);
    house.store.leave_up(guide, &anna(), hour, hour, None).await.unwrap();
    let over = house.over(guide).await;
    engine.stop().await;
    assert!(over.job.outcome.unwrap().starts_with("anna left the cluster up."));
    assert!(house.effective().iter().all(|branch| !branch.starts_with("destroy")));
    assert!(house.simulator.cluster_is_up());
    assert_eq!(house.owed().await.unwrap().destroys_at.map(|at| at.timestamp()), Some(hour.timestamp()));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_destroy_after_a_cancel_comes_when_its_hold_is_over(pool: PgPool) {
    let house = House::with(pool, |catalogue| catalogue.hold_seconds = 1).await;
    let engine = house.start_engine();
    let guide = house.hanging_guide().await;
    house.store.cancel(guide, &anna(), None).await.unwrap();
    let over = house.over(guide).await;
    house.is_gone().await;
    engine.stop().await;
    let held_until = over.job.held_until.unwrap();
    assert!(over.steps[4].started_at >= Some(held_until), "begun while it was held");
}
