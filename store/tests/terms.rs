//! What the rows promise about time: an end moves once per press, a destroy is held, a job does not outlive its cluster.

use std::time::Duration;

use domain::Time;
use domain::actor::{Actor, Channel, Role};
use domain::cloud::CloudMark;
use domain::extension::ExtendError;
use domain::obligation::Obligation;
use domain::order::{Order, PlannedStep};
use domain::record::{JobChange, Record};
use domain::run::ProviderKind;
use domain::stay::{Stay, StayLimits, StayTerms};
use domain::step::{Action, CiTarget, Effect, Phase, Retries};
use sqlx::PgPool;
use store::{Adoption, Error, Kind, Store, Terms, Wish};
use uuid::Uuid;

fn order(effect: Effect) -> Order {
    let target = CiTarget {
        name: "release".into(),
        title: "Do it".into(),
        provider: ProviderKind::CircleCi,
        project: "gh/acme/infra".into(),
        branch: "release".into(),
        parameters: std::collections::BTreeMap::new(),
        marker_parameter: None,
        time_limit_minutes: 60,
        retries: Retries::default(),
    };
    Order {
        routine: "it".into(),
        cluster: "a".into(),
        size: None,
        service: None,
        steps: vec![PlannedStep {
            phase: Phase::Forward,
            title: target.title.clone(),
            action: Action::Trigger { target, effect },
        }],
        teardown: Vec::new(),
        stay: StayTerms::default(),
        hold_seconds: 10,
        time_limit_minutes: None,
        cloud: None,
        offer: None,
        resumes: None,
    }
}

fn operator() -> Actor {
    Actor::new("operator", Channel::Web)
}

fn wish(stay: Stay, key: &str) -> Wish {
    Wish { stay, seen: None, idempotency_key: Some(key.into()), role: Role::Operator }
}

/// With one cluster that is up and ends in four hours.
async fn up(pool: PgPool) -> (Store, Obligation) {
    let store = Store::new(pool);
    store.ensure_clusters(&["a"]).await.unwrap();
    let adoption = Adoption {
        cluster: "a".into(),
        size: None,
        offer: None,
        destroys_at: store.now().await.unwrap() + chrono::Duration::hours(4),
        limits: StayLimits::default(),
        teardown: Vec::new(),
        cloud: CloudMark { name: "a".into(), tag: None },
    };
    assert!(store.adopt_cluster(&adoption, &operator()).await.unwrap());
    let owed = owed(&store).await;
    (store, owed)
}

async fn owed(store: &Store) -> Obligation {
    store.obligation_of("a").await.unwrap().unwrap()
}

