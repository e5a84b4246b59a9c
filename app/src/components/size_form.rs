//! Choosing a size. The price stands on each card, and, once the browser's half runs, on the button too.

use domain::size::Size;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::seal::{Seal, sealed_fields};
use crate::api::StartCluster;
use crate::view::{ClusterView, SizeCard};

/// The radio cards. `note` says something about one size beside its name, such as that it is the present one.
pub fn size_cards(
    legend: &'static str,
    sizes: &[SizeCard],
    checked: Size,
    note: Option<(Size, &str)>,
) -> impl IntoView + use<> {
    let cards = sizes
        .iter()
        .map(|card| {
            let size = card.size;
            let note = note.filter(|(noted, _)| *noted == size).map(|(_, note)| format!(" · {note}"));
            let machine = format!(" {} vCPU · {} GB{}", card.vcpus, card.memory_gb, note.unwrap_or_default());
            view! {
                <label class="size">
                    <input type="radio" name="size" value=size.as_str() checked=size == checked/>
                    <span class="size-text">
                        <span>
                            <b>{size.as_str()}</b>
                            <span class="muted">{machine}</span>
                        </span>
                        <span>
                            {card.hourly.clone()}
                            <span class="muted">{format!(" · {}", card.monthly)}</span>
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
pub fn priced_label(verb: &str, sizes: &[SizeCard], chosen: Option<Size>) -> String {
    match sizes.iter().find(|card| Some(card.size) == chosen) {
        Some(card) => format!("{verb} ({}, {})", card.size, card.hourly),
        None => verb.to_owned(),
    }
}

/// The id of the start form of this cluster.
pub fn start_form_id(cluster: &str) -> String {
    format!("start-{cluster}")
}

/// The form that starts a cluster. Its button is drawn by whoever knows the choice.
pub fn start_form<W: IntoView + 'static>(
    view: &ClusterView,
    checked: Size,
    seal: &Seal,
    button_words: W,
) -> impl IntoView + use<W> {
    let lifetime = domain::text::duration(chrono::Duration::minutes(i64::from(view.lifetime_minutes)));
    let busy = view
        .active_job()
        .map(|job| format!("Job #{} is at work on it; the new job waits for its end. ", job.number));
    let note = format!("{}Destroys itself {lifetime} after the start.", busy.unwrap_or_default());
    view! {
        <form method="post" action=StartCluster::url() id=start_form_id(&view.name) class="stack">
            {sealed_fields(seal, &view.name, view.version)}
            {size_cards("Size", &view.sizes, checked, None)}
            <div class="form-foot">
                <p class="meta">{note}</p>
                <button class="button primary">{button_words}</button>
            </div>
        </form>
    }
}

/// Follows the radio buttons of the form with this id. Before the browser's half runs nothing is known of them.
#[cfg(feature = "hydrate")]
pub fn follow_choice(form_id: String) -> RwSignal<Option<Size>> {
    let chosen = RwSignal::new(None);
    let look = {
        let form_id = form_id.clone();
        move || chosen.set(choice_in_document(&form_id))
    };
    let listener = look.clone();
    // Lives as long as the page.
    let _ = window_event_listener(leptos::ev::change, move |_| listener());
    // A browser may have kept a choice from an earlier visit.
    Effect::new(move |_| look());
    chosen
}

#[cfg(not(feature = "hydrate"))]
pub fn follow_choice(_form_id: String) -> RwSignal<Option<Size>> {
    RwSignal::new(None)
}

#[cfg(feature = "hydrate")]
fn choice_in_document(form_id: &str) -> Option<Size> {
    use wasm_bindgen::JsCast;
    let radio = document().query_selector(&format!("#{form_id} [name=size]:checked")).ok()??;
    radio.dyn_into::<web_sys::HtmlInputElement>().ok()?.value().parse().ok()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{cluster_view, html};

    #[test]
    fn each_card_carries_what_it_costs_and_the_default_is_checked() {
        let view = cluster_view(ClusterState::Down);
        let page = html(|| size_cards("Size", &view.sizes, Size::M, Some((Size::L, "now"))));
        assert!(page.contains("2 vCPU · 4 GB") && page.contains("4 vCPU · 8 GB · now"), "{page}");
        assert!(page.contains("$0.036/h") && page.contains("$24 a month"), "{page}");
        assert!(page.contains(r#"value="m" checked"#), "{page}");
        assert!(!page.contains(r#"value="l" checked"#), "{page}");
    }

    #[test]
    fn the_label_names_the_price_as_soon_as_the_choice_is_known() {
        let sizes = cluster_view(ClusterState::Down).sizes;
        assert_eq!(priced_label("Start cluster", &sizes, None), "Start cluster");
        assert_eq!(priced_label("Start cluster", &sizes, Some(Size::M)), "Start cluster (m, $0.036/h)");
    }

    #[test]
    fn the_start_form_works_without_script() {
        let view = cluster_view(ClusterState::Down);
        let page = html(|| start_form(&view, Size::M, &Seal::fresh(), "Start cluster"));
        assert!(page.contains(r#"method="post""#), "{page}");
        assert!(page.contains(r#"action="/actions/start-cluster""#), "{page}");
        for field in ["cluster", "expected_version", "idempotency_key", "size"] {
            assert!(page.contains(&format!("name=\"{field}\"")), "{field} in {page}");
        }
        assert!(page.contains(">Start cluster<"), "{page}");
        assert!(page.contains("Destroys itself 4 h after the start."), "{page}");
    }
}
