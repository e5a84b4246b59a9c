//! What the rows promise: one job per press, one worker per job, nothing written by a late one.

use std::time::Duration;

use domain::actor::{Actor, Channel, Role};
use domain::cluster::ClusterChange;
use domain::event::Remark;
use domain::job::JobState;
use domain::order::{Order, PlannedStep};
use domain::record::{JobChange, Record};
use domain::run::{ProviderKind, RunRef};
use domain::size::Size;
use domain::stay::StayTerms;
use domain::step::{Action, CiTarget, Effect, Phase, Retries, StepState, Trigger, TriggerState};
use sqlx::PgPool;
use store::{Error, Kind, Store, Terms};
use uuid::Uuid;

const LEASE: Duration = Duration::from_secs(30);

fn order(cluster: &str) -> Order {
    let target = CiTarget {
        name: "release".into(),
        title: "Create the cluster".into(),
        provider: ProviderKind::CircleCi,
        project: "gh/acme/infra".into(),
        branch: "release".into(),
        parameters: std::collections::BTreeMap::new(),
        marker_parameter: None,
        time_limit_minutes: 60,
        retries: Retries::default(),
    };
    Order {
        routine: "up".into(),
        cluster: cluster.into(),
        size: Some(Size::M),
        service: None,
        steps: vec![PlannedStep {
            phase: Phase::Forward,
            title: target.title.clone(),
            action: Action::Trigger { target, effect: Effect::CreatesCluster },
        }],
        teardown: Vec::new(),
        stay: StayTerms::default(),
        hold_seconds: 0,
        time_limit_minutes: None,
        cloud: None,
        offer: None,
        resumes: None,
    }
}

fn operator() -> Actor {
    Actor::new("operator", Channel::Web)
}

fn keyed(key: &str) -> Terms {
    Terms { idempotency_key: Some(key.into()), ..Terms::default() }
}

