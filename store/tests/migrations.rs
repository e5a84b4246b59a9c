//! Migrations meet the data of their time: each brings sample rows, and all later ones have to live with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::actor::{Channel, Role};
use domain::backup::BackupState;
use domain::cloud::ResourceKind;
use domain::cluster::ClusterState;
use domain::event::Level;
use domain::job::JobState;
use domain::obligation::ObligationState;
use domain::price::PriceSource;
use domain::record::Evidence;
use domain::schedule::{Missed, Overlap};
use domain::share::ShareDetail;
use domain::size::Size;
use domain::step::{Phase, StepState, TriggerState};
use sqlx::migrate::Migration;
use sqlx::{AssertSqlSafe, PgPool};

fn sample(version: i64) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/{version}.sql"))
}

#[test]
fn every_migration_brings_sample_rows() {
    for migration in store::MIGRATOR.iter() {
        assert!(
            sample(migration.version).exists(),
            "migration {} ({}) has no sample rows: add {}",
            migration.version,
            migration.description,
            sample(migration.version).display()
        );
    }
}

#[sqlx::test(migrations = false)]
async fn every_migration_runs_on_the_rows_of_the_ones_before(pool: PgPool) {
    for migration in store::MIGRATOR.iter() {
        run(&pool, migration).await;
        insert_sample(&pool, migration.version).await;
    }
    let store = store::Store::new(pool);
    assert_eq!(store.clusters().await.unwrap().len(), 2);
    let job = store.job(1).await.unwrap().unwrap();
    assert_eq!(job.steps.len(), 2);
    assert!(job.steps[0].trigger.as_ref().unwrap().run.is_some());
    assert_eq!(store.obligation_of("iriversland2").await.unwrap().unwrap().state, ObligationState::Open);
    let audit = store.verify_audit().await.unwrap();
    assert_eq!((audit.acts, audit.head.map(|head| head.number)), (3, Ok(3)), "older acts are chained too");
}

async fn run(pool: &PgPool, migration: &Migration) {
    sqlx::raw_sql(AssertSqlSafe(migration.sql.as_str().to_owned())).execute(pool).await.unwrap();
}

async fn insert_sample(pool: &PgPool, version: i64) {
    let rows = std::fs::read_to_string(sample(version)).unwrap();
    sqlx::raw_sql(AssertSqlSafe(rows))
        .execute(pool)
        .await
        .unwrap_or_else(|error| panic!("sample rows of {version}: {error}"));
}

/// The binary before goes on while the next one has migrated already.
#[sqlx::test(migrations = false)]
async fn what_the_binary_before_writes_fits_the_schema_after_each_migration(pool: PgPool) {
    let mut before = None;
    for migration in store::MIGRATOR.iter() {
        run(&pool, migration).await;
        if let Some(version) = before.replace(migration.version) {
            insert_sample(&pool, version).await;
        }
    }
    let store = store::Store::new(pool);
    assert_eq!(store.job(1).await.unwrap().unwrap().steps.len(), 2);
    assert!(store.obligation_of("iriversland2").await.unwrap().is_some());
}

