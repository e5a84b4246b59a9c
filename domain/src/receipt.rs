//! What remains when a debt is settled: what was up, what it cost, who did it, and on whose word it is gone. Never
//! changed afterwards.

use chrono::Duration;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::actor::Actor;
use crate::job::JobState;
use crate::money::{Cost, UpTime};
use crate::obligation::Closing;
use crate::price::estimate;
use crate::record::Evidence;
use crate::text;

/// Of one debt, and the only one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub number: i64,
    pub cluster: String,
    pub obligation: i64,
    pub opened_at: Time,
    pub made_at: Time,
    /// Whose word brought the cluster up, or adopted it.
    pub started_by: Option<Actor>,
    /// In order. Empty where no price was known, and for a cluster of before there was a meter.
    pub up_times: Vec<UpTime>,
    /// US dollars, to the cent: an estimate by the prices of the up-times.
    pub cost: Decimal,
    /// What was at work on the cluster meanwhile.
    pub jobs: Vec<ReceiptJob>,
    /// On whose word it is gone; none where a person took the debt over.
    pub evidence: Option<Evidence>,
    pub closed: Option<Closing>,
    pub leftovers: Vec<Leftover>,
}

/// A job as it stood when the receipt was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptJob {
    pub number: i64,
    pub title: String,
    pub by: Actor,
    pub state: JobState,
}

/// Something that a person took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    pub what: String,
    pub by: String,
    pub because: String,
}

impl Receipt {
    /// The estimate for these up-times, all of which have ended.
    pub fn cost_of(up_times: &[UpTime], now: Time) -> Decimal {
        up_times.iter().map(|up| up.cost_until(now)).sum::<Cost>().dollars()
    }

    /// How long it was up altogether.
    pub fn length(&self) -> Duration {
        self.up_times.iter().fold(Duration::zero(), |sum, up| sum + up.length(self.made_at))
    }

    /// "m", "s, then l".
    pub fn sizes(&self) -> String {
        let mut sizes: Vec<&str> = self.up_times.iter().map(|up| up.size.as_str()).collect();
        sizes.dedup();
        sizes.join(", then ")
    }

    /// On whose word it is gone, as a sentence.
    pub fn end(&self) -> String {
        match (&self.closed, self.evidence) {
            (Some(closing), _) => format!(
                "{} took the debt over: {}. Nothing here proves that it is gone.",
                closing.by, closing.because
            ),
            (None, Some(Evidence::Cloud)) => "Destroyed, says the cloud.".to_owned(),
            (None, Some(Evidence::Accepted)) => {
                "Destroyed, says the cloud, but for what people took over.".to_owned()
            }
            (None, Some(Evidence::Ci) | None) => "Destroyed, says the CI; no cloud was asked.".to_owned(),
        }
    }

    /// By whose prices the cost was counted; none where nothing was metered.
    pub fn estimate(&self) -> Option<String> {
        (!self.up_times.is_empty()).then(|| estimate(self.up_times.iter().map(|up| &up.price)))
    }

    /// The one line that Slack gets.
    pub fn line(&self) -> String {
        let estimate = self.estimate().map(|words| format!(" {words}")).unwrap_or_default();
        format!("Receipt {}: {}{estimate}", self.number, self.story())
    }

    /// What was up, for how long, about how much that cost, and how it ended.
    pub fn story(&self) -> String {
        let Self { cluster, cost, .. } = self;
        if self.up_times.is_empty() {
            return format!("{cluster}, not metered. {}", self.end());
        }
        // What a person took over may cost money ever after, and nobody here counts it.
        let counted = if self.closed.is_some() { " until it was closed" } else { "" };
        format!(
            "{cluster} ({}) was up {}, about {}{counted}. {}",
            self.sizes(),
            text::duration(self.length()),
            text::dollars(*cost),
            self.end()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::{Price, PriceSource};
    use crate::size::Size;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn up(size: Size, from: &str, until: &str) -> UpTime {
        UpTime {
            cluster: "iriversland2".into(),
            size,
            machine: "s-2vcpu-4gb".into(),
            nodes: 1,
            price: Price {
                hourly: "0.03571".parse().unwrap(),
                monthly: "24".parse().unwrap(),
                source: PriceSource::DigitalOcean,
                of: Some(time(from).date_naive()),
            },
            job: Some(127),
            began_at: time(from),
            ended_at: Some(time(until)),
        }
    }

    fn receipt(up_times: Vec<UpTime>) -> Receipt {
        Receipt {
            number: 12,
            cluster: "iriversland2".into(),
            obligation: 9,
            opened_at: time("2026-11-22T10:00:00Z"),
            made_at: time("2026-11-22T14:00:00Z"),
            started_by: None,
            cost: Receipt::cost_of(&up_times, time("2026-11-22T14:00:00Z")),
            up_times,
            jobs: Vec::new(),
            evidence: Some(Evidence::Cloud),
            closed: None,
            leftovers: Vec::new(),
        }
    }

    #[test]
    fn slack_is_told_in_one_line_how_long_how_much_and_on_whose_word() {
        let receipt = receipt(vec![up(Size::M, "2026-11-22T10:00:00Z", "2026-11-22T13:12:00Z")]);
        assert_eq!(
            receipt.line(),
            "Receipt 12: iriversland2 (m) was up 3 h 12 min, about $0.11. Destroyed, says the cloud. Estimate from DigitalOcean's list prices of 2026-11-22. Not an invoice."
        );
    }

    #[test]
    fn a_resize_is_two_sizes_on_one_receipt() {
        let receipt = receipt(vec![
            up(Size::S, "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"),
            up(Size::L, "2026-11-22T11:00:00Z", "2026-11-22T12:00:00Z"),
        ]);
        assert_eq!((receipt.sizes().as_str(), receipt.length()), ("s, then l", Duration::hours(2)));
        assert_eq!(
            receipt.estimate().as_deref(),
            Some("Estimate from DigitalOcean's list prices of 2026-11-22. Not an invoice.")
        );
    }

    #[test]
    fn a_debt_that_a_person_took_over_is_receipted_with_that_persons_word() {
        let closed = Some(Closing { by: "ana".into(), because: "moved to another account".into() });
        let up = up(Size::M, "2026-11-22T10:00:00Z", "2026-11-22T13:12:00Z");
        let metered = Receipt { evidence: None, closed: closed.clone(), ..receipt(vec![up]) };
        assert!(metered.story().contains("was up 3 h 12 min, about $0.11 until it was closed. ana took"));
        let receipt = Receipt { evidence: None, closed, ..receipt(Vec::new()) };
        assert_eq!(
            receipt.line(),
            "Receipt 12: iriversland2, not metered. ana took the debt over: moved to another account. Nothing here proves that it is gone."
        );
    }
}
