//! The meter against an independent calculation: a thousand lives of clusters, played on the real rows under a clock of
//! ours, and counted again from their receipts, minute by minute, in whole numbers.

use std::collections::BTreeMap;

use chrono::{Datelike, TimeDelta};
use domain::Time;
use domain::actor::{Actor, Channel};
use domain::cluster::ClusterChange;
use domain::money::{Cost, UpTime};
use domain::obligation::Obligation;
use domain::order::{Order, PlannedStep};
use domain::price::{ListedPrice, Price, PriceSource};
use domain::record::{Evidence, ObligationChange, Record};
use domain::run::ProviderKind;
use domain::size::{Size, SizeOffer};
use domain::step::{Action, CiTarget, Effect, Phase, Retries};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use store::{Claim, ReceiptFilter, Store, Terms};
use uuid::Uuid;

const LIVES: usize = 1_000;
/// Hundred-thousandths of a dollar for an hour, and dollars for a month: on the list, and by the config.
const LISTED: [(&str, i128, i128); 2] = [("listed-small", 2_232, 15), ("listed-odd", 3_571, 24)];
const DECLARED: [(&str, i128, i128); 2] = [("declared-big", 7_143, 48), ("declared-dear", 33_333, 20)];

/// The rows, and the clock that they read.
struct World {
    store: Store,
    pool: PgPool,
    dice: StdRng,
    now: Time,
}

impl World {
    /// Every `now()` of the product reads a row: a schema of ours is looked in before that of Postgres.
    async fn new(pool: &PgPool) -> Self {
        sqlx::raw_sql(
            "create schema fake;
             create table fake.clock (at timestamptz not null);
             insert into fake.clock values ('2026-01-01');
             create function fake.now() returns timestamptz language sql stable as 'select at from fake.clock';",
        )
        .execute(pool)
        .await
        .unwrap();
        let options: PgConnectOptions = pool.connect_options().as_ref().clone();
        let options =
            options.options([("search_path", "fake,public,pg_catalog"), ("synchronous_commit", "off")]);
        let pool = PgPoolOptions::new().max_connections(3).connect_with(options).await.unwrap();
        let now = "2026-01-20T00:00:00Z".parse().unwrap();
        Self { store: Store::new(pool.clone()), pool, dice: StdRng::seed_from_u64(4), now }
    }

    async fn set(&mut self, now: Time) {
        self.now = now;
        sqlx::query("update fake.clock set at = $1").bind(now).execute(&self.pool).await.unwrap();
    }

    /// Some time passes: seconds, hours, sometimes weeks.
    async fn pass(&mut self) {
        let longest = [90, 3_600, 40_000, 1_500_000][self.dice.random_range(0..4)];
        let micros = self.dice.random_range(0..longest * 1_000_000);
        let whole = self.one_in(4);
        let micros = if whole { micros / 60_000_000 * 60_000_000 } else { micros };
        self.set(self.now + TimeDelta::microseconds(micros)).await;
    }

    fn one_in(&mut self, of: u32) -> bool {
        self.dice.random_range(0..of) == 0
    }

    fn offer(&mut self) -> SizeOffer {
        let machines = LISTED.iter().chain(&DECLARED).collect::<Vec<_>>();
        let (machine, hourly, monthly) = *machines[self.dice.random_range(0..machines.len())];
        let nodes = self.dice.random_range(1..4);
        let is_listed = LISTED.iter().any(|listed| listed.0 == machine);
        // What the config says of a machine that is on the list is wrong, and must not count.
        let (hourly, monthly) = if is_listed { (999, 999) } else { (hourly, monthly) };
        let price = Price {
            hourly: Decimal::from_i128_with_scale(hourly, 5),
            monthly: Decimal::from_i128_with_scale(monthly, 0),
            source: PriceSource::Config,
            of: None,
        };
        SizeOffer {
            size: Size::ALL[self.dice.random_range(0..3)],
            machine: machine.into(),
            vcpus: 1,
            memory_gb: 1,
            nodes,
            price: price.times(nodes),
        }
    }