#[sqlx::test(migrations = false)]
async fn a_binary_that_was_rolled_back_starts_on_the_schema_of_a_newer_one(pool: PgPool) {
    let store = store::Store::new(pool.clone());
    store.migrate().await.unwrap();
    sqlx::raw_sql(
        "alter table step add column of_a_newer_one text;
         insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (99991231000000, 'of a newer one', true, decode('00', 'hex'), 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    store.migrate().await.unwrap();
    store.ensure_clusters(&["a"]).await.unwrap();
    assert_eq!(store.clusters().await.unwrap().len(), 1);
}

#[sqlx::test(migrations = false)]
async fn replicas_that_start_at_once_migrate_once(pool: PgPool) {
    let stores = [store::Store::new(pool.clone()), store::Store::new(pool.clone())];
    let (one, other) = tokio::join!(stores[0].migrate(), stores[1].migrate());
    one.unwrap();
    other.unwrap();
    let applied: i64 =
        sqlx::query_scalar("select count(*) from _sqlx_migrations").fetch_one(&pool).await.unwrap();
    assert_eq!(usize::try_from(applied).unwrap(), store::MIGRATOR.iter().count());
}

/// Whether somebody waits for a lock in this database, and who.
async fn who_waits(pool: &PgPool) -> i32 {
    let waiting = "select pid from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()";
    loop {
        if let Some(pid) = sqlx::query_scalar(waiting).fetch_optional(pool).await.unwrap() {
            return pid;
        }
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrations = false)]
async fn a_migration_that_was_killed_half_way_runs_again(pool: PgPool) {
    let mut in_the_way = pool.begin().await.unwrap();
    // A migration in the middle wants this name, and waits.
    sqlx::raw_sql("create table obligation (id int)").execute(&mut *in_the_way).await.unwrap();
    let store = store::Store::new(pool.clone());
    let killed = async {
        let pid = who_waits(&pool).await;
        sqlx::query("select pg_terminate_backend($1)").bind(pid).execute(&pool).await.unwrap();
    };
    let (migrated, ()) = tokio::join!(store.migrate(), killed);
    migrated.unwrap_err();
    in_the_way.rollback().await.unwrap();
    store.migrate().await.unwrap();
    let applied: Vec<bool> =
        sqlx::query_scalar("select success from _sqlx_migrations").fetch_all(&pool).await.unwrap();
    assert_eq!(applied, vec![true; store::MIGRATOR.iter().count()]);
    store.ensure_clusters(&["a"]).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_tables_allow_exactly_the_words_that_the_domain_spells(pool: PgPool) {
    let definitions: BTreeMap<String, String> = sqlx::query_as::<_, (String, String)>(
        "select conname, pg_get_constraintdef(oid) from pg_constraint where contype = 'c' and conname like '%_is_known'",
    )
    .fetch_all(&pool)
    .await
    .unwrap()
    .into_iter()
    .collect();
    let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    macro_rules! spelled {
        ($name:ident) => {
            words(&$name::ALL.iter().map(|value| value.as_str()).collect::<Vec<_>>())
        };
    }
    let expected = BTreeMap::from([
        ("accepted_leftover_kind_is_known", spelled!(ResourceKind)),
        ("backup_destroy_state_is_known", spelled!(BackupState)),
        ("check_in_level_is_known", spelled!(Level)),
        ("cluster_size_is_known", spelled!(Size)),
        ("cluster_state_is_known", spelled!(ClusterState)),
        ("job_channel_is_known", spelled!(Channel)),
        ("job_size_is_known", spelled!(Size)),
        ("job_state_is_known", spelled!(JobState)),
        ("obligation_evidence_is_known", spelled!(Evidence)),
        ("obligation_state_is_known", spelled!(ObligationState)),
        ("receipt_evidence_is_known", spelled!(Evidence)),
        ("schedule_missed_is_known", spelled!(Missed)),
        ("schedule_overlap_is_known", spelled!(Overlap)),
        ("schedule_size_is_known", spelled!(Size)),
        ("session_role_is_known", spelled!(Role)),
        ("share_detail_is_known", spelled!(ShareDetail)),
        ("step_phase_is_known", spelled!(Phase)),
        ("step_state_is_known", spelled!(StepState)),
        ("trigger_state_is_known", spelled!(TriggerState)),
        ("up_time_price_source_is_known", spelled!(PriceSource)),
        ("up_time_size_is_known", spelled!(Size)),
    ]);
    assert_eq!(
        definitions.keys().map(String::as_str).collect::<Vec<_>>(),
        expected.keys().copied().collect::<Vec<_>>()
    );
    for (constraint, words) in expected {
        // CHECK ((state = ANY (ARRAY['down'::text, …])))
        let mut allowed: Vec<String> =
            definitions[constraint].split('\'').skip(1).step_by(2).map(ToOwned::to_owned).collect();
        let mut words = words;
        allowed.sort();
        words.sort();
        assert_eq!(allowed, words, "{constraint}");
    }
}
