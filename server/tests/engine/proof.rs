//! The cloud is the judge: of a destroy, of what is left, and of whether a state is to be believed.

use std::time::Duration;

use chrono::TimeDelta;
use domain::actor::{Actor, Channel};
use domain::cloud::ResourceKind;
use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::record::Evidence;
use domain::size::Size;
use domain::standing::Doubt;
use domain::step::StepState;
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;
use store::Adoption;

use crate::support::{CLUSTER, House};

/// Brings the cluster up and destroys it with one fault; the destroy has been reported then, and the engine stopped.
async fn reported_destroyed(house: &House, fault: Fault) -> i64 {
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    house.simulator.inject(fault).unwrap();
    let down = house.ask("down", None).await;
    let engine = house.start_engine();
    house.over(down).await;
    engine.stop().await;
    up
}

/// The destroy was reported, and the cluster came into its state, a while ago.
async fn long_ago(house: &House) {
    sqlx::raw_sql(
        "update obligation set verifying_since = now() - interval '11 minutes' where state = 'verifying';
         update cluster set since = now() - interval '11 minutes'",
    )
    .execute(&house.pool)
    .await
    .unwrap();
}

async fn looks(house: &House, at_least: usize) {
    let seen = |house: &House| {
        house.simulator.log().iter().filter(|entry| entry.endpoint == Some("volumes")).count()
    };
    let before = seen(house);
    house.until("the cloud was asked again", async || (seen(house) >= before + at_least).then_some(())).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_that_the_ci_only_claims_to_have_destroyed_is_destroyed_again(pool: PgPool) {
    let house = House::build(pool).await;
    let lie = Fault::on(Endpoint::CircleciTrigger, FaultKind::DestroysNothing);
    let up = reported_destroyed(&house, lie).await;
    let engine = house.start_engine();
    looks(&house, 3).await;
    assert_eq!(house.owed().await.unwrap().state, ObligationState::Verifying);
    long_ago(&house).await;
    let owed = house
        .until("the debt is due again", async || {
            house.owed().await.filter(|owed| owed.state == ObligationState::Due)
        })
        .await;
    assert_eq!(owed.failed_attempts, 1);
    assert!(
        owed.last_error.unwrap().starts_with("The CI says destroyed, but the cloud still shows 1 cluster")
    );
    assert_eq!(house.cluster().await.state, ClusterState::Failed);
    sqlx::query("update obligation set next_attempt_at = now()").execute(&house.pool).await.unwrap();
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;
    assert_eq!(house.debt_of(up).await.evidence, Some(Evidence::Cloud));
    assert!(!house.simulator.cluster_is_up());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_slow_delete_is_waited_for_and_then_proved(pool: PgPool) {
    let house = House::build(pool).await;
    let slow = Fault::on(Endpoint::CircleciTrigger, FaultKind::SlowDelete).seconds(300.0);
    let up = reported_destroyed(&house, slow).await;
    assert_eq!(house.owed().await.unwrap().state, ObligationState::Verifying);
    house.simulator.advance_dates(Duration::from_secs(300));
    let engine = house.start_engine();
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;
    assert_eq!(house.debt_of(up).await.evidence, Some(Evidence::Cloud));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn credentials_that_the_cloud_refuses_prove_nothing(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    let clusters = Fault::on(Endpoint::DigitaloceanClusters, FaultKind::Unauthorized).every();
    house.simulator.inject(clusters).unwrap();
    let down = house.ask("down", None).await;
    let engine = house.start_engine();
    house.over(down).await;
    house
        .until("the cloud has refused three times", async || {
            let log = house.simulator.log();
            (log.iter().filter(|entry| entry.fault == Some(FaultKind::Unauthorized)).count() >= 3)
                .then_some(())
        })
        .await;
    assert_eq!(house.owed().await.unwrap().state, ObligationState::Verifying);
    house.simulator.forgive();
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_destroyed_cluster_left_behind_waits_for_a_person(pool: PgPool) {
    let house = House::build(pool).await;
    let leaves = Fault::on(Endpoint::CircleciTrigger, FaultKind::Leftovers).every();
    let up = reported_destroyed(&house, leaves).await;
    long_ago(&house).await;
    let engine = house.start_engine();
    looks(&house, 4).await;
    assert_eq!(house.owed().await.unwrap().state, ObligationState::Verifying, "nobody has accepted it");
    let left = house.store.observation(CLUSTER).await.unwrap().unwrap().resources;
    let kinds: Vec<ResourceKind> = left.iter().map(|resource| resource.kind).collect();
    assert_eq!(kinds, [ResourceKind::LoadBalancer, ResourceKind::Volume]);
    assert!(left.iter().all(|resource| resource.daily.is_some() && resource.created_at.is_some()));
    house
        .until("the disagreement is said", async || {
            matches!(house.cluster().await.doubt, Some(Doubt::Disagreement { .. })).then_some(())
        })
        .await;

    let anna = Actor::new("anna", Channel::Web);
    for resource in &left {
        house
            .store
            .accept_leftover(CLUSTER, resource.kind, &resource.id, &anna, "holds the archive")
            .await
            .unwrap();
    }
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;
    assert_eq!(house.debt_of(up).await.evidence, Some(Evidence::Accepted));
    let accepted = house.store.accepted_leftovers(CLUSTER).await.unwrap();
    assert!(accepted.iter().all(|taken| taken.by == "anna" && taken.because == "holds the archive"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cloud_that_is_silent_for_ten_minutes_makes_a_cluster_unknown(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    let engine = house.start_engine();
    house.over(up).await;
    looks(&house, 2).await;
    assert_eq!(house.cluster().await.shown_state(), ClusterState::Up);
    let silent = Fault::on(Endpoint::DigitaloceanDroplets, FaultKind::Status500).every();
    house.simulator.inject(silent).unwrap();
    looks_asked(&house).await;
    sqlx::query("update observation set answered_at = now() - interval '10 minutes'")
        .execute(&house.pool)
        .await
        .unwrap();
    house
        .until("the cluster is unknown", async || {
            (house.cluster().await.shown_state() == ClusterState::Unknown).then_some(())
        })
        .await;
    house.simulator.forgive();
    house
        .until("the cluster is known again", async || {
            (house.cluster().await.shown_state() == ClusterState::Up).then_some(())
        })
        .await;
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_ci_that_says_nothing_of_a_run_for_ten_minutes_makes_a_cluster_unknown_whatever_else_it_answers(
    pool: PgPool,
) {
    let house = House::build(pool).await;
    let hangs = Fault::on(Endpoint::CircleciTrigger, FaultKind::RunHangs).branch("release-cluster");
    house.simulator.inject(hangs).unwrap();
    let silent = || Fault::on(Endpoint::CircleciWorkflows, FaultKind::Status500).every();
    house.simulator.inject(silent()).unwrap();
    let up = house.ask("up", Some(Size::S)).await;
    let engine = house.start_engine();
    // Accepted and not seen yet, then seen and silent again.
    for state in [StepState::Waiting, StepState::Running] {
        house
            .until(&format!("a look at a step that is {state} failed"), async || {
                let step = house.store.job(up).await.unwrap().unwrap().steps.remove(0);
                (step.state == state && step.run().is_some() && step.failed_looks > 0).then_some(())
            })
            .await;
        house
            .until("the cluster is unknown", async || {
                sqlx::query("update step set seen_at = seen_at - interval '11 minutes' where position = 1")
                    .execute(&house.pool)
                    .await
                    .unwrap();
                // Something else that it was asked.
                house.store.note_contact("CircleCI", None).await.unwrap();
                let doubt = house.cluster().await.doubt;
                matches!(doubt, Some(Doubt::Silence { who, .. }) if who == "CircleCI").then_some(())
            })
            .await;
        house.simulator.forgive();
        house
            .until("the cluster is known again", async || {
                let step = house.store.job(up).await.unwrap().unwrap().steps.remove(0);
                (step.state == StepState::Running && house.cluster().await.doubt.is_none()).then_some(())
            })
            .await;
        house.simulator.inject(silent()).unwrap();
    }
    engine.stop().await;
}

/// Until a question to the cloud has failed.
async fn looks_asked(house: &House) {
    house
        .until("the cloud did not answer", async || {
            house.store.observation(CLUSTER).await.unwrap().unwrap().error.map(|_| ())
        })
        .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_made_by_hand_is_reported_and_not_destroyed(pool: PgPool) {
    let house = House::build(pool).await;
    house.simulator.add_stranger("made-by-hand");
    let engine = house.start_engine();
    let strangers = house
        .until("the stranger is reported", async || {
            Some(house.store.strangers().await.unwrap()).filter(|strangers| !strangers.is_empty())
        })
        .await;
    looks(&house, 2).await;
    engine.stop().await;
    assert_eq!(strangers[0].name, "made-by-hand");
    assert!(house.effective().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_that_no_job_knows_is_adopted_and_destroyed_at_its_time(pool: PgPool) {
    let house = House::build(pool).await;
    house.simulator.add_stranger(CLUSTER);
    long_ago(&house).await;
    let engine = house.start_engine();
    house
        .until("the disagreement is said", async || {
            matches!(house.cluster().await.doubt, Some(Doubt::Disagreement { .. })).then_some(())
        })
        .await;
    let spec = house.catalogue.cluster(CLUSTER).unwrap();
    let down = house.catalogue.order(&domain::order::Ask {
        routine: "up".into(),
        cluster: CLUSTER.into(),
        ..domain::order::Ask::default()
    });
    let adoption = Adoption {
        cluster: CLUSTER.into(),
        size: Some(Size::S),
        offer: spec.offer(Size::S).cloned(),
        destroys_at: house.store.now().await.unwrap() + TimeDelta::hours(1),
        limits: domain::stay::StayLimits::default(),
        teardown: down.unwrap().teardown,
        cloud: spec.cloud.clone().unwrap(),
    };
    let anna = Actor::new("anna", Channel::Web);
    assert!(house.store.adopt_cluster(&adoption, &anna).await.unwrap());
    assert!(!house.store.adopt_cluster(&adoption, &anna).await.unwrap(), "it was adopted before");
    sqlx::query("update obligation set destroys_at = now()").execute(&house.pool).await.unwrap();
    let destroyed = house
        .until("a job pays the debt", async || {
            let jobs = house.store.jobs(&store::JobFilter::default()).await.unwrap();
            jobs.into_iter().find(|job| job.state.is_final())
        })
        .await;
    engine.stop().await;
    assert_eq!((destroyed.state, destroyed.pays_obligation), (JobState::Succeeded, true));
    assert_eq!(house.effective(), ["destroy-release", "destroy-cluster"]);
}
