//! What a machine costs by which list, and of when that list is. No price without a source and a date.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::spelling::spelled_enum;

spelled_enum! {
    /// Who says what something costs.
    PriceSource ("price source") {
        DigitalOcean = "digitalocean",
        Config = "config",
    }
}

/// US dollars for an hour, and for a whole calendar month, which is the most that is asked for in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub hourly: Decimal,
    pub monthly: Decimal,
    pub source: PriceSource,
    /// The day of which the list is; the config need not say.
    pub of: Option<NaiveDate>,
}

impl Price {
    /// Of so many machines of the kind.
    #[must_use]
    pub fn times(&self, nodes: u16) -> Self {
        let nodes = Decimal::from(nodes);
        Self { hourly: self.hourly * nodes, monthly: self.monthly * nodes, ..self.clone() }
    }

    pub const fn list(&self) -> ListName {
        ListName { source: self.source, of: self.of }
    }
}

/// Whose list, and of which day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListName {
    pub source: PriceSource,
    pub of: Option<NaiveDate>,
}

/// "DigitalOcean's list prices of 2026-11-22", "the config's prices, which are undated".
impl fmt::Display for ListName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.source {
            PriceSource::DigitalOcean => "DigitalOcean's list prices",
            PriceSource::Config => "the config's prices",
        })?;
        match self.of {
            Some(day) => write!(f, " of {day}"),
            None => f.write_str(", which are undated"),
        }
    }
}

/// Whose lists, of when. Of many days the first and the last are named.
pub fn named(lists: impl IntoIterator<Item = ListName>) -> String {
    let mut days: BTreeMap<(PriceSource, bool), (ListName, ListName)> = BTreeMap::new();
    for list in lists {
        let (first, last) = days.entry((list.source, list.of.is_some())).or_insert((list, list));
        (*first, *last) = (list.min(*first), list.max(*last));
    }
    let named = days.values().map(|(first, last)| match last.of {
        Some(day) if last != first => format!("{first} to {day}"),
        _ => first.to_string(),
    });
    named.collect::<Vec<_>>().join(" and ")
}

/// What stands beside every sum: that it is an estimate, and from whose lists, of when.
pub fn estimate<'a>(prices: impl IntoIterator<Item = &'a Price>) -> String {
    estimate_from(prices.into_iter().map(Price::list))
}

/// The same where only the lists are known.
pub fn estimate_from(lists: impl IntoIterator<Item = ListName>) -> String {
    format!("Estimate from {}. Not an invoice.", named(lists))
}

/// How it stands with the cloud's own list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListAge {
    /// When it was read last; none while it never was.
    pub read_at: Option<Time>,
    /// Since when it could not be had; none while all is well.
    pub failing_since: Option<Time>,
}

/// One line of a cloud's list as it is read now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPrice {
    pub machine: String,
    pub hourly: Decimal,
    pub monthly: Decimal,
}

/// The same as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachinePrice {
    pub machine: String,
    pub hourly: Decimal,
    pub monthly: Decimal,
    /// When the list was read.
    pub seen_at: Time,
}

impl MachinePrice {
    pub fn price(&self) -> Price {
        Price {
            hourly: self.hourly,
            monthly: self.monthly,
            source: PriceSource::DigitalOcean,
            of: Some(self.seen_at.date_naive()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_says_from_which_list_it_is_and_of_when() {
        let price = |source, of| Price { hourly: Decimal::ONE, monthly: Decimal::TEN, source, of };
        let day = NaiveDate::from_ymd_opt(2026, 11, 22);
        assert_eq!(
            price(PriceSource::DigitalOcean, day).list().to_string(),
            "DigitalOcean's list prices of 2026-11-22"
        );
        assert_eq!(price(PriceSource::Config, day).list().to_string(), "the config's prices of 2026-11-22");
        assert_eq!(
            price(PriceSource::Config, None).list().to_string(),
            "the config's prices, which are undated"
        );
    }

    #[test]
    fn of_many_days_an_estimate_names_the_first_and_the_last() {
        let price = |source, day| Price {
            hourly: Decimal::ONE,
            monthly: Decimal::TEN,
            source,
            of: NaiveDate::from_ymd_opt(2026, 11, day),
        };
        let cloud = [7, 3, 22].map(|day| price(PriceSource::DigitalOcean, day));
        let config = price(PriceSource::Config, 20);
        assert_eq!(
            estimate(cloud.iter().chain([&config])),
            "Estimate from DigitalOcean's list prices of 2026-11-03 to 2026-11-22 and the config's prices of 2026-11-20. Not an invoice."
        );
    }

    #[test]
    fn three_machines_cost_three_times_one() {
        let one = Price {
            hourly: "0.03571".parse().unwrap(),
            monthly: Decimal::from(24),
            source: PriceSource::Config,
            of: None,
        };
        assert_eq!(one.times(3).hourly, "0.10713".parse().unwrap());
        assert_eq!(one.times(3).monthly, Decimal::from(72));
    }
}
