//! Choosing how long a cluster stays: a few lengths, each with what it costs, or a time.

use domain::price::{Price, estimate};
use domain::stay::StayRange;
use domain::text;
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::lifetime_fields::until_field;
use crate::problem::Refusal;
use crate::stay::CHOICES;

/// What one chooses from.
pub struct StayChoice {
    pub legend: &'static str,
    /// The lifetime of the config, where it is offered too.
    pub lifetime_hours: Option<i64>,
    /// Of the cluster, where it is known.
    pub price: Option<Price>,
    /// "4h", "until".
    pub chosen: String,
    /// What was typed.
    pub until: String,
    pub range: StayRange,
}

pub fn stay_fields(choice: &StayChoice, refusal: Option<&Refusal>) -> impl IntoView + use<> {
    let mut hours = CHOICES.to_vec();
    hours.extend(choice.lifetime_hours.filter(|hours| !CHOICES.contains(hours)));
    hours.sort_unstable();
    let lengths = hours.into_iter().map(|hours| length(choice, hours)).collect_view();
    let until = until_field(choice.until.clone(), choice.range, refusal);
    view! {
        <fieldset class="choices">
            <legend>{choice.legend}</legend>
            {lengths}
            <label class="choice">
                <input type="radio" name="for" value="until" checked=choice.chosen == "until"/>
                <span>"Until another time"</span>
            </label>
            {choice.price.as_ref().map(|price| view! { <p class="meta">{estimate([price])}</p> })}
        </fieldset>
        {until}
    }
}

fn length(choice: &StayChoice, hours: i64) -> impl IntoView + use<> {
    let value = format!("{hours}h");
    let cost = choice.price.as_ref().map(|price| (price.hourly * Decimal::from(hours)).min(price.monthly));
    let cost = cost.map(|cost| format!(" · about {}", text::dollars(cost.round_dp(2))));
    view! {
        <label class="choice">
            <input type="radio" name="for" value=value.clone() checked=choice.chosen == value/>
            <span><b>{format!("{hours} h")}</b> <span class="muted">{cost}</span></span>
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, html, price};

    fn choice() -> StayChoice {
        StayChoice {
            legend: "For how long",
            lifetime_hours: Some(6),
            price: Some(price("0.03571", "24.00")),
            chosen: "4h".into(),
            until: "\"><script>".into(),
            range: StayRange::new(24 * 60, at(0)),
        }
    }

    #[test]
    fn each_length_says_what_it_costs_and_one_is_chosen() {
        let page = html(|| stay_fields(&choice(), None));
        for (value, cost) in [("1h", "$0.04"), ("4h", "$0.14"), ("6h", "$0.21"), ("12h", "$0.43")] {
            assert!(page.contains(&format!("value=\"{value}\"")) && page.contains(cost), "{value} in {page}");
        }
        assert_eq!(page.matches(" checked").count(), 1);
        assert!(page.contains("to 2027-01-16 08:00."), "{page}");
    }

    #[test]
    fn what_was_typed_comes_back_as_text() {
        assert!(!html(|| stay_fields(&choice(), None)).contains("<script>"));
    }
}
