//! Two versions of the binary on one database: while a deploy goes on, and after it was rolled back.

use domain::cluster::ClusterState;
use domain::job::{JobState, JobWithSteps};
use domain::size::Size;
use domain::step::StepState;
use serde_json::{Value, json};
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use store::Store;

use crate::support::{CLUSTER, GUIDE, House};

/// The third step of a guide, as a binary sees it that does not know its kind.
const OLDER: &str = r#"
    create schema older;
    do $$ begin execute (
        select 'create view older.step as select '
            || string_agg(case column_name when 'action'
                   then 'case position when 3 then ''{"kind": "rocket"}''::jsonb else action end as action'
                   else column_name::text end, ', ' order by ordinal_position)
            || ' from public.step'
          from information_schema.columns where table_schema = 'public' and table_name = 'step'
    ); end $$;"#;

/// The same database, through the eyes of an older binary.
async fn older_store(house: &House) -> Store {
    sqlx::raw_sql(OLDER).execute(&house.pool).await.unwrap();
    let options = house.pool.connect_options().as_ref().clone().options([("search_path", "older,public")]);
    Store::new(PgPoolOptions::new().max_connections(5).connect_with(options).await.unwrap())
}

/// The job is looked at without delay: the patience with a newer version is a minute.
async fn look_now(house: &House) {
    sqlx::query("update job set next_check_at = least(next_check_at, now())")
        .execute(&house.pool)
        .await
        .unwrap();
}

async fn over_soon(house: &House, number: i64) -> JobWithSteps {
    house
        .until("the job is over", async || {
            look_now(house).await;
            let job = house.store.job(number).await.unwrap().unwrap();
            job.job.state.is_final().then_some(job)
        })
        .await
}

/// A worker has looked at the job since, and left it as it is.
async fn is_left_alone(house: &House) {
    let put_off =
        "select fence > 0 and claimed_by is null and next_check_at > now() + interval '30 seconds' from job";
    house
        .until("the job is left alone", async || {
            let is_put_off: bool = sqlx::query_scalar(put_off).fetch_one(&house.pool).await.unwrap();
            is_put_off.then_some(())
        })
        .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_older_and_a_newer_binary_share_a_guide_and_nothing_is_discarded_doubled_or_lost(pool: PgPool) {
    let house = House::build(pool).await;
    let older = older_store(&house).await;
    let guide = house.ask("guide", Some(Size::S)).await;
    assert!(older.job(guide).await.unwrap().unwrap().steps[2].action.is_unknown());
    let old = house.start_engine_on(older);
    is_left_alone(&house).await;
    assert!(house.effective().is_empty(), "the older one leaves it alone");

    let new = house.start_engine();
    let over = over_soon(&house, guide).await;
    house.is_proved().await;
    old.stop().await;
    new.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert!(over.steps.iter().all(|step| step.state == StepState::Succeeded && step.attempt == 1));
    assert!(!over.steps[2].action.is_unknown(), "what the older one cannot read is as it was");
    assert_eq!(house.effective(), GUIDE);
    assert_eq!((house.cluster().await.state, house.owed().await), (ClusterState::Down, None));
}

/// Up, at its second stack, which only a newer binary knows how to carry on. That one has gone an hour ago.
async fn rolled_back(house: &House) -> i64 {
    let hangs = Fault::on(Endpoint::CircleciTrigger, FaultKind::RunHangs).branch("release");
    house.simulator.inject(hangs).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let newer = house.start_engine();
    house
        .until("the second stack is at work", async || {
            let job = house.store.job(guide).await.unwrap().unwrap();
            (job.steps[1].state == StepState::Running).then_some(())
        })
        .await;
    newer.stop().await;
    sqlx::raw_sql(
        r#"update step set action = '{"kind": "rocket", "thrust": 9}', started_at = now() - interval '1 hour',
                  seen_at = now() - interval '1 hour'
            where position = 2;
           update job set next_check_at = now()"#,
    )
    .execute(&house.pool)
    .await
    .unwrap();
    guide
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_whose_end_has_passed_is_destroyed_though_only_a_newer_binary_knows_the_step_at_work(
    pool: PgPool,
) {
    let house = House::build(pool).await;
    let guide = rolled_back(&house).await;
    let engine = house.start_engine();
    is_left_alone(&house).await;
    assert_eq!(house.effective(), ["release-cluster", "release"], "nobody wants it to stop");

    sqlx::query("update obligation set destroys_at = now() - interval '2 hours'")
        .execute(&house.pool)
        .await
        .unwrap();
    house
        .until("the job is interrupted", async || {
            house.store.job(guide).await.unwrap().unwrap().job.cancelled.map(|_| ())
        })
        .await;
    is_left_alone(&house).await;
    let left = house.store.job(guide).await.unwrap().unwrap();
    assert_eq!(left.steps[1].state, StepState::Running, "the newer one may still come");

    sqlx::query("update job set cancel_requested_at = now() - interval '15 minutes'")
        .execute(&house.pool)
        .await
        .unwrap();
    let over = over_soon(&house, guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!((over.job.state, over.steps[1].state), (JobState::Failed, StepState::Failed));
    assert!(over.job.outcome.unwrap().contains("only a newer version of this service knows such a step"));
    assert!(house.effective().ends_with(&["destroy-release".to_owned(), "destroy-cluster".to_owned()]));
    assert_eq!((house.cluster().await.state, house.owed().await), (ClusterState::Down, None));
    assert!(!house.simulator.cluster_is_up());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_debt_that_only_a_newer_binary_can_pay_is_kept_as_it_was_written_and_raises_the_alarm(
    pool: PgPool,
) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    let written = json!([{ "title": "Fly away", "action": { "kind": "rocket", "thrust": 9 } }]);
    sqlx::query("update obligation set teardown = $1, destroys_at = now()")
        .bind(&written)
        .execute(&house.pool)
        .await
        .unwrap();
    let engine = house.start_engine();
    house
        .until("the debt is due", async || house.owed().await.and_then(|owed| owed.due_since).map(|_| ()))
        .await;
    sqlx::query("update obligation set due_since = now() - interval '16 minutes'")
        .execute(&house.pool)
        .await
        .unwrap();
    house
        .until("the alarm is raised", async || {
            let messages = house.simulator.slack_messages();
            messages.iter().any(|text| text.starts_with("Alarm:")).then_some(())
        })
        .await;
    engine.stop().await;
    let action: Value = sqlx::query_scalar("select action from step order by job_number desc limit 1")
        .fetch_one(&house.pool)
        .await
        .unwrap();
    assert_eq!(action, written[0]["action"]);
    let kept: Value =
        sqlx::query_scalar("select teardown from obligation").fetch_one(&house.pool).await.unwrap();
    assert_eq!(kept, written);
    assert_eq!(house.store.obligation_of(CLUSTER).await.unwrap().unwrap().failed_attempts, 0);
}
