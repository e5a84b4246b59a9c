//! Choosing a size. The price stands on each card, and, once the browser's half runs, on the button too.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::seal::{Seal, sealed_fields};
use crate::api::StartCluster;
use crate::view::{SizeCard, StartView};

/// The radio cards.
pub fn size_cards(legend: &'static str, sizes: &[SizeCard]) -> impl IntoView + use<> {
    let cards = sizes
        .iter()
        .map(|card| {
            view! {
                <label class="size">
                    <input type="radio" name="size" value=card.size.clone() checked=card.is_checked/>
                    <span class="size-text">
                        <b>{card.size.clone()}</b>
                        <span class="muted">{format!(" {}", card.machine)}</span>
                        <br/>
                        {card.hourly.clone()}
                        <span class="muted">{format!(" · {}", card.monthly)}</span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="sizes">
            <legend>{legend}</legend>
            {cards}
        </fieldset>
    }
}

/// "Start cluster (m, $0.036/h)", or only the verb while the choice is not known.
pub fn priced_label(verb: &str, sizes: &[SizeCard], chosen: Option<&str>) -> String {
    match sizes.iter().find(|card| Some(card.size.as_str()) == chosen) {
        Some(card) => format!("{verb} ({}, {})", card.size, card.hourly),
        None => verb.to_owned(),
    }
}

/// The id of the start form of this cluster.
pub fn start_form_id(cluster: &str) -> String {
    format!("start-{cluster}")
}

/// The form that starts a cluster. What stands on its button comes from whoever knows the choice.
pub fn start_form<W: IntoView + 'static>(
    cluster: &str,
    version: i64,
    start: &StartView,
    seal: &Seal,
    button_words: W,
) -> impl IntoView + use<W> {
    view! {
        <form method="post" action=StartCluster::url() id=start_form_id(cluster) class="stack">
            {sealed_fields(seal, cluster, version)}
            {size_cards("Size", &start.sizes)}
            <div class="form-foot">
                <p class="meta">{start.note.clone()}</p>
                <button class="button primary">{button_words}</button>
            </div>
        </form>
    }
}

/// Follows the radio buttons of the form with this id. Before the browser's half runs nothing is known of them.
#[cfg(feature = "hydrate")]
pub fn follow_choice(form_id: String) -> RwSignal<Option<String>> {
    let chosen = RwSignal::new(None);
    let look = move || chosen.set(choice_in_document(&form_id));
    let listener = look.clone();
    // Lives as long as the page.
    let _ = window_event_listener(leptos::ev::change, move |_| listener());
    // A browser may have kept a choice from an earlier visit.
    Effect::new(move |_| look());
    chosen
}

#[cfg(not(feature = "hydrate"))]
pub fn follow_choice(_form_id: String) -> RwSignal<Option<String>> {
    RwSignal::new(None)
}

#[cfg(feature = "hydrate")]
fn choice_in_document(form_id: &str) -> Option<String> {
    use wasm_bindgen::JsCast;
    let radio = document().query_selector(&format!("#{form_id} [name=size]:checked")).ok()??;
    Some(radio.dyn_into::<web_sys::HtmlInputElement>().ok()?.value())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{cluster_facts, html};

    fn start() -> StartView {
        StartView::new(&cluster_facts(ClusterState::Down))
    }

    #[test]
    fn each_card_carries_what_it_costs_and_the_default_is_checked() {
        let page = html(|| size_cards("Size", &start().sizes));
        assert!(page.contains("2 vCPU · 4 GB"), "{page}");
        assert!(page.contains("$0.036/h") && page.contains("$24 a month"), "{page}");
        assert!(page.contains(r#"value="l" checked"#), "{page}");
        assert!(!page.contains(r#"value="m" checked"#), "{page}");
    }

    #[test]
    fn the_label_names_the_price_as_soon_as_the_choice_is_known() {
        let sizes = start().sizes;
        assert_eq!(priced_label("Start cluster", &sizes, None), "Start cluster");
        assert_eq!(priced_label("Start cluster", &sizes, Some("m")), "Start cluster (m, $0.036/h)");
    }

    #[test]
    fn the_start_form_works_without_script() {
        let page = html(|| start_form("iriversland2", 7, &start(), &Seal::fresh(), "Start cluster"));
        assert!(page.contains(r#"method="post""#), "{page}");
        assert!(page.contains(r#"action="/actions/start-cluster""#), "{page}");
        for field in ["cluster", "expected_version", "idempotency_key", "size"] {
            assert!(page.contains(&format!("name=\"{field}\"")), "{field} in {page}");
        }
        assert!(page.contains(">Start cluster<"), "{page}");
        assert!(page.contains("Destroys itself 4 h after the start."), "{page}");
    }
}
