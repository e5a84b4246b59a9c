//! Connections are few. Whoever holds one and waits for another may wait for all the others that do the same; and whoever
//! leaves something behind in one leaves it to the next.

mod link;

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use domain::actor::{Actor, Channel};
use domain::cloud::{CloudMark, Resource, ResourceKind};
use domain::obligation::PlannedTeardown;
use domain::order::{Order, PlannedStep};
use domain::run::ProviderKind;
use domain::step::{Action, CiTarget, Effect, Phase, Retries};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use store::{Adoption, Alarm, Error, JobFilter, Kind, Store, Terms};
use uuid::Uuid;

use link::Link;

fn order(cluster: &str) -> Order {
    let target = CiTarget {
        name: "release".into(),
        title: "Create the cluster".into(),
        provider: ProviderKind::CircleCi,
        project: "gh/acme/infra".into(),
        branch: "release".into(),
        parameters: BTreeMap::new(),
        marker_parameter: None,
        time_limit_minutes: 60,
        retries: Retries::default(),
    };
    let action = Action::Trigger { target, effect: Effect::CreatesCluster };
    Order {
        routine: "up".into(),
        cluster: cluster.into(),
        size: None,
        service: None,
        steps: vec![PlannedStep { phase: Phase::Forward, title: "Create".into(), action }],
        teardown: Vec::new(),
        stay: Default::default(),
        hold_seconds: 0,
        time_limit_minutes: None,
        cloud: None,
        offer: None,
        resumes: None,
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_connection_is_enough_for_whatever_is_done(pool: PgPool) {
    let one = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(3));
    let store = Store::new(one.connect_with(pool.connect_options().as_ref().clone()).await.unwrap());
    let (anna, terms) = (Actor::new("anna", Channel::Web), Terms::default());
    store.ensure_clusters(&["a", "b"]).await.unwrap();

    let job = store.accept(&order("a"), &anna, &terms).await.unwrap().number;
    let claim = store.claim(Uuid::new_v4(), Duration::from_secs(30), Kind::Any).await.unwrap().unwrap();
    store.turn(&claim).await.unwrap();
    store.release(&claim, store.now().await.unwrap()).await.unwrap();
    store.cancel(job, &anna, None).await.unwrap();
    let until = store.now().await.unwrap() + chrono::TimeDelta::hours(1);
    // Whether it may be done is decided with the job at hand: refused or not, it was read.
    for outcome in [
        store.leave_up(job, &anna, until, until, None).await,
        store.resume(job, 1, &anna, &terms).await.map(drop),
    ] {
        assert!(!matches!(outcome, Err(Error::Database(_))), "{outcome:?}");
    }

    let volume = Resource {
        kind: ResourceKind::Volume,
        id: "1".into(),
        name: "disk".into(),
        tags: Vec::new(),
        created_at: None,
        daily: None,
        machine: None,
    };
    let teardown =
        vec![PlannedTeardown { title: "Destroy".into(), action: order("b").steps[0].action.clone() }];
    let adoption = Adoption {
        cluster: "b".into(),
        size: None,
        offer: None,
        limits: Default::default(),
        destroys_at: store.now().await.unwrap(),
        teardown,
        cloud: CloudMark { name: "b".into(), tag: None },
    };
    store.adopt_cluster(&adoption, &anna).await.unwrap();
    let owed = store.obligation_of("b").await.unwrap().unwrap();
    store.accept_teardown(&owed).await.unwrap().expect("it is due");
    store.observed("b", std::slice::from_ref(&volume), None).await.unwrap();
    store.accept_leftover("b", ResourceKind::Volume, "1", &anna, "mine").await.unwrap();
    let alarm = Alarm { debt: owed.id, cluster: "b", nth: 1, overdue_since: None, text: "Alarm" };
    store.raise_alarm(&alarm).await.unwrap();
    store.close_obligation("b", &anna, "mine").await.unwrap();
    store.set_strangers(std::slice::from_ref(&volume)).await.unwrap();
    store.arrive(Uuid::new_v4(), "1", Duration::from_secs(60)).await.unwrap();
    assert_eq!(store.jobs(&JobFilter::default()).await.unwrap().len(), 2);
}

/// Lets it get so far, then drops it, as a time limit or the end of a caller does.
async fn give_up_after(polls: usize, work: impl Future) {
    let mut work = pin!(work);
    for _ in 0..polls {
        if poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready())).await {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_write_after_a_call_that_was_given_up_anywhere_is_there_for_everybody(pool: PgPool) {
    let store = Store::connect_with(pool.connect_options().as_ref().clone(), 1).await.unwrap();
    store.ensure_clusters(&["a"]).await.unwrap();
    let (anna, terms) = (Actor::new("anna", Channel::Web), Terms::default());
    for polls in 0..120 {
        give_up_after(polls, store.accept(&order("a"), &anna, &terms)).await;
        let service = format!("service {polls}");
        store.note_contact(&service, None).await.unwrap();
        let seen: bool =
            sqlx::query_scalar("select exists (select from provider_contact where provider = $1)")
                .bind(&service)
                .fetch_one(&pool)
                .await
                .unwrap();
        assert!(seen, "given up after {polls} polls, the next write is seen by nobody else");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn who_falls_silent_in_the_middle_of_a_transaction_does_not_hold_its_rows_for_long(pool: PgPool) {
    let database = pool.connect_options().as_ref().clone();
    let link = Link::to(database.get_port()).await;
    let cut_off = database.host("127.0.0.1").port(link.address.port());
    let (cut_off, other) = (Store::connect_with(cut_off, 1).await.unwrap(), Store::new(pool.clone()));
    other.ensure_clusters(&["a"]).await.unwrap();
    let (order, anna, terms) = (order("a"), Actor::new("anna", Channel::Web), Terms::default());
    let holds = "select exists (select from pg_stat_activity
                    where datname = current_database() and state = 'idle in transaction' and query like '%for update%')";
    let mut accepting = Box::pin(cut_off.accept(&order, &anna, &terms));
    while !sqlx::query_scalar::<_, bool>(holds).fetch_one(&pool).await.unwrap() {
        let is_over = poll_fn(|context| Poll::Ready(accepting.as_mut().poll(context).is_ready())).await;
        assert!(!is_over, "it was over before it held the row");
        tokio::task::yield_now().await;
    }
    link.falls_silent();
    other.accept(&order, &anna, &terms).await.unwrap();
}
