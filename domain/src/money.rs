//! The meter: what a cluster that is up costs, by list prices. An estimate, never an invoice.
//!
//! The rule. A minute counts from the moment in which it begins, counted from the beginning of the up-time, and it
//! belongs to the calendar month (UTC) in which it begins. Each costs a sixtieth of the hourly price; of one up-time, no
//! calendar month costs more than the monthly price. Everything is added up exactly and rounded once, half up, to cents.

use std::iter::Sum;
use std::ops::{Add, Sub};

use chrono::{Datelike, Months, NaiveTime};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::catalogue::Catalogue;
use crate::price::{MachinePrice, Price, named};
use crate::size::Size;
use crate::text;

const SIXTY: Decimal = Decimal::from_parts(60, 0, 0, false, 0);
const MINUTE: u64 = 60_000_000;

/// One cluster that cost money for a while, in one size at one price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpTime {
    pub cluster: String,
    pub size: Size,
    pub machine: String,
    pub nodes: u16,
    /// As it was when it began: a list that changes later changes nothing.
    pub price: Price,
    /// The job that brought it up; none when it was adopted.
    pub job: Option<i64>,
    pub began_at: Time,
    /// None while it goes on.
    pub ended_at: Option<Time>,
}

impl UpTime {
    /// What the minutes cost that begin from `from` on and before `until`. An up-time that goes on is taken to go on
    /// until then.
    pub fn cost(&self, from: Time, until: Time) -> Cost {
        let from = from.max(self.began_at);
        let until = self.ended_at.map_or(until, |end| end.min(until));
        cost_between(&self.price, self.began_at, from, until)
    }

    /// What it costs altogether until `now`.
    pub fn cost_until(&self, now: Time) -> Cost {
        self.cost(self.began_at, now)
    }

    /// For how long it was up, or has been.
    pub fn length(&self, now: Time) -> chrono::Duration {
        (self.ended_at.unwrap_or(now) - self.began_at).max(chrono::Duration::zero())
    }
}

/// Of something that is up since `began`, the minutes that begin from `from` on and before `until`.
fn cost_between(price: &Price, began: Time, from: Time, until: Time) -> Cost {
    // From the beginning of a month up to a time within it.
    let up_to = |time: Time, month: Month| {
        capped(started_minutes(began, time) - started_minutes(began, month.begins), price)
    };
    let mut cost = Cost::default();
    if until <= from {
        return cost;
    }
    let mut month = Month::of(from);
    while month.begins < until {
        cost = cost + up_to(until.min(month.ends), month) - up_to(from.max(month.begins), month);
        month = Month::of(month.ends);
    }
    cost
}

/// The minutes counted from `since` that have begun before a time.
fn started_minutes(since: Time, before: Time) -> u64 {
    let lasted = (before - since).num_microseconds().unwrap_or(i64::MAX);
    u64::try_from(lasted).unwrap_or(0).div_ceil(MINUTE)
}

/// So many minutes of one month.
fn capped(minutes: u64, price: &Price) -> Cost {
    Cost { sixtieths: (Decimal::from(minutes) * price.hourly).min(price.monthly * SIXTY) }
}

/// A sum of money before it is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cost {
    /// Sixtieths of a dollar: the price of an hour is divided only when everything is added up.
    sixtieths: Decimal,
}

impl Cost {
    /// In US dollars, to the cent.
    pub fn dollars(self) -> Decimal {
        let mut dollars =
            (self.sixtieths / SIXTY).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        dollars.rescale(2);
        dollars
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { sixtieths: self.sixtieths + other.sixtieths }
    }
}

impl Sub for Cost {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { sixtieths: self.sixtieths - other.sixtieths }
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), Self::add)
    }
}

/// A calendar month in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    pub begins: Time,
    /// The beginning of the next one.
    pub ends: Time,
}

impl Month {
    /// The month in which a time lies.
    pub fn of(time: Time) -> Self {
        let first = time.date_naive().with_day(1).unwrap_or_else(|| time.date_naive());
        let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
        let midnight = |day: chrono::NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        Self { begins: midnight(first), ends: midnight(next) }
    }

    /// "November"
    pub fn name(self) -> String {
        self.begins.format("%B").to_string()
    }