    async fn record(&self, job: i64, cluster: ClusterChange, obligation: Option<ObligationChange>) {
        let claim = Claim { job, fence: 0, worker: Uuid::nil() };
        let record = Record { cluster: Some(cluster), obligation, ..Record::default() };
        self.store.record(&claim, &record).await.unwrap();
    }

    async fn job(&self, cluster: &str, offer: &SizeOffer) -> i64 {
        let actor = Actor::new("ana", Channel::Web);
        self.store.accept(&order(cluster, offer), &actor, &Terms::default()).await.unwrap().number
    }

    async fn owed(&self, cluster: &str) -> Obligation {
        self.store.obligation_of(cluster).await.unwrap().unwrap()
    }
}

fn order(cluster: &str, offer: &SizeOffer) -> Order {
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
    Order {
        routine: "up".into(),
        cluster: cluster.into(),
        size: Some(offer.size),
        service: None,
        steps: vec![PlannedStep {
            phase: Phase::Forward,
            title: target.title.clone(),
            action: Action::Trigger { target, effect: Effect::CreatesCluster },
        }],
        teardown: Vec::new(),
        stay: Default::default(),
        hold_seconds: 0,
        time_limit_minutes: None,
        cloud: None,
        offer: Some(offer.clone()),
        resumes: None,
    }
}

/// What the life of a cluster should have been: from when to when it cost money.
type Expected = Vec<(Time, Time)>;

/// One life, until nothing is owed any more: failures, resizes, disproved destroys, people who take it over.
async fn live(world: &mut World, cluster: &str) -> Expected {
    let mut expected = Vec::new();
    loop {
        let offer = world.offer();
        let job = world.job(cluster, &offer).await;
        let mut began = world.now;
        let open = ObligationChange::Open {
            destroys_at: Some(world.now + TimeDelta::hours(4)),
            chosen_by: None,
            limits: Default::default(),
            warnings: 0,
            teardown: Vec::new(),
            cloud: None,
        };
        world.record(job, ClusterChange::Provisioning, Some(open)).await;
        world.pass().await;
        if world.one_in(4) {
            // It may cost money all the same.
            world.record(job, ClusterChange::Failed { reason: "broken".into() }, None).await;
        } else {
            // Each further stack says so again.
            world.record(job, ClusterChange::Provisioning, None).await;
            world.record(job, ClusterChange::Up, None).await;
        }
        world.pass().await;
        if world.one_in(8) {
            let ana = Actor::new("ana", Channel::Web);
            assert!(world.store.close_obligation(cluster, &ana, "removed by hand").await.unwrap());
            expected.push((began, world.now));
            return expected;
        }
        world.record(job, ClusterChange::Destroying, Some(ObligationChange::Destroying)).await;
        world.pass().await;
        let is_proved_by_cloud = world.one_in(2);
        let change = if is_proved_by_cloud { ObligationChange::Verify } else { ObligationChange::Settle };
        world.record(job, ClusterChange::Down, Some(change)).await;
        let mut ended = world.now;
        if is_proved_by_cloud {
            while world.one_in(3) {
                world.pass().await;
                let owed = world.owed(cluster).await;
                world.store.destroy_again(&owed, "still there", world.now).await.unwrap();
                world.pass().await;
                world.record(job, ClusterChange::Down, Some(ObligationChange::Verify)).await;
                ended = world.now;
            }
            world.pass().await;
            if world.one_in(4) {
                // Brought up anew before it was proved: the same debt, another up-time.
                expected.push((began, ended));
                began = world.now;
                let offer = world.offer();
                let job = world.job(cluster, &offer).await;
                world.record(job, ClusterChange::Provisioning, None).await;
                world.pass().await;
                world.record(job, ClusterChange::Down, Some(ObligationChange::Verify)).await;
                ended = world.now;
            }
            let owed = world.owed(cluster).await;
            assert!(world.store.settle(&owed, Evidence::Cloud).await.unwrap());
            // Another replica comes with the same proof: there is one receipt.
            assert!(!world.store.settle(&owed, Evidence::Cloud).await.unwrap());
        }
        expected.push((began, ended));
        if !world.one_in(3) {
            return expected;
        }
        world.pass().await;
    }
}