async fn store_with(pool: PgPool, clusters: &[&str]) -> Store {
    let store = Store::new(pool);
    store.ensure_clusters(clusters).await.unwrap();
    store
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn two_presses_with_one_key_are_one_job(pool: PgPool) {
    let store = store_with(pool, &["a"]).await;
    let (order, actor, terms) = (order("a"), operator(), keyed("k"));
    let (one, other) =
        tokio::join!(store.accept(&order, &actor, &terms), store.accept(&order, &actor, &terms));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.number, other.number);
    assert!(one.is_new != other.is_new);
    assert_eq!(store.job_counts(None).await.unwrap().all, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_key_that_was_used_for_another_ask_is_refused(pool: PgPool) {
    let store = store_with(pool, &["a"]).await;
    let first = store.accept(&order("a"), &operator(), &keyed("k")).await.unwrap();
    let other = Order { size: Some(Size::L), ..order("a") };
    let refused = store.accept(&other, &operator(), &keyed("k")).await.unwrap_err();
    assert!(matches!(refused, Error::KeyReused { number } if number == first.number), "{refused}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_key_at_the_same_time_for_two_clusters_is_one_job(pool: PgPool) {
    let store = store_with(pool, &["a", "b"]).await;
    let (first, second, actor, terms) = (order("a"), order("b"), operator(), keyed("k"));
    let (one, other) =
        tokio::join!(store.accept(&first, &actor, &terms), store.accept(&second, &actor, &terms));
    let refused = one.and(other).unwrap_err();
    assert!(matches!(refused, Error::KeyReused { .. }), "{refused}");
    assert_eq!(store.job_counts(None).await.unwrap().all, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_is_adopted_by_one_step_only(pool: PgPool) {
    let store = store_with(pool, &["a", "b"]).await;
    for cluster in ["a", "b"] {
        store.accept(&order(cluster), &operator(), &Terms::default()).await.unwrap();
    }
    let mut outcomes = Vec::new();
    while let Some(claim) = store.claim(Uuid::new_v4(), LEASE, Kind::Any).await.unwrap() {
        let turn = store.turn(&claim).await.unwrap();
        let mut step = turn.facts.job.steps[0].clone();
        step.trigger = Some(Trigger {
            marker: Uuid::new_v4(),
            state: TriggerState::Accepted,
            intended_at: turn.now(),
            sent_at: turn.now(),
            tries: 1,
            looks: 0,
            run: Some(RunRef {
                provider: ProviderKind::CircleCi,
                id: "the-only-one".into(),
                number: None,
                url: "https://app.circleci.com".into(),
            }),
            candidates: Vec::new(),
            asked_to_stop: 0,
            twins_at: None,
        });
        outcomes.push(store.record(&claim, &Record { step: Some(step), ..Record::default() }).await);
    }
    assert!(matches!(outcomes[..], [Ok(()), Err(Error::RunTaken)]), "{outcomes:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_press_that_was_decided_on_an_old_version_changes_nothing(pool: PgPool) {
    let store = store_with(pool, &["a"]).await;
    let seen = store.cluster("a").await.unwrap().unwrap().version;
    let terms = Terms { expected_version: Some(seen), ..Terms::default() };
    store.accept(&order("a"), &operator(), &terms).await.unwrap();
    let refused = store.accept(&order("a"), &operator(), &terms).await.unwrap_err();
    assert!(matches!(refused, Error::Stale { .. }), "{refused}");
    assert_eq!(store.job_counts(None).await.unwrap().all, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_unknown_cluster_is_refused(pool: PgPool) {
    let refused =
        Store::new(pool).accept(&order("nowhere"), &operator(), &Terms::default()).await.unwrap_err();
    assert_eq!(refused.to_string(), "There is no cluster \"nowhere\".");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn jobs_of_one_cluster_queue_up_and_those_of_another_do_not_wait_for_them(pool: PgPool) {
    let store = store_with(pool, &["a", "b"]).await;
    let mut numbers = Vec::new();
    for cluster in ["a", "a", "b"] {
        numbers.push(store.accept(&order(cluster), &operator(), &Terms::default()).await.unwrap().number);
    }
    let worker = Uuid::new_v4();
    let mut claimed = Vec::new();
    while let Some(claim) = store.claim(worker, LEASE, Kind::Any).await.unwrap() {
        claimed.push(claim.job);
    }
    claimed.sort_unstable();
    assert_eq!(claimed, [numbers[0], numbers[2]]);
    assert_eq!(store.jobs_ahead(numbers[1]).await.unwrap(), [numbers[0]]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_worker_whose_claim_passed_on_writes_nothing(pool: PgPool) {
    let store = store_with(pool, &["a"]).await;
    store.accept(&order("a"), &operator(), &Terms::default()).await.unwrap();
    let late = store.claim(Uuid::new_v4(), Duration::ZERO, Kind::Any).await.unwrap().unwrap();
    let present = store.claim(Uuid::new_v4(), LEASE, Kind::Any).await.unwrap().unwrap();
    assert!(present.fence > late.fence);

    let end = Record {
        job: Some(JobChange::Ends { state: JobState::Failed, outcome: "late".into() }),
        remarks: vec![Remark::info(None, "late")],
        ..Record::default()
    };
    assert!(matches!(store.record(&late, &end).await, Err(Error::Fenced)));
    assert!(matches!(store.renew(&late, LEASE).await, Err(Error::Fenced)));
    assert!(matches!(store.turn(&late).await, Err(Error::Fenced)));
    let job = store.job(late.job).await.unwrap().unwrap().job;
    assert_eq!(job.state, JobState::Queued);
    assert_eq!(store.check_ins(late.job, 10).await.unwrap().len(), 1);
    store.record(&present, &end).await.unwrap();
    assert_eq!(store.job(late.job).await.unwrap().unwrap().job.state, JobState::Failed);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_claim_that_is_held_is_given_to_nobody_else_until_it_is_released(pool: PgPool) {
    let store = store_with(pool, &["a"]).await;
    store.accept(&order("a"), &operator(), &Terms::default()).await.unwrap();
    let claim = store.claim(Uuid::new_v4(), LEASE, Kind::Any).await.unwrap().unwrap();
    assert_eq!(store.claim(Uuid::new_v4(), LEASE, Kind::Any).await.unwrap(), None);
    let now = store.turn(&claim).await.unwrap().now();
    store.release(&claim, now).await.unwrap();
    assert!(store.claim(Uuid::new_v4(), LEASE, Kind::Any).await.unwrap().is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_change_has_a_newer_version_and_is_found_by_it(pool: PgPool) {
    let store = store_with(pool, &["a"]).await;
    let before = store.latest_version().await.unwrap();
    let number = store.accept(&order("a"), &operator(), &Terms::default()).await.unwrap().number;
    let changed = store.changed_after(before).await.unwrap();
    assert!(changed.windows(2).all(|pair| pair[0].version < pair[1].version));
    assert!(
        changed.iter().any(|changed| changed.what == store::ChangedRow::Job { number, cluster: "a".into() })
    );
    assert!(changed.iter().any(|changed| changed.what == store::ChangedRow::Cluster("a".into())));
}

/// A browser keeps what has the highest version: one that is drawn before its writer has to wait would hide what was
/// written last.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_writes_a_cluster_last_has_the_highest_version_also_when_he_had_to_wait(pool: PgPool) {
    let store = store_with(pool.clone(), &["a"]).await;
    store.accept(&order("a"), &operator(), &Terms::default()).await.unwrap();
    let claim = store.claim(Uuid::new_v4(), LEASE, Kind::Any).await.unwrap().unwrap();
    let mut first = pool.begin().await.unwrap();
    sqlx::query("select from cluster for update").execute(&mut *first).await.unwrap();
    let last = Record { cluster: Some(ClusterChange::Provisioning), ..Record::default() };
    let last = tokio::spawn(async move { store.record(&claim, &last).await });
    until_somebody_waits(&pool).await;
    let version = "update cluster set version = nextval('change_version') returning version";
    let before: i64 = sqlx::query_scalar(version).fetch_one(&mut *first).await.unwrap();
    first.commit().await.unwrap();
    last.await.unwrap().unwrap();
    let (state, version, press): (String, i64, i64) =
        sqlx::query_as("select state, version, press_version from cluster").fetch_one(&pool).await.unwrap();
    assert_eq!(state, "provisioning");
    assert!(version > before && press == version, "{version} and {press} after {before}");
}

async fn until_somebody_waits(pool: &PgPool) {
    let waiting = "select exists (select from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid())";
    while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(pool).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_is_known_by_its_token_only_and_ends_when_it_is_told_to(pool: PgPool) {
    let store = Store::new(pool.clone());
    let token = store.create_session("operator", Role::Operator).await.unwrap();
    assert_eq!(store.session("guess").await.unwrap(), None);
    let session = store.session(token.reveal()).await.unwrap().unwrap();
    assert_eq!((session.name.as_str(), session.role), ("operator", Role::Operator));
    let kept: Vec<u8> = sqlx::query_scalar("select token_hash from session").fetch_one(&pool).await.unwrap();
    assert!(!kept.windows(8).any(|part| token.reveal().as_bytes().windows(8).any(|of| of == part)));
    store.end_session(token.reveal()).await.unwrap();
    assert_eq!(store.session(token.reveal()).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_idle_session_ends_by_itself(pool: PgPool) {
    let store = Store::new(pool.clone());
    let token = store.create_session("operator", Role::Operator).await.unwrap();
    sqlx::query("update session set last_seen_at = now() - interval '31 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(store.session(token.reveal()).await.unwrap(), None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_the_cloud_shows_makes_no_press_stale(pool: PgPool) {
    let store = store_with(pool, &["a"]).await;
    let seen = store.cluster("a").await.unwrap().unwrap().version;
    store.observed("a", &[], None).await.unwrap();
    assert!(store.cluster("a").await.unwrap().unwrap().version > seen, "the page is told");
    let terms = Terms { expected_version: Some(seen), ..Terms::default() };
    store.accept(&order("a"), &operator(), &terms).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_look_that_was_begun_before_the_destroy_ended_is_no_proof_of_it(pool: PgPool) {
    let store = store_with(pool.clone(), &["a"]).await;
    sqlx::query(
        "insert into obligation (cluster_name, state, opened_at, destroys_at, teardown, next_attempt_at, verifying_since)
         values ('a', 'verifying', now(), now(), '[]', now(), now())",
    )
    .execute(&pool)
    .await
    .unwrap();
    let since = store.obligation_of("a").await.unwrap().unwrap().verifying_since.unwrap();
    let mut looks = Vec::new();
    for clears in [None, Some(since - chrono::Duration::seconds(1)), Some(since), Some(since), None] {
        store.observed("a", &[], clears).await.unwrap();
        looks.push(store.observation("a").await.unwrap().unwrap().clean_looks);
    }
    assert_eq!(looks, [0, 0, 1, 2, 0]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_step_that_only_a_newer_binary_can_read_keeps_nobody_from_reading_its_job(pool: PgPool) {
    let store = store_with(pool.clone(), &["a"]).await;
    let job = store.accept(&order("a"), &operator(), &Terms::default()).await.unwrap().number;
    sqlx::raw_sql(
        "alter table step drop constraint step_state_is_known;
         alter table trigger drop constraint trigger_state_is_known;
         insert into trigger (marker, job_number, position, attempt, state, intended_at, sent_at, tries, looks)
         select gen_random_uuid(), job_number, position, 1, 'unknown', now(), now(), 1, 0 from step where position = 1",
    )
    .execute(&pool)
    .await
    .unwrap();
    let written: sqlx::types::JsonValue =
        sqlx::query_scalar("select action from step where position = 1").fetch_one(&pool).await.unwrap();
    for change in [
        "update step set state = 'levitating' where position = 1",
        "update step set state = 'running', answer = '{\"answer\": \"shrug\"}' where position = 1",
        "update step set answer = null where position = 1; update trigger set state = 'whispered'",
        "update trigger set state = 'accepted', run = '{\"provider\": \"jenkins\", \"id\": \"1\"}'",
    ] {
        sqlx::raw_sql(change).execute(&pool).await.unwrap();
        let step = store.job(job).await.unwrap().unwrap().steps.remove(0);
        assert_eq!((step.state, step.trigger), (StepState::Running, None), "{change}");
        assert_eq!(step.action, Action::Unknown(written.clone()), "{change}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_says_behind_which_other_it_waits(pool: PgPool) {
    let store = store_with(pool.clone(), &["a"]).await;
    let mut jobs = Vec::new();
    for _ in 0..3 {
        jobs.push(store.accept(&order("a"), &operator(), &Terms::default()).await.unwrap().number);
    }
    let behind = store.waits_for(&jobs).await.unwrap();
    assert_eq!(behind.into_iter().collect::<Vec<_>>(), [(jobs[1], jobs[0]), (jobs[2], jobs[0])]);
}
