//! Sizes with their prices.

use chrono::Duration;
use domain::Time;
use domain::money::projected;
use domain::price::named;
use domain::size::{Size, SizeOffer};
use domain::text;

use super::money::age_of_list;
use super::usual::with_usual;
use crate::facts::ClusterFacts;
use crate::view::{Sentence, SizeCard, SizeChoice};

impl SizeChoice {
    /// A card for each size. `present` is the one that the cluster has now.
    pub fn new(facts: &ClusterFacts, checked: Size, present: Option<Size>, now: Time) -> Self {
        let cards = facts.offers.iter().map(|offer| card(offer, checked, present)).collect();
        Self { cards: with_usual(cards, facts), estimate: estimate(facts, now), made_at: now.timestamp() }
    }

    /// Says on each card what the cluster costs if it is destroyed when it usually is.
    #[must_use]
    pub fn for_the_usual_stay(self, facts: &ClusterFacts, now: Time) -> Self {
        let stay = Duration::minutes(i64::from(facts.lifetime_minutes));
        let at_most = |offer: &SizeOffer| {
            let most = text::dollars(projected(&offer.price, now, now + stay).dollars());
            format!("at most {most} for the usual {}", text::duration(stay))
        };
        let priced = self.cards.into_iter().zip(&facts.offers);
        let cards = priced.map(|(card, offer)| SizeCard { at_most: Some(at_most(offer)), ..card });
        Self { cards: cards.collect(), ..self }
    }
}

fn card(offer: &SizeOffer, checked: Size, present: Option<Size>) -> SizeCard {
    let now = if present == Some(offer.size) { " · now" } else { "" };
    SizeCard {
        size: offer.size.to_string(),
        machine: format!("{}{} vCPU · {} GB{now}", text::times(offer.nodes), offer.vcpus, offer.memory_gb),
        hourly: text::hourly(offer.price.hourly),
        monthly: text::monthly(offer.price.monthly),
        at_most: None,
        usual: None,
        is_checked: offer.size == checked,
    }
}

/// "Estimate from DigitalOcean's list prices of 2026-11-22. DigitalOcean's list was read 3 h ago. Not an invoice."
fn estimate(facts: &ClusterFacts, now: Time) -> Sentence {
    if facts.offers.is_empty() {
        return Sentence::default();
    }
    let lists = named(facts.offers.iter().map(|offer| offer.price.list()));
    let words = Sentence::new(format!("Estimate from {lists}."));
    let words = match age_of_list(&facts.list_age, now) {
        Some(age) => words.then(" ").and(age),
        None => words,
    };
    words.then(" Not an invoice.")
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;
    use domain::price::ListAge;

    use super::*;
    use crate::samples::{at, cluster_facts};

    fn choice() -> SizeChoice {
        SizeChoice::new(&cluster_facts(ClusterState::Down), Size::M, Some(Size::L), at(0))
    }

    #[test]
    fn each_card_carries_what_it_costs_and_one_is_checked() {
        let cards = choice().cards;
        let machines: Vec<_> = cards.iter().map(|card| card.machine.as_str()).collect();
        assert_eq!(machines, ["1 vCPU · 3 GB", "2 vCPU · 4 GB", "4 vCPU · 8 GB · now"]);
        assert_eq!((cards[1].hourly.as_str(), cards[1].monthly.as_str()), ("$0.036/h", "$24 a month"));
        assert_eq!(cards.iter().filter(|card| card.is_checked).count(), 1);
    }

    #[test]
    fn each_card_says_what_the_cluster_costs_at_most_if_it_stays_as_long_as_usual() {
        let facts = cluster_facts(ClusterState::Down);
        let cards = choice().for_the_usual_stay(&facts, at(0)).cards;
        let most: Vec<_> = cards.iter().filter_map(|card| card.at_most.as_deref()).collect();
        assert_eq!(
            most,
            [
                "at most $0.09 for the usual 4 h",
                "at most $0.14 for the usual 4 h",
                "at most $0.29 for the usual 4 h"
            ]
        );
    }

    #[test]
    fn beside_the_cards_stands_how_old_the_list_is() {
        let said = |list_age| {
            let facts = ClusterFacts { list_age, ..cluster_facts(ClusterState::Down) };
            SizeChoice::new(&facts, Size::M, None, at(300)).estimate.to_string()
        };
        let of = "Estimate from the config's prices of 2026-11-20. ";
        assert_eq!(said(ListAge::default()), format!("{of}Not an invoice."));
        let age = ListAge { read_at: Some(at(120)), failing_since: None };
        assert_eq!(said(age), format!("{of}DigitalOcean's list was read <age> ago. Not an invoice."));
        let none = ClusterFacts { offers: Vec::new(), ..cluster_facts(ClusterState::Down) };
        assert_eq!(SizeChoice::new(&none, Size::M, None, at(0)).estimate, Sentence::default());
    }
}
