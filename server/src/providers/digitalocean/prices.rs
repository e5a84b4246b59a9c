//! What things cost for a day, in US dollars: what somebody loses with each day that they are forgotten.
//!
//! A machine tells its own price. The others are list prices, which change without notice: docs.digitalocean.com,
//! "Load Balancers Pricing" (edited 2025-02-28, read 2026-11-22) and "Volumes Pricing" (read 2026-11-22). That day
//! stands in `domain::cloud`, beside what is said of them; change it with them.

use domain::price::ListedPrice;
use rust_decimal::Decimal;
use serde_json::Number;

use super::answers::Size;

/// A month of the price list, in days.
const MONTH: Decimal = Decimal::from_parts(30, 0, 0, false, 0);
const HOURS_OF_DAY: Decimal = Decimal::from_parts(24, 0, 0, false, 0);
/// $12.00 a month for each node.
const HTTP_BALANCER: Decimal = Decimal::from_parts(12, 0, 0, false, 0);
/// $15.00 a month for each node of one that balances TCP and UDP, and for a global one.
const OTHER_BALANCER: Decimal = Decimal::from_parts(15, 0, 0, false, 0);
/// $0.10 a month for each GiB.
const VOLUME: Decimal = Decimal::from_parts(10, 0, 0, false, 2);
/// Hundredths of a cent: enough to add up, and short enough to read.
const PLACES: u32 = 4;
/// The list itself has five; what comes after them is what a binary fraction adds.
const LIST_PLACES: u32 = 5;
const MOST_MONTHLY: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// From the price of an hour as DigitalOcean writes it.
pub fn machine(hourly: &Number) -> Option<Decimal> {
    Some((read(hourly, Decimal::ONE_THOUSAND)? * HOURS_OF_DAY).round_dp(PLACES))
}

/// A line of the price list; none where a price is missing or cannot be one. A month that costs less than an hour cannot:
/// it is the most that is counted of a month, so nothing would be.
pub fn listed(size: Size) -> Option<ListedPrice> {
    let hourly = read(&size.price_hourly?, Decimal::ONE_THOUSAND)?.round_dp(LIST_PLACES);
    let monthly = read(&size.price_monthly?, MOST_MONTHLY)?.round_dp(LIST_PLACES);
    (hourly <= monthly).then_some(ListedPrice { machine: size.slug, hourly, monthly })
}

/// Read digit by digit.
fn read(price: &Number, below: Decimal) -> Option<Decimal> {
    let text = price.to_string();
    let price: Decimal = text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()?;
    (!price.is_sign_negative() && price < below).then_some(price)
}

/// `kind` is the `type` of the load balancer; where nothing is said, it is the usual one with one node.
pub fn load_balancer(kind: Option<&str>, nodes: Option<u32>) -> Decimal {
    let monthly = match kind {
        Some("REGIONAL_NETWORK" | "GLOBAL") => OTHER_BALANCER,
        _ => HTTP_BALANCER,
    };
    daily(monthly * Decimal::from(nodes.unwrap_or(1)))
}

pub fn volume(gibibytes: u32) -> Decimal {
    daily(VOLUME * Decimal::from(gibibytes))
}

fn daily(monthly: Decimal) -> Decimal {
    (monthly / MONTH).round_dp(PLACES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_machine_costs_its_hour_twenty_four_times_to_hundredths_of_a_cent() {
        for (hourly, expected) in [
            ("0.07143", "1.7143"),
            ("0.00743999984115362", "0.1786"),
            ("1e-2", "0.24"),
            ("1", "24"),
            ("0", "0"),
        ] {
            let hourly: Number = serde_json::from_str(hourly).unwrap();
            assert_eq!(machine(&hourly), Some(dollars(expected)), "{hourly}");
        }
    }

    #[test]
    fn a_price_that_cannot_be_one_is_not_told() {
        for hourly in ["-0.1", "1e300", "1000"] {
            assert_eq!(machine(&serde_json::from_str(hourly).unwrap()), None, "{hourly}");
        }
    }

    #[test]
    fn a_line_of_the_list_is_read_to_five_places_and_one_without_a_price_is_none() {
        let size = |json: &str| -> Option<ListedPrice> { listed(serde_json::from_str(json).unwrap()) };
        let read =
            size(r#"{"slug":"s-1vcpu-512mb-10gb","price_hourly":0.00595000013709068,"price_monthly":4.0}"#);
        let read = read.unwrap();
        assert_eq!((read.hourly, read.monthly), (dollars("0.00595"), dollars("4")));
        for json in [
            r#"{"slug":"a","price_hourly":null,"price_monthly":4.0}"#,
            r#"{"slug":"a","price_hourly":"free","price_monthly":4.0}"#,
            r#"{"slug":"a","price_hourly":-1,"price_monthly":4.0}"#,
            r#"{"slug":"a","price_hourly":0.1}"#,
            r#"{"slug":"a","price_hourly":0.1,"price_monthly":null}"#,
            r#"{"slug":"a","price_hourly":0.1,"price_monthly":0}"#,
        ] {
            assert_eq!(size(json), None, "{json}");
        }
    }

    #[test]
    fn a_load_balancer_costs_by_its_kind_and_its_nodes() {
        assert_eq!(load_balancer(None, None), dollars("0.4"));
        assert_eq!(load_balancer(Some("REGIONAL"), Some(3)), dollars("1.2"));
        assert_eq!(load_balancer(Some("REGIONAL_NETWORK"), Some(1)), dollars("0.5"));
        assert_eq!(load_balancer(Some("GLOBAL"), None), dollars("0.5"));
        assert_eq!(load_balancer(Some("REGIONAL"), Some(u32::MAX)), dollars("1717986918"));
    }

    #[test]
    fn a_volume_costs_by_its_size() {
        assert_eq!(volume(1), dollars("0.0033"));
        assert_eq!(volume(100), dollars("0.3333"));
    }
}
