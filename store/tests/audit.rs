//! The chain of acts on the real tables: whatever becomes of a row that was written, it is found and named.

// The helpers of tests fail like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use domain::actor::{Actor, Channel};
use domain::audit::ChainHead;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use store::{Audit, BrokenLink, Store};
use tokio::task::JoinSet;

/// As a binary writes it that knows nothing of the chain.
const PLAIN: &str =
    "insert into act (actor_name, channel, what, cluster_name) values ('ben', 'web', 'x', 'one')";

/// With one cluster and five acts.
async fn store(pool: &PgPool) -> Store {
    let store = Store::new(pool.clone());
    store.ensure_clusters(&["one"]).await.unwrap();
    for day in 1..=5 {
        freeze(&store, day).await;
    }
    store
}

/// A command that may come at any time.
async fn freeze(store: &Store, day: i64) {
    let from = store.now().await.unwrap() + chrono::Duration::days(day);
    let ana = Actor::new("ana", Channel::Web);
    store.add_freeze(from, from + chrono::Duration::hours(1), Some("one"), "holidays", &ana).await.unwrap();
}

/// Somebody who owns the tables and has switched off what guards them.
async fn tampers(pool: &PgPool, sql: &str) {
    let unguarded = format!("begin; set local session_replication_role = replica; {sql}; commit");
    sqlx::raw_sql(AssertSqlSafe(unguarded)).execute(pool).await.unwrap();
}

async fn breach(store: &Store) -> BrokenLink {
    store.verify_audit().await.unwrap().head.unwrap_err()
}

fn broken(number: impl Into<Option<i64>>, act: impl Into<Option<i64>>, what: &str) -> BrokenLink {
    BrokenLink { number: number.into(), act: act.into(), what: what.into() }
}

