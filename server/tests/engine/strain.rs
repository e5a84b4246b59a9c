//! What a machine and a database do to those who depend on them: they sleep, change their clocks, run out of connections,
//! give transactions up, and come back from a backup.

use std::time::Duration;

use domain::actor::{Actor, Channel};
use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::order::Ask;
use domain::record::Evidence;
use domain::size::Size;
use domain::standing::Doubt;
use domain::step::StepState;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use store::{Adoption, Store, Terms};

use crate::support::{CLUSTER, GUIDE, House};

/// Longer than the leases of these tests.
const LONGER_THAN_A_LEASE: Duration = Duration::from_millis(1_500);

/// Connections of one's own to the database of a test.
async fn connections(pool: &PgPool, count: u32) -> PgPool {
    let options = PgPoolOptions::new().max_connections(count).acquire_timeout(Duration::from_secs(3));
    options.connect_with(pool.connect_options().as_ref().clone()).await.unwrap()
}

async fn step_is(house: &House, job: i64, index: usize, state: StepState) {
    house
        .until(&format!("step {index} is {state}"), async || {
            let job = house.store.job(job).await.unwrap().unwrap();
            (job.steps[index].state == state).then_some(())
        })
        .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_machine_that_falls_asleep_makes_nothing_twice(pool: PgPool) {
    let house = House::build(pool).await;
    let guide = house.ask("guide", Some(Size::S)).await;
    let engines = [house.start_engine(), house.start_engine()];
    for index in [0, 2, 4] {
        step_is(&house, guide, index, StepState::Succeeded).await;
        // Everything in this test runs in this one thread. Only the database is on another machine, and goes on.
        std::thread::sleep(LONGER_THAN_A_LEASE);
    }
    let over = house.over(guide).await;
    house.is_proved().await;
    for engine in engines {
        engine.stop().await;
    }
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_clock_of_the_database_that_steps_back_only_delays(pool: PgPool) {
    let house = House::build(pool).await;
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    step_is(&house, guide, 0, StepState::Succeeded).await;
    engine.kill().await;
    let fence = "select fence from job";
    let before: i64 = sqlx::query_scalar(fence).fetch_one(&house.pool).await.unwrap();
    // A clock that steps back is as if everything that was written down had been a while later.
    sqlx::raw_sql(
        "update job set claimed_until = now() + interval '2 seconds', next_check_at = next_check_at + interval '2 seconds',
                started_at = started_at + interval '2 seconds';
         update step set started_at = started_at + interval '2 seconds', next_check_at = next_check_at + interval '2 seconds';
         update trigger set sent_at = sent_at + interval '2 seconds', intended_at = intended_at + interval '2 seconds';
         update cluster set since = since + interval '2 seconds';
         update replica set seen_at = seen_at + interval '2 seconds';
         update obligation set opened_at = opened_at + interval '2 seconds', destroys_at = destroys_at + interval '2 seconds'",
    )
    .execute(&house.pool)
    .await
    .unwrap();
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE);
    let after: i64 = sqlx::query_scalar(fence).fetch_one(&house.pool).await.unwrap();
    assert!(after > before, "no fence is used twice");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn while_people_hold_all_their_connections_a_destroy_goes_on(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    let peoples = connections(&house.pool, 3).await;
    let held =
        [peoples.begin().await.unwrap(), peoples.begin().await.unwrap(), peoples.begin().await.unwrap()];
    Store::new(peoples.clone()).ping().await.unwrap_err();
    sqlx::query("update obligation set destroys_at = now()").execute(&house.pool).await.unwrap();
    let engine = house.start_engine_on(Store::new(connections(&house.pool, 3).await));
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;
    assert!(!house.simulator.cluster_is_up());
    drop(held);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn transactions_that_postgres_gives_up_are_done_again_and_nothing_is_half_written(pool: PgPool) {
    let house = House::build(pool).await;
    // A sequence goes on whatever becomes of the transaction: one write in so many meets a deadlock or worse.
    sqlx::raw_sql(
        "create sequence written;
         create function give_up() returns trigger language plpgsql as $$
         begin
             if nextval('written') % 9 = 0 then
                 if currval('written') % 2 = 0 then raise exception using errcode = 'deadlock_detected', message = 'deadlock';
                 else raise exception using errcode = 'serialization_failure', message = 'not serializable'; end if;
             end if;
             return new;
         end $$;
         create trigger give_up before insert or update on step for each row execute function give_up();
         create trigger give_up before insert or update on cluster for each row execute function give_up();
         create trigger give_up before update on act_head for each row execute function give_up()",
    )
    .execute(&house.pool)
    .await
    .unwrap();
    let ask = Ask { routine: "guide".into(), cluster: CLUSTER.into(), size: Some(Size::S), ..Ask::default() };
    let order = house.catalogue.order(&ask).unwrap();
    let guide = house
        .until("the job is accepted", async || {
            let terms = Terms { idempotency_key: Some("one press".into()), ..Terms::default() };
            let operator = Actor::new("operator", Channel::Web);
            house.store.accept(&order, &operator, &terms).await.ok().map(|accepted| accepted.number)
        })
        .await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE);
    assert_eq!(house.store.job_counts(None).await.unwrap().all, 1);
    let written: i64 =
        sqlx::query_scalar("select last_value from written").fetch_one(&house.pool).await.unwrap();
    assert!(written > 27, "several were given up");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_transaction_that_stays_open_keeps_no_job_waiting(pool: PgPool) {
    let house = House::build(pool).await;
    let mut open = house.pool.begin_with("begin isolation level repeatable read").await.unwrap();
    sqlx::query("select count(*) from job").execute(&mut *open).await.unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    open.rollback().await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn after_a_restore_from_a_backup_a_cluster_that_is_newer_is_found_and_destroyed_once_adopted(
    pool: PgPool,
) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    // The backup was made before all that.
    sqlx::raw_sql(
        "set session_replication_role = replica;
         truncate job, obligation, observation, provider_contact, replica, absence cascade;
         update act_head set number = 0, digest = sha256('');
         set session_replication_role = origin;
         update cluster set state = 'down', size = null, doubt = null, since = now() - interval '1 hour'",
    )
    .execute(&house.pool)
    .await
    .unwrap();
    let engine = house.start_engine();
    house
        .until("it is found", async || {
            matches!(house.cluster().await.doubt, Some(Doubt::Disagreement { .. })).then_some(())
        })
        .await;
    assert_eq!(house.effective(), ["release-cluster", "release"], "nothing is destroyed unasked");
    let ask = Ask { routine: "up".into(), cluster: CLUSTER.into(), ..Ask::default() };
    let order = house.catalogue.order(&ask).unwrap();
    let adoption = Adoption {
        cluster: CLUSTER.into(),
        size: None,
        offer: None,
        limits: Default::default(),
        destroys_at: house.store.now().await.unwrap() + chrono::TimeDelta::milliseconds(1),
        teardown: order.teardown,
        cloud: order.cloud.unwrap(),
    };
    house.store.adopt_cluster(&adoption, &Actor::new("anna", Channel::Web)).await.unwrap();
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    engine.stop().await;
    assert_eq!(house.cluster().await.state, ClusterState::Down);
    assert!(!house.simulator.cluster_is_up());
    let evidence: String =
        sqlx::query_scalar("select evidence from obligation").fetch_one(&house.pool).await.unwrap();
    assert_eq!(evidence, Evidence::Cloud.as_str());
}
