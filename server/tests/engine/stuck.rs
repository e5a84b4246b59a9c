//! Calls that never come back, and those who do not wait for them.

use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::Time;
use domain::backup::BackupPolicy;
use domain::catalogue::Catalogue;
use domain::job::JobState;
use domain::order::Ask;
use domain::run::{Candidate, ProviderKind, RunRef, RunReport};
use domain::size::Size;
use domain::step::CiTarget;
use server::engine::Engine;
use server::providers::{CiProvider, Patience, ProviderError, Providers, TriggerError};
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::{CLUSTER, GUIDE, House, RunningEngine};

/// How many calls hang just now.
type Hanging = Arc<AtomicUsize>;

/// A client whose first calls to start a run of the first stack are carried out and never answered.
struct Stuck {
    client: Box<dyn CiProvider>,
    still_to_hang: AtomicUsize,
    hanging: Hanging,
}

impl Stuck {
    fn put_in(house: &mut House, calls: usize) -> Hanging {
        let hanging = Hanging::default();
        house.change_providers(|providers| {
            let client = providers.circleci.take().unwrap();
            let still_to_hang = AtomicUsize::new(calls);
            let hanging = Arc::clone(&hanging);
            providers.circleci = Some(Box::new(Self { client, still_to_hang, hanging }));
        });
        hanging
    }
}

/// Counts as long as it is there.
struct Counted(Hanging);

impl Counted {
    fn new(hanging: &Hanging) -> Self {
        hanging.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(hanging))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl CiProvider for Stuck {
    fn kind(&self) -> ProviderKind {
        self.client.kind()
    }

    async fn trigger(&self, target: &CiTarget, marker: Uuid) -> Result<RunRef, TriggerError> {
        let started = self.client.trigger(target, marker).await;
        let has_more = |left: usize| left.checked_sub(1);
        let hangs = target.branch == "release-cluster"
            && self.still_to_hang.fetch_update(Ordering::Relaxed, Ordering::Relaxed, has_more).is_ok();
        if hangs {
            let _counted = Counted::new(&self.hanging);
            pending::<()>().await;
        }
        started
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
        self.client.look(target, run).await
    }

    async fn cancel(&self, target: &CiTarget, run: &RunRef) -> Result<(), ProviderError> {
        self.client.cancel(target, run).await
    }
}

impl House {
    async fn hang(&self, hanging: &Hanging, calls: usize) {
        self.until(&format!("{calls} calls hang"), async || {
            (hanging.load(Ordering::Relaxed) == calls).then_some(())
        })
        .await;
    }

    /// One that waits for nothing once it is told to stop, and loses no claim meanwhile.
    fn hasty_engine(&self) -> Engine {
        let engine = self.engine_on(self.store.clone());
        engine.with_lease(Duration::from_secs(60)).with_grace(Duration::from_millis(50))
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_turn_that_hangs_when_the_process_has_to_end_is_given_up_and_another_goes_on_at_once(pool: PgPool) {
    let mut house = House::build(pool).await;
    let hanging = Stuck::put_in(&mut house, 1);
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = RunningEngine::start(house.hasty_engine());
    house.hang(&hanging, 1).await;
    timeout(Duration::from_secs(30), engine.stop()).await.expect("it waits for the call without end");
    let is_free: bool = sqlx::query_scalar(
        "select claimed_until is null and recoveries = 0 and next_check_at <= now() from job",
    )
    .fetch_one(&house.pool)
    .await
    .unwrap();
    assert!(is_free, "the next engine waits for nothing, and no breakdown is counted");
    let over = house.play(guide).await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE, "what was sent and not recorded is found again");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_turn_whose_claim_is_not_renewed_is_given_up_before_the_claim_ends(pool: PgPool) {
    let mut house = House::build(pool).await;
    let hanging = Stuck::put_in(&mut house, 1);
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = RunningEngine::start(house.hasty_engine().with_lease(Duration::from_secs(12)));
    house.hang(&hanging, 1).await;
    let mut held = house.pool.begin().await.unwrap();
    sqlx::query("select from job for update").execute(&mut *held).await.unwrap();
    house.hang(&hanging, 0).await;
    let still_holds: bool = sqlx::query_scalar("select claimed_until > clock_timestamp() from job")
        .fetch_one(&mut *held)
        .await
        .unwrap();
    assert!(still_holds, "another worker could have had the job by now");
    held.rollback().await.unwrap();
    let over = house.over(guide).await;
    house.is_proved().await;
    engine.stop().await;
    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!((house.effective(), over.job.recoveries), (GUIDE.map(String::from).to_vec(), 0));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_debt_is_paid_while_jobs_that_hang_fill_the_queue(pool: PgPool) {
    let names: Vec<String> = (1..=9).map(|number| format!("busy-{number}")).collect();
    let mut house = House::with(pool, |catalogue| {
        let ours = catalogue.cluster(CLUSTER).unwrap().clone();
        for name in &names {
            let mut spec = ours.clone();
            spec.name.clone_from(name);
            spec.cloud = None;
            catalogue.clusters.push(spec);
        }
    })
    .await;
    let hanging = Stuck::put_in(&mut house, names.len());
    for name in &names {
        house.store.ensure_clusters(&[name]).await.unwrap();
        let ask = Ask {
            routine: "up".into(),
            cluster: name.clone(),
            size: Some(Size::S),
            service: None,
            lifetime: None,
        };
        house.ask_for(&ask).await;
    }
    let engine = RunningEngine::start(house.hasty_engine());
    house.hang(&hanging, 8).await;
    house.owes("other").await;
    house.is_paid_for("other").await;
    assert_eq!(hanging.load(Ordering::Relaxed), 8, "the ninth waits for a free slot");
    engine.stop().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_round_beside_the_jobs_that_hangs_when_the_process_has_to_end_is_given_up(pool: PgPool) {
    let backed_up = |catalogue: &mut Catalogue| catalogue.backup = Some(BackupPolicy { margin_minutes: 60 });
    let mut house = House::with(pool, backed_up).await;
    let url = house.simulator.url().to_owned();
    house.change_providers(|providers| {
        let patience = Patience { answer: Duration::from_secs(3_600), ..Patience::default() };
        *providers = Providers::simulated(&url, HashMap::new(), patience).unwrap();
    });
    house.simulator.inject(Fault::on(Endpoint::CircleciPlant, FaultKind::Hang).every()).unwrap();
    let engine = house.engine_on(house.store.clone()).with_grace(Duration::from_millis(50));
    let engine = RunningEngine::start(engine);
    house.ask("up", Some(Size::S)).await;
    house
        .until("a backup is being planted", async || {
            (house.calls_of(Endpoint::CircleciPlant) > 0).then_some(())
        })
        .await;
    timeout(Duration::from_secs(60), engine.stop()).await.expect("it does not wait for the answer");
}