const ALTERED: &str = "the act or its link was altered, or is out of order";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_altered_act_is_found_whatever_was_altered_in_it(pool: PgPool) {
    let store = store(&pool).await;
    sqlx::query(PLAIN).execute(&pool).await.unwrap();
    for (column, value) in [
        ("at", "at + interval '1 microsecond'"),
        ("actor_name", "'ben'"),
        ("channel", "'api'"),
        ("what", "what || ' '"),
        ("cluster_name", "null"),
        ("job_number", "7"),
        ("because", "null"),
    ] {
        let kept = format!("create table kept as select {column} as was from act where act_id = 3");
        tampers(&pool, &format!("{kept}; update act set {column} = {value} where act_id = 3")).await;
        assert_eq!(breach(&store).await, broken(3, 3, ALTERED), "{column}");
        let back =
            format!("update act set {column} = (select was from kept) where act_id = 3; drop table kept");
        tampers(&pool, &back).await;
        assert!(store.verify_audit().await.unwrap().head.is_ok(), "{column}");
    }
    // What moves from one column to its neighbour is no longer the same.
    tampers(&pool, "update act set channel = 'webx', what = '' where act_id = 6").await;
    assert_eq!(breach(&store).await, broken(6, 6, ALTERED));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_deleted_act_is_found_with_its_link_or_without(pool: PgPool) {
    let store = store(&pool).await;
    tampers(&pool, "delete from act where act_id = 3").await;
    assert_eq!(breach(&store).await, broken(3, 3, "the act is missing"));
    tampers(&pool, "delete from act_link where act_id = 3").await;
    assert_eq!(breach(&store).await, broken(4, 4, "the link before it is missing"));
    tampers(
        &pool,
        "update act_link set number = number - 1 where number > 3; update act_head set number = 4",
    )
    .await;
    assert_eq!(breach(&store).await, broken(3, 4, ALTERED));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_act_that_was_put_in_later_is_found_with_a_link_or_without(pool: PgPool) {
    let store = store(&pool).await;
    tampers(&pool, PLAIN).await;
    assert_eq!(breach(&store).await, broken(None, 6, "the act has no link"));
    tampers(
        &pool,
        "update act_link set number = -number - 1 where number > 2;
         update act_link set number = -number where number < 0;
         insert into act_link select 3, act_id, act_digest((select digest from act_link where number = 2), act)
           from act where act_id = 6;
         update act_head set number = 6",
    )
    .await;
    assert_eq!(breach(&store).await, broken(4, 3, ALTERED));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn acts_that_changed_places_are_found(pool: PgPool) {
    let store = store(&pool).await;
    tampers(
        &pool,
        "update act_link set number = -number where number in (2, 3);
         update act_link set number = 5 + number where number < 0",
    )
    .await;
    assert_eq!(breach(&store).await, broken(2, 3, ALTERED));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_end_that_was_cut_off_is_found_by_the_head_or_by_one_that_was_noted(pool: PgPool) {
    let store = store(&pool).await;
    let noted = store.chain_head().await.unwrap();
    assert_eq!(store.chain_link(noted.number).await.unwrap(), Some(noted.clone()));
    tampers(&pool, "delete from act_link where number > 3; delete from act where act_id > 3").await;
    let unfit = "the head does not fit the last link";
    assert_eq!(breach(&store).await, broken(3, None, unfit));
    tampers(&pool, "update act_head set number = 3").await;
    assert_eq!(breach(&store).await, broken(3, None, unfit));
    tampers(&pool, "update act_head set digest = (select digest from act_link where number = 3)").await;
    let Audit { acts, head } = store.verify_audit().await.unwrap();
    assert_eq!((acts, head.map(|head| head.number)), (3, Ok(3)), "the chain by itself cannot know");
    assert_eq!(store.chain_link(noted.number).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_chain_that_was_written_anew_has_another_link_where_one_was_noted(pool: PgPool) {
    let store = store(&pool).await;
    let noted = store.chain_head().await.unwrap();
    tampers(
        &pool,
        "update act set actor_name = 'nobody' where act_id = 2; delete from act_link;
         update act_head set number = 0, digest = sha256('');
         select link_act(act) from (select act from act order by act_id) as written (act)",
    )
    .await;
    assert!(store.verify_audit().await.unwrap().head.is_ok());
    let link = store.chain_link(noted.number).await.unwrap().unwrap();
    assert_eq!(link.number, noted.number);
    assert_ne!(link.digest, noted.digest);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_empty_chain_holds_and_has_a_head_that_stays_on_it(pool: PgPool) {
    let store = Store::new(pool);
    let Audit { acts, head } = store.verify_audit().await.unwrap();
    let head: ChainHead = head.unwrap();
    assert_eq!((acts, head.number), (0, 0));
    store.ensure_clusters(&["one"]).await.unwrap();
    freeze(&store, 1).await;
    assert_eq!(store.chain_link(0).await.unwrap(), Some(head));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_act_link_or_head_is_changed_or_taken_away(pool: PgPool) {
    let store = store(&pool).await;
    for change in [
        "update act set what = ''",
        "delete from act",
        "truncate act cascade",
        "update act_link set number = 9",
        "delete from act_link",
        "truncate act_link",
        "delete from act_head",
        "truncate act_head",
        "insert into act_head select false, number, digest from act_head",
    ] {
        assert!(sqlx::query(change).execute(&pool).await.is_err(), "{change}");
    }
    assert_eq!(store.verify_audit().await.unwrap().acts, 5);
    assert!(store.verify_audit().await.unwrap().head.is_ok());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn commands_on_many_connections_at_once_make_one_unbroken_chain(pool: PgPool) {
    let many = PgPoolOptions::new().max_connections(8);
    let store = store(&many.connect_with(pool.connect_options().as_ref().clone()).await.unwrap()).await;
    let mut callers = JoinSet::new();
    for caller in 1..=8 {
        let store = store.clone();
        callers.spawn(async move {
            for time in 1..=10 {
                freeze(&store, 100 * caller + time).await;
                // As of one moment, whatever is written meanwhile.
                assert!(store.verify_audit().await.unwrap().head.is_ok());
            }
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller.unwrap();
    }
    let Audit { acts, head } = store.verify_audit().await.unwrap();
    assert_eq!((acts, head.map(|head| head.number)), (85, Ok(85)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_has_done_something_and_not_committed_yet_keeps_nobody_waiting(pool: PgPool) {
    let store = store(&pool).await;
    let mut open = pool.begin().await.unwrap();
    sqlx::query(PLAIN).execute(&mut *open).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), freeze(&store, 9)).await.expect("it does not wait");
    open.commit().await.unwrap();
    let chained: Vec<i64> =
        sqlx::query_scalar("select act_id from act_link order by number").fetch_all(&pool).await.unwrap();
    assert_eq!(chained, [1, 2, 3, 4, 5, 7, 6], "in the order of the commits");
    assert!(store.verify_audit().await.unwrap().head.is_ok());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_was_rolled_back_leaves_no_link(pool: PgPool) {
    let store = store(&pool).await;
    let before = store.chain_head().await.unwrap();
    let mut given_up = pool.begin().await.unwrap();
    sqlx::query(PLAIN).execute(&mut *given_up).await.unwrap();
    given_up.rollback().await.unwrap();
    assert_eq!(store.chain_head().await.unwrap(), before);
    let mut partly = pool.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("savepoint s; {PLAIN}; rollback to s; {PLAIN}; {PLAIN}")))
        .execute(&mut *partly)
        .await
        .unwrap();
    partly.commit().await.unwrap();
    let Audit { acts, head } = store.verify_audit().await.unwrap();
    assert_eq!((acts, head.map(|head| head.number)), (7, Ok(7)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_binary_writes_that_knows_nothing_of_the_chain_is_chained(pool: PgPool) {
    let store = store(&pool).await;
    let before = store.chain_head().await.unwrap();
    sqlx::query(PLAIN).execute(&pool).await.unwrap();
    let after = store.verify_audit().await.unwrap().head.unwrap();
    assert_eq!(after.number, before.number + 1);
    assert_ne!(after.digest, before.digest);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_settings_of_a_connection_do_not_change_what_is_found(pool: PgPool) {
    store(&pool).await;
    let settings = [("timezone", "Asia/Kathmandu"), ("datestyle", "German"), ("bytea_output", "escape")];
    let options = pool.connect_options().as_ref().clone().options(settings);
    let store = Store::new(PgPoolOptions::new().connect_with(options).await.unwrap());
    assert!(store.verify_audit().await.unwrap().head.is_ok());
    freeze(&store, 9).await;
    assert!(Store::new(pool).verify_audit().await.unwrap().head.is_ok());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_chain_without_a_head_is_found_and_keeps_nobody_from_acting(pool: PgPool) {
    let store = store(&pool).await;
    tampers(&pool, "delete from act_head").await;
    assert_eq!(breach(&store).await, broken(5, None, "the head is missing"));
    assert!(store.chain_head().await.is_err());
    freeze(&store, 9).await;
    assert_eq!(breach(&store).await, broken(None, 6, "the act has no link"));
}
