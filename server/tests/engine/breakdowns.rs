//! Workers that break down, binaries that overlap, and times when nobody was there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::Time;
use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::run::{Candidate, ProviderKind, RunRef, RunReport};
use domain::size::Size;
use domain::step::{CiTarget, StepState};
use server::providers::{CiProvider, ProviderError, TriggerError};
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;
use store::Kind;
use uuid::Uuid;

use crate::support::{CLUSTER, GUIDE, House};

/// A worker takes the job and is never heard of again.
async fn breaks_down(house: &House) {
    house.store.claim(Uuid::new_v4(), Duration::ZERO, Kind::Any).await.unwrap().unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_step_over_which_three_workers_broke_down_is_put_aside_and_the_cluster_destroyed(pool: PgPool) {
    let house = House::build(pool).await;
    let hangs = Fault::on(Endpoint::CircleciTrigger, FaultKind::RunHangs).branch("release");
    house.simulator.inject(hangs).unwrap();
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    house
        .until("the second stack is at work", async || {
            let job = house.store.job(guide).await.unwrap().unwrap();
            (job.steps[1].state == StepState::Running).then_some(())
        })
        .await;
    engine.stop().await;
    sqlx::query("update job set next_check_at = now()").execute(&house.pool).await.unwrap();
    for _ in 0..4 {
        breaks_down(&house).await;
    }
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Failed, "{}", house.story().await);
    assert!(over.job.outcome.unwrap().contains("put aside: this service broke down"));
    assert_eq!(house.cluster().await.state, ClusterState::Down);
    assert_eq!(house.owed().await, None);
}

/// A client with an error in it, which shows at so many looks.
struct Panicky {
    client: Box<dyn CiProvider>,
    panics: AtomicUsize,
}

impl Panicky {
    fn put_in(house: &mut House, panics: usize) {
        house.change_providers(|providers| {
            let client = providers.travis.take().unwrap();
            providers.travis = Some(Box::new(Self { client, panics: AtomicUsize::new(panics) }));
        });
    }
}

#[async_trait]
impl CiProvider for Panicky {
    fn kind(&self) -> ProviderKind {
        self.client.kind()
    }

    async fn trigger(&self, target: &CiTarget, marker: Uuid) -> Result<RunRef, TriggerError> {
        self.client.trigger(target, marker).await
    }

    async fn find(
        &self,
        target: &CiTarget,
        marker: Uuid,
        since: Time,
    ) -> Result<Vec<Candidate>, ProviderError> {
        self.client.find(target, marker, since).await
    }

    async fn look(&self, target: &CiTarget, run: &RunRef) -> Result<RunReport, ProviderError> {
        let has_more = |left: usize| left.checked_sub(1);
        let panics = self.panics.fetch_update(Ordering::Relaxed, Ordering::Relaxed, has_more);
        assert!(panics.is_err(), "an index out of bounds, say");
        self.client.look(target, run).await
    }

    async fn cancel(&self, target: &CiTarget, run: &RunRef) -> Result<(), ProviderError> {
        self.client.cancel(target, run).await
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_panic_over_a_job_is_a_breakdown_that_the_job_gets_over(pool: PgPool) {
    let mut house = House::build(pool).await;
    Panicky::put_in(&mut house, 1);
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_step_over_which_every_worker_panics_is_put_aside_by_the_same_process_and_the_cluster_destroyed(
    pool: PgPool,
) {
    let mut house = House::build(pool).await;
    Panicky::put_in(&mut house, usize::MAX);
    let guide = house.ask("guide", Some(Size::S)).await;
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Failed, "{}", house.story().await);
    assert_eq!(over.steps[2].state, StepState::Failed);
    assert!(over.job.outcome.unwrap().contains("put aside: this service broke down"));
    assert_eq!((house.cluster().await.state, house.owed().await), (ClusterState::Down, None));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_breakdown_or_two_are_not_held_against_a_job_that_goes_on(pool: PgPool) {
    let house = House::build(pool).await;
    let guide = house.ask("guide", Some(Size::S)).await;
    for _ in 0..2 {
        breaks_down(&house).await;
    }
    assert_eq!(house.store.job(guide).await.unwrap().unwrap().job.recoveries, 1);
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(over.job.recoveries, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_job_with_a_step_of_a_newer_version_is_left_to_it_and_keeps_nobody_waiting(pool: PgPool) {
    let house = House::build(pool).await;
    let newer = house.ask("guide", Some(Size::S)).await;
    sqlx::query(
        "update step set action = jsonb_build_object('kind', 'rocket', 'thrust', 9) where position = 4;",
    )
    .execute(&house.pool)
    .await
    .unwrap();
    let engine = house.start_engine();
    house
        .until("the newer job was put off", async || {
            let put_off = sqlx::query_scalar::<_, bool>(
                "select next_check_at > now() + interval '30 seconds' from job",
            )
            .fetch_one(&house.pool)
            .await
            .unwrap();
            put_off.then_some(())
        })
        .await;
    house.owes("other").await;
    house.is_paid_for("other").await;
    engine.stop().await;
    let left = house.store.job(newer).await.unwrap().unwrap();
    assert_eq!((left.job.state, left.job.recoveries), (JobState::Queued, 0));
    assert_eq!(house.effective(), ["destroy-other"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_absence_is_noticed_and_what_was_due_meanwhile_is_done_once(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    sqlx::query("update replica set seen_at = now() - interval '3 hours'")
        .execute(&house.pool)
        .await
        .unwrap();
    sqlx::query("update obligation set destroys_at = now() - interval '2 hours'")
        .execute(&house.pool)
        .await
        .unwrap();
    let engines = [house.start_engine(), house.start_engine()];
    house.until("the debt is paid", async || house.owed().await.is_none().then_some(())).await;
    for engine in engines {
        engine.stop().await;
    }
    let absence = house.store.last_absence().await.unwrap().unwrap();
    assert!(absence.until - absence.from > chrono::TimeDelta::hours(2));
    assert_eq!(house.effective(), ["release-cluster", "release", "destroy-release", "destroy-cluster"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_destroy_that_is_owed_for_long_alarms_once_for_all_replicas(pool: PgPool) {
    let house = House::build(pool).await;
    let up = house.ask("up", Some(Size::S)).await;
    house.play(up).await;
    sqlx::query(
        "update obligation set state = 'due', due_since = now() - interval '70 minutes',
                next_attempt_at = now() + interval '1 hour', last_error = 'no connection'",
    )
    .execute(&house.pool)
    .await
    .unwrap();
    let engines = [house.start_engine(), house.start_engine()];
    let alarmed =
        |messages: Vec<String>| messages.into_iter().filter(|text| text.starts_with("Alarm:")).count();
    house
        .until("Slack was told", async || (alarmed(house.simulator.slack_messages()) > 0).then_some(()))
        .await;
    for engine in engines {
        engine.stop().await;
    }
    assert_eq!(alarmed(house.simulator.slack_messages()), 1);
    assert_eq!(house.store.obligation_of(CLUSTER).await.unwrap().unwrap().alarms, 2);
}