/// In sixtieths of hundred-thousandths of a dollar, minute by minute, by the calendar month in which each begins.
fn counted(up: &UpTime) -> BTreeMap<(i32, u32), i128> {
    let (_, hourly, monthly) = *LISTED.iter().chain(&DECLARED).find(|known| known.0 == up.machine).unwrap();
    let nodes = i128::from(up.nodes);
    let mut months: BTreeMap<(i32, u32), i128> = BTreeMap::new();
    let mut minute = up.began_at;
    while minute < up.ended_at.unwrap() {
        *months.entry((minute.year(), minute.month())).or_default() += hourly * nodes;
        minute += TimeDelta::minutes(1);
    }
    let most = monthly * nodes * 60 * 100_000;
    months.values_mut().for_each(|sum| *sum = (*sum).min(most));
    months
}

/// Half up.
fn cents(sum: i128) -> i128 {
    (2 * sum + 60_000) / 120_000
}

fn in_cents(dollars: Decimal) -> i128 {
    (dollars * Decimal::ONE_HUNDRED).to_i128().unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_meter_equals_what_is_counted_again_from_the_receipts_of_a_thousand_lives(pool: PgPool) {
    let mut world = World::new(&pool).await;
    let list = LISTED.map(|(machine, hourly, monthly)| ListedPrice {
        machine: machine.into(),
        hourly: Decimal::from_i128_with_scale(hourly, 5),
        monthly: Decimal::from_i128_with_scale(monthly, 0),
    });
    world.store.set_prices(&list).await.unwrap();
    let mut months: BTreeMap<(i32, u32), i128> = BTreeMap::new();
    let mut all_up_times = Vec::new();
    let (mut disproved, mut receipted) = (0, 0);
    for life in 0..LIVES {
        let cluster = format!("c{life}");
        world.store.ensure_clusters(&[&cluster]).await.unwrap();
        let start: Time = "2026-01-25T00:00:00Z".parse().unwrap();
        let seconds = world.dice.random_range(0..60 * 86_400);
        world.set(start + TimeDelta::seconds(seconds)).await;
        let expected = live(&mut world, &cluster).await;

        let filter = ReceiptFilter { cluster: Some(cluster.clone()), before: None, limit: 100 };
        let mut receipts = world.store.receipts(&filter).await.unwrap();
        receipts.reverse();
        receipted += receipts.len();
        let mut lived = Vec::new();
        for receipt in receipts {
            let mut by_hand = 0;
            for up in &receipt.up_times {
                for (month, sum) in counted(up) {
                    *months.entry(month).or_default() += sum;
                    by_hand += sum;
                }
                lived.push((up.began_at, up.ended_at.unwrap()));
            }
            assert_eq!(in_cents(receipt.cost), cents(by_hand), "life {life}, receipt {}", receipt.number);
            // What the pages showed in the last moment is what the receipt says.
            let shown: Cost = receipt.up_times.iter().map(|up| up.cost_until(receipt.made_at)).sum();
            assert_eq!(shown.dollars(), receipt.cost);
            all_up_times.extend(receipt.up_times);
        }
        assert_eq!(lived, expected, "life {life}");
        disproved += usize::from(lived.len() > 1);
        assert_eq!(world.store.up_times_without_receipt(&cluster).await.unwrap(), []);
    }
    assert!(receipted > LIVES && disproved > LIVES / 10, "{receipted} receipts, {disproved}");
    // The sum of a month, asked for in its last moment, is that of all receipts.
    for ((year, month), sum) in months {
        let next = (year + i32::from(month == 12), month % 12 + 1);
        let ends: Time = format!("{:04}-{:02}-01T00:00:00Z", next.0, next.1).parse().unwrap();
        world.set(ends - TimeDelta::microseconds(1)).await;
        let shown = world.store.this_month().await.unwrap().cost().dollars();
        assert_eq!(in_cents(shown), cents(sum), "{year}-{month:02}");
    }
}