fn plus(end: Option<Time>, hours: i64) -> Option<Time> {
    end.map(|end| end + chrono::Duration::hours(hours))
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn extending_twice_with_one_key_moves_the_end_once(pool: PgPool) {
    let (store, before) = up(pool).await;
    let (wish, actor) = (wish(Stay::hours(1), "k"), operator());
    let (one, other) = tokio::join!(store.extend("a", &wish, &actor), store.extend("a", &wish, &actor));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.destroys_at, plus(before.destroys_at, 1));
    assert_eq!(one.destroys_at, other.destroys_at);
    assert!(one.is_new != other.is_new);
    let owed = owed(&store).await;
    assert_eq!((owed.destroys_at, owed.chosen_by.as_deref()), (one.destroys_at, Some("operator")));
    assert!(owed.is_end_chosen());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_key_that_moved_an_end_by_another_length_moves_nothing(pool: PgPool) {
    let (store, _) = up(pool).await;
    store.extend("a", &wish(Stay::hours(1), "k"), &operator()).await.unwrap();
    let refused = store.extend("a", &wish(Stay::hours(4), "k"), &operator()).await.unwrap_err();
    assert!(matches!(refused, Error::Extend(ExtendError::KeyReused)), "{refused}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_two_presses_that_were_decided_on_one_end_only_one_moves_it(pool: PgPool) {
    let (store, before) = up(pool).await;
    let press = |key: &str| Wish { seen: Some(before.destroys_at), ..wish(Stay::hours(1), key) };
    store.extend("a", &press("one"), &operator()).await.unwrap();
    let refused = store.extend("a", &press("other"), &operator()).await.unwrap_err();
    assert!(matches!(refused, Error::Extend(ExtendError::Moved { .. })), "{refused}");
    assert_eq!(owed(&store).await.destroys_at, plus(before.destroys_at, 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_last_move_is_taken_back_within_a_minute_and_only_once(pool: PgPool) {
    let (store, before) = up(pool.clone()).await;
    store.extend("a", &wish(Stay::hours(1), "one"), &operator()).await.unwrap();
    store.extend("a", &wish(Stay::hours(4), "two"), &operator()).await.unwrap();
    let last = owed(&store).await.extended.unwrap();
    let undone = store.undo_extension("a", Some(last.id), &operator()).await.unwrap();
    assert_eq!((undone.destroys_at, undone.is_new), (plus(before.destroys_at, 1), true));
    let again = store.undo_extension("a", Some(last.id), &operator()).await.unwrap();
    assert_eq!((again.destroys_at, again.is_new), (undone.destroys_at, false));

    for sql in [
        "update extension set extended_at = extended_at - interval '61 seconds'",
        "update obligation set opened_at = opened_at - interval '1 hour'",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let late = store.undo_extension("a", None, &operator()).await.unwrap_err();
    assert!(late.to_string().contains("it was more than 60 s ago"), "{late}");
    let acts = store.acts("a", 10).await.unwrap();
    assert_eq!(acts.iter().filter(|act| act.what == "extend").count(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_move_beyond_the_cap_is_refused_with_the_range(pool: PgPool) {
    let (store, before) = up(pool).await;
    let refused = store.extend("a", &wish(Stay::hours(21), "k"), &operator()).await.unwrap_err();
    assert!(refused.to_string().starts_with("The auto-destroy time may be from "), "{refused}");
    assert_eq!(owed(&store).await.destroys_at, before.destroys_at);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_warning_is_given_once_for_all_replicas(pool: PgPool) {
    let (store, owed) = up(pool.clone()).await;
    let message = ("a is destroyed soon".to_owned(), Vec::new());
    let (one, other) =
        tokio::join!(store.warn(&owed, 1, Some(&message)), store.warn(&owed, 1, Some(&message)));
    assert!(one.unwrap() != other.unwrap());
    let told: i64 = sqlx::query_scalar("select count(*) from announcement where text like 'a is destroyed%'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(told, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_warning_of_an_end_that_was_moved_meanwhile_is_not_given(pool: PgPool) {
    let (store, before) = up(pool).await;
    store.extend("a", &wish(Stay::hours(1), "k"), &operator()).await.unwrap();
    assert!(!store.warn(&before, 1, None).await.unwrap());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_person_asks_to_destroy_is_held_and_what_creates_is_not(pool: PgPool) {
    let (store, _) = up(pool).await;
    let destroy =
        store.accept(&order(Effect::DestroysCluster), &operator(), &Terms::default()).await.unwrap();
    let job = store.job(destroy.number).await.unwrap().unwrap().job;
    assert_eq!(job.held_until.map(|until| (until - job.created_at).num_seconds()), Some(10));
    let deploy = Effect::Deploys { service: "shop".into() };
    let deploy = store.accept(&order(deploy), &operator(), &Terms::default()).await.unwrap();
    assert_eq!(store.job(deploy.number).await.unwrap().unwrap().job.held_until, None);
    let system = store.accept(&order(Effect::DestroysCluster), &Actor::system(), &Terms::default()).await;
    assert_eq!(store.job(system.unwrap().number).await.unwrap().unwrap().job.held_until, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_time_that_is_out_of_range_starts_nothing(pool: PgPool) {
    let store = Store::new(pool);
    store.ensure_clusters(&["a"]).await.unwrap();
    let chosen = Some(Stay::Until { time: store.now().await.unwrap() });
    let late = Order { stay: StayTerms { chosen, ..StayTerms::default() }, ..order(Effect::CreatesCluster) };
    let refused = store.accept(&late, &operator(), &Terms::default()).await.unwrap_err();
    assert!(
        matches!(refused, Error::Stay(_)) && refused.to_string().ends_with("Nothing was started."),
        "{refused}"
    );
    assert_eq!(store.job_counts(None).await.unwrap().all, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_a_job_that_outstays_its_cluster_is_cancelled(pool: PgPool) {
    let (store, _) = up(pool.clone()).await;
    let deploy = order(Effect::Deploys { service: "shop".into() });
    let job = store.accept(&deploy, &operator(), &Terms::default()).await.unwrap().number;
    store.claim(Uuid::new_v4(), Duration::from_secs(30), Kind::Any).await.unwrap().unwrap();
    let ends = |ago: &'static str| {
        let pool = pool.clone();
        async move {
            let sql = format!("update obligation set destroys_at = now() - interval '{ago}'");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
        }
    };
    ends("59 minutes").await;
    assert_eq!(store.interrupt(&owed(&store).await, "late").await.unwrap(), None);
    ends("60 minutes").await;
    assert_eq!(store.interrupt(&owed(&store).await, "late").await.unwrap(), Some(job));
    assert_eq!(store.interrupt(&owed(&store).await, "late").await.unwrap(), None, "once is enough");
    let cancelled = store.job(job).await.unwrap().unwrap().job.cancelled.unwrap();
    assert_eq!(cancelled.by, Actor::system());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cluster_counts_as_used_when_a_job_ends_on_it(pool: PgPool) {
    let (store, before) = up(pool).await;
    let deploy = order(Effect::Deploys { service: "shop".into() });
    store.accept(&deploy, &operator(), &Terms::default()).await.unwrap();
    let claim = store.claim(Uuid::new_v4(), Duration::from_secs(30), Kind::Any).await.unwrap().unwrap();
    for job in [
        JobChange::Goes(domain::job::JobState::Running),
        JobChange::Ends { state: domain::job::JobState::Succeeded, outcome: "Done.".into() },
    ] {
        store.record(&claim, &Record { job: Some(job), ..Record::default() }).await.unwrap();
    }
    assert!(owed(&store).await.active_at > before.active_at);
}
