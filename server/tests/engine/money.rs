//! What a cluster costs, by which prices, and what remains of it: one receipt.

use domain::price::PriceSource;
use domain::record::Evidence;
use domain::size::Size;
use simulator::{Endpoint, Fault, FaultKind};
use sqlx::PgPool;

use crate::support::{CLUSTER, House};

/// What the config says of every machine. The list of the cloud says less.
const DEAR: &str = "9.00";

async fn house_with_a_dear_config(pool: PgPool) -> House {
    House::with(pool, |catalogue| {
        for offer in &mut catalogue.clusters[0].sizes {
            offer.price.hourly = DEAR.parse().unwrap();
        }
    })
    .await
}

async fn list_is_read(house: &House) {
    house
        .until("the price list is read", async || {
            (!house.store.prices().await.unwrap().is_empty()).then_some(())
        })
        .await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_proved_destroy_leaves_one_receipt_by_the_clouds_prices_also_with_two_engines(pool: PgPool) {
    let house = house_with_a_dear_config(pool).await;
    let engines = [house.start_engine(), house.start_engine()];
    list_is_read(&house).await;
    let job = house.ask("guide", Some(Size::S)).await;
    house.over(job).await;
    house.is_proved().await;
    for engine in engines {
        engine.stop().await;
    }

    let mut receipts = house.receipts().await;
    let receipt = receipts.pop().unwrap();
    assert_eq!(receipts, [], "exactly one");
    assert_eq!(receipt.obligation, house.debt_of(job).await.id);
    assert_eq!((receipt.evidence, receipt.closed.as_ref()), (Some(Evidence::Cloud), None));
    assert_eq!(receipt.started_by.as_ref().unwrap().to_string(), "operator");
    let [up] = receipt.up_times.as_slice() else { panic!("{:?}", receipt.up_times) };
    assert_eq!((up.size, up.machine.as_str(), up.job), (Size::S, "s-1vcpu-3gb", Some(job)));
    assert_eq!(up.price.source, PriceSource::DigitalOcean);
    assert_eq!(up.price.hourly, "0.02232".parse().unwrap(), "the list wins over the config");
    let job = house.store.job(job).await.unwrap().unwrap();
    let created = job.steps.first().unwrap().started_at.unwrap();
    let destroyed = job.steps.last().unwrap().finished_at.unwrap();
    assert!((up.began_at - created).abs() < chrono::TimeDelta::seconds(5), "{up:?}");
    assert!((up.ended_at.unwrap() - destroyed).abs() < chrono::TimeDelta::seconds(5), "{up:?}");
    assert_eq!(receipt.jobs.iter().map(|job| job.number).collect::<Vec<_>>(), [job.job.number]);

    let told: Vec<String> = sqlx::query_scalar("select text from announcement where text like 'Receipt%'")
        .fetch_all(&house.pool)
        .await
        .unwrap();
    assert_eq!(told, [receipt.line()]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_list_that_cannot_be_had_leaves_the_last_one_with_its_age(pool: PgPool) {
    let house = house_with_a_dear_config(pool).await;
    let engine = house.start_engine();
    list_is_read(&house).await;
    engine.stop().await;
    let before = house.store.prices().await.unwrap();
    let read_at = house.store.price_list_age().await.unwrap().read_at;
    assert!(read_at.is_some());
    let mut first_failure = None;
    for kind in [FaultKind::Status500, FaultKind::Unauthorized, FaultKind::TruncatedJson] {
        house.simulator.inject(Fault::on(Endpoint::DigitaloceanSizes, kind)).unwrap();
        sqlx::query("update price_look set asked_at = '-infinity'").execute(&house.pool).await.unwrap();
        let asked = || house.simulator.log().iter().filter(|entry| entry.endpoint == Some("sizes")).count();
        let asked_before = asked();
        let engine = house.start_engine();
        house.until("the list was asked for", async || (asked() > asked_before).then_some(())).await;
        house
            .until("it is to be asked for again in five minutes", async || waits_five_minutes(&house).await)
            .await;
        engine.stop().await;
        assert_eq!(house.store.prices().await.unwrap(), before, "{kind:?}");
        let age = house.store.price_list_age().await.unwrap();
        assert_eq!(age.read_at, read_at, "{kind:?}");
        first_failure = first_failure.or(age.failing_since);
        assert!(age.failing_since.is_some() && age.failing_since == first_failure, "{kind:?}: {age:?}");
    }
    sqlx::query("update price_look set asked_at = '-infinity'").execute(&house.pool).await.unwrap();
    let engine = house.start_engine();
    house
        .until("the list is had again", async || {
            let age = house.store.price_list_age().await.unwrap();
            (age.failing_since.is_none() && age.read_at > read_at).then_some(())
        })
        .await;
    engine.stop().await;
}

/// An hour after it was asked for is the next turn, whoever takes it.
async fn waits_five_minutes(house: &House) -> Option<()> {
    let minutes = sqlx::query_scalar::<_, f64>(
        "select extract(epoch from asked_at + interval '1 hour' - now())::float8 / 60
           from price_look where isfinite(asked_at)",
    );
    let minutes = minutes.fetch_optional(&house.pool).await.unwrap()?;
    (4.0..=5.0).contains(&minutes).then_some(())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_list_the_config_says_what_it_costs(pool: PgPool) {
    let house = house_with_a_dear_config(pool).await;
    let never = Fault::on(Endpoint::DigitaloceanSizes, FaultKind::Status500).every();
    house.simulator.inject(never).unwrap();
    let job = house.ask("up", Some(Size::M)).await;
    house.play(job).await;
    let up_times = house.store.up_times_without_receipt(CLUSTER).await.unwrap();
    let [up] = up_times.as_slice() else { panic!("{up_times:?}") };
    assert_eq!((up.price.source, up.price.hourly), (PriceSource::Config, DEAR.parse().unwrap()));
    assert_eq!(up.price.of.unwrap().to_string(), "2026-11-20");
    assert_eq!(up.ended_at, None, "it is up");
    assert_eq!(house.receipts().await, [], "and nothing is settled");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_create_that_failed_may_cost_money_until_it_is_destroyed(pool: PgPool) {
    let house = House::build(pool).await;
    let breaks = Fault::on(Endpoint::CircleciTrigger, FaultKind::FailJob).branch("release");
    house.simulator.inject(breaks).unwrap();
    let job = house.ask("up", Some(Size::M)).await;
    let engine = house.start_engine();
    let failed = house.over(job).await;
    let receipt =
        house.until("what it left is destroyed and proved", async || house.receipts().await.pop()).await;
    engine.stop().await;
    let [up] = receipt.up_times.as_slice() else { panic!("{:?}", receipt.up_times) };
    assert!(up.ended_at.unwrap() > failed.job.finished_at.unwrap(), "{up:?}");
    let titles: Vec<_> = receipt.jobs.iter().map(|job| (job.title.as_str(), job.by.name.as_str())).collect();
    assert_eq!(titles, [("up (m)", "operator"), ("down", "auto-destroy")]);
}
