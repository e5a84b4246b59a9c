//! Choosing a size. The price stands on each card, and, once the browser's half runs, on the button too.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::lifetime_fields::lifetime_fields;
use super::seal::{Seal, sealed_fields};
use super::sentence::draw;
use crate::api::StartCluster;
use crate::problem::Refusal;
use crate::view::{SizeChoice, StartView};

/// The radio cards.
pub fn size_cards(legend: &'static str, sizes: &SizeChoice) -> impl IntoView + use<> {
    let cards = sizes
        .cards
        .iter()
        .map(|card| {
            view! {
                <label class="size">
                    <input
                        type="radio"
                        name="size"
                        value=card.size.clone()
                        checked=card.is_checked
                        data-price=format!("{}, {}", card.size, card.hourly)
                    />
                    <span class="size-text">
                        <b>{card.size.clone()}</b>
                        <span class="muted">{format!(" {}", card.machine)}</span>
                        <br/>
                        {card.hourly.clone()}
                        <span class="muted">{format!(" · {}", card.monthly)}</span>
                        {card.at_most.as_ref().map(|most| view! { <br/> <span class="muted">{most.clone()}</span> })}
                        {card.usual.as_ref().map(|usual| view! { <br/> <span class="muted">{usual.clone()}</span> })}
                    </span>
                </label>
            }
        })
        .collect_view();
    let estimate = (!sizes.cards.is_empty()).then(|| draw(&sizes.estimate, sizes.made_at));
    view! {
        <fieldset class="sizes">
            <legend>{legend}</legend>
            {cards}
        </fieldset>
        {estimate.map(|words| view! { <p class="meta">{words}</p> })}
    }
}

/// A button that carries the price of the choice in its form, as soon as the browser shows it.
pub fn priced_button(class: &'static str, verb: &'static str) -> impl IntoView {
    view! { <button class=class data-verb=verb>{verb}</button> }
}

/// The form that starts a cluster.
pub fn start_form(
    cluster: &str,
    version: i64,
    start: &StartView,
    seal: &Seal,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    view! {
        <form method="post" action=StartCluster::url() class="stack">
            {sealed_fields(seal, cluster, version)}
            {size_cards("Size", &start.sizes)}
            {lifetime_fields(&start.lifetime, refusal)}
            <div class="form-foot">
                <p class="meta">{start.note.clone()}</p>
                {priced_button("button primary", "Start cluster")}
            </div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{at, cluster_facts, html};

    fn start() -> StartView {
        StartView::new(&cluster_facts(ClusterState::Down), at(0))
    }

    #[test]
    fn each_card_carries_what_it_costs_and_the_default_is_checked() {
        let page = html(|| size_cards("Size", &start().sizes));
        assert!(page.contains("2 vCPU · 4 GB"), "{page}");
        assert!(page.contains("$0.036/h") && page.contains("$24 a month"), "{page}");
        assert!(page.contains(r#"value="l" checked data-price="l, $0.071/h""#), "{page}");
        assert_eq!(page.matches(" checked").count(), 1);
        assert!(page.contains("at most $0.14 for the usual 4 h"), "{page}");
        assert!(page.contains("Estimate from the config's prices of 2026-11-20."), "{page}");
    }

    #[test]
    fn the_start_form_works_without_script() {
        let page = html(|| start_form("iriversland2", 7, &start(), &Seal::fresh(), None));
        assert!(page.contains(r#"method="post""#), "{page}");
        assert!(page.contains(r#"action="/actions/start-cluster""#), "{page}");
        for field in ["cluster", "expected_version", "idempotency_key", "size", "lifetime"] {
            assert!(page.contains(&format!("name=\"{field}\"")), "{field} in {page}");
        }
        assert!(page.contains(">Start cluster<"), "{page}");
        assert!(page.contains("As usual: 4 h"), "{page}");
    }
}
