//! Sizes with their prices.

use domain::size::{Size, SizeOffer};
use domain::text;

use crate::view::SizeCard;

/// A card for each size. `present` is the one that the cluster has now.
pub fn size_cards(offers: &[SizeOffer], checked: Size, present: Option<Size>) -> Vec<SizeCard> {
    let card = |offer: &SizeOffer| {
        let now = if present == Some(offer.size) { " · now" } else { "" };
        SizeCard {
            size: offer.size.to_string(),
            machine: format!(
                "{}{} vCPU · {} GB{now}",
                text::times(offer.nodes),
                offer.vcpus,
                offer.memory_gb
            ),
            hourly: text::hourly(offer.price.hourly),
            monthly: text::monthly(offer.price.monthly),
            list: offer.price.list(),
            usual: None,
            is_checked: offer.size == checked,
        }
    };
    offers.iter().map(card).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::catalogue;

    #[test]
    fn each_card_carries_what_it_costs_and_one_is_checked() {
        let cards = size_cards(&catalogue().clusters[0].sizes, Size::M, Some(Size::L));
        let machines: Vec<_> = cards.iter().map(|card| card.machine.as_str()).collect();
        assert_eq!(machines, ["1 vCPU · 3 GB", "2 vCPU · 4 GB", "4 vCPU · 8 GB · now"]);
        assert_eq!((cards[1].hourly.as_str(), cards[1].monthly.as_str()), ("$0.036/h", "$24 a month"));
        assert_eq!(cards.iter().filter(|card| card.is_checked).count(), 1);
    }
}