    /// What of these up-times falls into the month so far.
    pub fn cost(self, up_times: &[UpTime], now: Time) -> Cost {
        up_times.iter().map(|up| up.cost(self.begins, now.min(self.ends))).sum()
    }
}

/// What a cluster would have cost in this month so far if it had always been up at this price.
fn always_on(price: &Price, now: Time) -> Cost {
    let month = Month::of(now);
    capped(started_minutes(month.begins, now), price)
}

/// The same for all declared clusters, each in its default size.
pub fn all_always_on(catalogue: &Catalogue, list: &[MachinePrice], now: Time) -> Cost {
    always_on_prices(catalogue, list).iter().map(|price| always_on(price, now)).sum()
}

/// By which prices that is counted.
pub fn always_on_prices(catalogue: &Catalogue, list: &[MachinePrice]) -> Vec<Price> {
    let offers = catalogue.clusters.iter().filter_map(|spec| spec.offer(spec.default_size));
    offers.map(|offer| offer.clone().by_list(list).price).collect()
}

/// How near this month's cost is to its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strain {
    Fine,
    /// More than four fifths.
    Close,
    Over,
}

/// # Examples
/// ```
/// use domain::money::{Strain, strain};
/// let dollars = |text: &str| text.parse().unwrap();
/// assert_eq!(strain(dollars("12.00"), dollars("15.00")), Strain::Fine);
/// assert_eq!(strain(dollars("12.01"), dollars("15.00")), Strain::Close);
/// assert_eq!(strain(dollars("15.00"), dollars("15.00")), Strain::Close);
/// assert_eq!(strain(dollars("15.01"), dollars("15.00")), Strain::Over);
/// ```
pub fn strain(spent: Decimal, budget: Decimal) -> Strain {
    if spent > budget {
        Strain::Over
    } else if spent * Decimal::from(5) > budget * Decimal::from(4) {
        Strain::Close
    } else {
        Strain::Fine
    }
}

/// Why nothing may be started that costs money. Told to people as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverBudget {
    #[error(
        "The budget of {} for {month} is used up ({}, estimate from {lists}). An admin can start all the same. Nothing was started.",
        text::dollars(*budget),
        text::dollars(*spent)
    )]
    UsedUp {
        budget: Decimal,
        spent: Decimal,
        month: String,
        /// By whose prices that was counted.
        lists: String,
    },
    #[error(
        "The budget is {}: nobody may start a cluster, not even an admin, until the config says more. Nothing was started.",
        text::dollars(Decimal::ZERO)
    )]
    Zero,
}

/// Whether a cluster may be brought up, if this was up in the month. `limit` is none for whom none holds.
///
/// # Errors
/// Says that the budget is used up.
pub fn may_start(limit: Option<Decimal>, up_times: &[UpTime], now: Time) -> Result<(), OverBudget> {
    let Some(budget) = limit else { return Ok(()) };
    if budget.is_zero() {
        return Err(OverBudget::Zero);
    }
    let month = Month::of(now);
    let spent = month.cost(up_times, now);
    if spent.sixtieths < budget * SIXTY {
        return Ok(());
    }
    let lists = named(up_times.iter().map(|up| up.price.list()));
    Err(OverBudget::UsedUp { budget, spent: spent.dollars(), month: month.name(), lists })
}

