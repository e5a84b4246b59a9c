//! Choosing a size. The price stands on each card, and, once the browser's half runs, on the button too.

use domain::size::Size;
use leptos::prelude::*;

use crate::view::{ClusterView, SizeCard};

/// The radio cards.
///
/// `note` says something about one size beside its name, such as that it is the present one.
pub fn size_cards(
    legend: &'static str,
    sizes: &[SizeCard],
    checked: Size,
    note: Option<(Size, &'static str)>,
    chosen: RwSignal<Option<Size>>,
) -> impl IntoView + use<> {
    let cards = sizes
        .iter()
        .map(|card| {
            let size = card.size;
            let note = note.filter(|(noted, _)| *noted == size).map(|(_, note)| format!(" · {note}"));
            view! {
                <label class="size">
                    <input
                        type="radio"
                        name="size"
                        value=size.as_str()
                        checked=size == checked
                        on:change=move |_| chosen.set(Some(size))
                    />
                    <span class="size-text">
                        <span>
                            <b>{size.as_str()}</b>
                            <span class="muted">
                                {format!(" {} vCPU · {} GB", card.vcpus, card.memory_gb)}{note}
                            </span>
                        </span>
                        <span class="size-price">
                            {card.hourly.clone()} <span class="muted">{format!(" · {}", card.monthly)}</span>
                        </span>
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
pub fn priced_label(
    verb: &'static str,
    view: &ClusterView,
    chosen: RwSignal<Option<Size>>,
) -> impl IntoView + use<> {
    let sizes = view.sizes.clone();
    move || {
        let price = chosen.get().and_then(|size| sizes.iter().find(|card| card.size == size));
        match price {
            Some(card) => format!("{verb} ({}, {})", card.size, card.hourly),
            None => verb.to_owned(),
        }
    }
}

/// Follows the radio buttons of the form with this id. Before the browser's half runs nothing is known of them.
pub fn follow_choice(form_id: String, checked: Size) -> RwSignal<Option<Size>> {
    let chosen = RwSignal::new(None);
    Effect::new(move |_| chosen.set(Some(choice_in_document(&form_id).unwrap_or(checked))));
    chosen
}

/// A browser may have kept a choice from an earlier visit.
#[cfg(feature = "hydrate")]
fn choice_in_document(form_id: &str) -> Option<Size> {
    use wasm_bindgen::JsCast;
    let radio = document().query_selector(&format!("#{form_id} [name=size]:checked")).ok()??;
    radio.dyn_into::<web_sys::HtmlInputElement>().ok()?.value().parse().ok()
}

#[cfg(not(feature = "hydrate"))]
const fn choice_in_document(_form_id: &str) -> Option<Size> {
    None
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{cluster_view, html};

    #[test]
    fn each_card_carries_what_it_costs_and_the_default_is_checked() {
        let view = cluster_view(ClusterState::Down);
        let page = html(|| size_cards("Size", &view.sizes, Size::M, None, RwSignal::new(None)));
        assert!(page.contains("2 vCPU · 4 GB"), "{page}");
        assert!(page.contains("$0.036/h"), "{page}");
        assert!(page.contains("$24 a month"), "{page}");
        assert!(page.contains(r#"value="m" checked"#), "{page}");
        assert!(!page.contains(r#"value="l" checked"#), "{page}");
    }

    #[test]
    fn the_label_names_the_price_as_soon_as_the_choice_is_known() {
        let view = cluster_view(ClusterState::Down);
        assert_eq!(html(|| priced_label("Start cluster", &view, RwSignal::new(None))), "Start cluster");
        assert_eq!(
            html(|| priced_label("Start cluster", &view, RwSignal::new(Some(Size::M)))),
            "Start cluster (m, $0.036/h)"
        );
    }
}
