//! What money looks like to programs: always an estimate, always with the list that it is made from. Sums are decimals
//! in texts, in US dollars.

use domain::Time;
use domain::money::{Cost, UpTime};
use domain::price::{Price, PriceSource, estimate};
use domain::size::{Size, SizeOffer};
use rust_decimal::Decimal;
use serde::Serialize;

#[derive(Serialize)]
pub struct CostShape {
    /// "0.07"
    so_far: Decimal,
    /// If it is destroyed as planned; null where there is no plan.
    at_most: Option<Decimal>,
    is_estimate: bool,
    /// Of the newest price in it: `digitalocean` or `config`.
    prices_from: PriceSource,
    /// The day of that list; null where the config does not say.
    prices_of: Option<chrono::NaiveDate>,
    /// The same for people, of all prices in it.
    estimate: String,
}

impl CostShape {
    /// None where nothing was metered.
    pub fn new(up_times: &[UpTime], so_far: Cost, at_most: Option<(Cost, Time)>) -> Option<Self> {
        let price = &up_times.last()?.price;
        Some(Self {
            so_far: so_far.dollars(),
            at_most: at_most.map(|(most, _)| most.dollars()),
            is_estimate: true,
            prices_from: price.source,
            prices_of: price.of,
            estimate: estimate(up_times.iter().map(|up| &up.price)),
        })
    }
}

/// A size in which a cluster can be brought up, at the prices of today.
#[derive(Serialize)]
pub struct SizeShape {
    size: Size,
    is_default: bool,
    machine: String,
    nodes: u16,
    vcpus: u16,
    memory_gb: u16,
    /// Dollars for all nodes.
    hourly: Decimal,
    monthly: Decimal,
    is_estimate: bool,
    prices_from: PriceSource,
    prices_of: Option<chrono::NaiveDate>,
}

impl SizeShape {
    pub fn new(offer: SizeOffer, default: Size) -> Self {
        let Price { hourly, monthly, source, of } = offer.price;
        Self {
            size: offer.size,
            is_default: offer.size == default,
            machine: offer.machine,
            nodes: offer.nodes,
            vcpus: offer.vcpus,
            memory_gb: offer.memory_gb,
            hourly,
            monthly,
            is_estimate: true,
            prices_from: source,
            prices_of: of,
        }
    }
}

/// One time that a cluster was up, at one price.
#[derive(Serialize)]
pub struct UpTimeShape {
    size: Size,
    machine: String,
    nodes: u16,
    /// Dollars for all nodes.
    hourly: Decimal,
    monthly: Decimal,
    is_estimate: bool,
    prices_from: PriceSource,
    prices_of: Option<chrono::NaiveDate>,
    /// The job that brought it up; null where it was adopted.
    job: Option<i64>,
    from: Time,
    until: Option<Time>,
}

impl From<UpTime> for UpTimeShape {
    fn from(up: UpTime) -> Self {
        let Price { hourly, monthly, source, of } = up.price;
        Self {
            size: up.size,
            machine: up.machine,
            nodes: up.nodes,
            hourly,
            monthly,
            is_estimate: true,
            prices_from: source,
            prices_of: of,
            job: up.job,
            from: up.began_at,
            until: up.ended_at,
        }
    }
}