/// What a cluster costs at this price that is up from one time to another.
pub fn projected(price: &Price, from: Time, until: Time) -> Cost {
    cost_between(price, from, from, until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::PriceSource;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn dollars(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn up(from: &str, until: Option<&str>) -> UpTime {
        UpTime {
            cluster: "c".into(),
            size: Size::M,
            machine: "s-2vcpu-4gb".into(),
            nodes: 1,
            price: Price {
                hourly: dollars("0.03571"),
                monthly: dollars("24.00"),
                source: PriceSource::Config,
                of: None,
            },
            job: Some(1),
            began_at: time(from),
            ended_at: until.map(time),
        }
    }

    #[test]
    fn a_minute_that_was_begun_counts_whole_and_none_counts_when_nothing_was() {
        let began = "2026-11-22T10:00:30Z";
        let cost = |until: &str| up(began, None).cost_until(time(until)).sixtieths;
        assert_eq!(cost("2026-11-22T10:00:30Z"), Decimal::ZERO);
        assert_eq!(cost("2026-11-22T09:00:00Z"), Decimal::ZERO);
        assert_eq!(cost("2026-11-22T10:00:30.000001Z"), dollars("0.03571"));
        assert_eq!(cost("2026-11-22T10:01:30Z"), dollars("0.03571"));
        assert_eq!(cost("2026-11-22T10:01:31Z"), dollars("0.07142"));
    }

    #[test]
    fn three_hours_and_twelve_minutes_of_a_middle_cluster_cost_eleven_cents() {
        let up = up("2026-11-22T10:00:00Z", Some("2026-11-22T13:12:00Z"));
        assert_eq!(up.cost_until(time("2026-11-25T00:00:00Z")).dollars().to_string(), "0.11");
    }

    #[test]
    fn parts_of_an_up_time_add_up_to_the_whole_also_across_the_end_of_a_month_within_a_minute() {
        let up = up("2026-10-31T23:59:30Z", Some("2026-11-30T12:00:10Z"));
        let now = time("2026-12-05T00:00:00Z");
        let cuts = [
            "2026-10-31T23:59:30Z",
            "2026-11-01T00:00:00Z",
            "2026-11-13T07:07:07.5Z",
            "2026-12-05T00:00:00Z",
        ];
        let parts: Cost = cuts.windows(2).map(|cut| up.cost(time(cut[0]), time(cut[1]))).sum();
        assert_eq!(parts, up.cost_until(now));
        // The minute that began in October costs there.
        assert_eq!(up.cost(time(cuts[0]), time(cuts[1])).sixtieths, dollars("0.03571"));
    }

    #[test]
    fn no_calendar_month_costs_more_than_its_price() {
        let up = up("2026-10-01T00:00:00Z", None);
        assert_eq!(up.cost_until(time("2026-11-01T00:00:00Z")).dollars(), dollars("24.00"));
        let end_of_october = up.cost(time("2026-10-31T00:00:00Z"), time("2026-11-01T00:00:00Z"));
        assert_eq!(end_of_october.dollars(), dollars("0.00"), "what is capped costs nothing more");
        assert_eq!(up.cost_until(time("2026-11-01T01:00:00Z")).dollars(), dollars("24.04"));
    }

    #[test]
    fn a_sum_is_rounded_once_half_up() {
        let half_a_cent = Cost { sixtieths: dollars("0.3") };
        assert_eq!(half_a_cent.dollars(), dollars("0.01"));
        assert_eq!((half_a_cent + half_a_cent).dollars(), dollars("0.01"));
        assert_eq!(Cost { sixtieths: dollars("0.2999") }.dollars().to_string(), "0.00");
    }

    #[test]
    fn a_used_up_budget_says_so_with_its_price_list_and_who_may_start_all_the_same() {
        let up = [up("2026-11-01T00:00:00Z", Some("2026-11-18T12:37:00Z"))];
        let now = time("2026-11-22T10:00:00Z");
        assert_eq!(may_start(None, &up, now), Ok(()));
        assert_eq!(may_start(Some(dollars("15.03")), &up, now), Ok(()));
        let refused = may_start(Some(dollars("15.00")), &up, now).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "The budget of $15.00 for November is used up ($15.02, estimate from the config's prices, which are undated). An admin can start all the same. Nothing was started."
        );
        assert!(may_start(Some(dollars("15.02")), &up, now).is_err(), "reached is used up");
        assert_eq!(may_start(Some(dollars("15.00")), &up, time("2026-12-01T00:00:00Z")), Ok(()));
    }

    #[test]
    fn what_is_going_to_be_up_costs_what_it_will_have_cost() {
        let until = time("2026-11-30T14:00:00Z");
        for from in ["2026-11-30T10:00:00Z", "2026-10-31T23:59:30Z"] {
            let up = up(from, None);
            assert_eq!(projected(&up.price, up.began_at, until), up.cost_until(until), "{from}");
        }
        assert_eq!(projected(&up("2026-11-30T10:00:00Z", None).price, until, until), Cost::default());
    }

    #[test]
    fn a_budget_of_zero_means_that_none_may_start_and_says_so() {
        let refused = may_start(Some(dollars("0.00")), &[], time("2026-11-22T10:00:00Z"));
        assert!(refused.unwrap_err().to_string().starts_with("The budget is $0.00: nobody may start"));
    }
}
