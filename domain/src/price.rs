//! What a machine costs by which list, and of when that list is. No price without a source and a date.

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

    /// "DigitalOcean's list prices of 2026-11-22", "the config's prices, which are undated".
    pub fn list(&self) -> String {
        let whose = match self.source {
            PriceSource::DigitalOcean => "DigitalOcean's list prices",
            PriceSource::Config => "the config's prices",
        };
        match self.of {
            Some(day) => format!("{whose} of {day}"),
            None => format!("{whose}, which are undated"),
        }
    }
}

/// What stands beside every sum: that it is an estimate, and from which lists, each named once.
pub fn estimate<'a>(prices: impl IntoIterator<Item = &'a Price>) -> String {
    let mut lists: Vec<String> = Vec::new();
    for list in prices.into_iter().map(Price::list) {
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    format!("Estimate from {}. Not an invoice.", lists.join(" and "))
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
        assert_eq!(price(PriceSource::DigitalOcean, day).list(), "DigitalOcean's list prices of 2026-11-22");
        assert_eq!(price(PriceSource::Config, day).list(), "the config's prices of 2026-11-22");
        assert_eq!(price(PriceSource::Config, None).list(), "the config's prices, which are undated");
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
