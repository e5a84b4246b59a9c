//! How the page stands to the server: the chip in the header, and the banner when contact is lost.

use domain::Time;
use leptos::prelude::*;

use crate::live::{Connection, connection};
use crate::moment;

/// The chip. It opens the stream of this tab for the topics that the page shows.
#[island]
pub fn ConnectionChip(topics: String, rendered_at: Time) -> impl IntoView {
    Effect::new(move |is_started: Option<()>| {
        if is_started.is_none() {
            start(topics.clone(), rendered_at);
        }
    });
    Effect::new(move |_| mark_document(connection::state()));
    view! {
        <span class="chip connection">
            {move || match connection::state() {
                Connection::Opening => ().into_any(),
                Connection::Live => view! { <i class="dot is-live" aria-hidden="true"></i> "Live" }.into_any(),
                Connection::Reconnecting => {
                    view! { <i class="dot is-half" aria-hidden="true"></i> "Reconnecting…" }.into_any()
                }
                Connection::Stale { as_of } => view! {
                    <i class="dot is-lost" aria-hidden="true"></i>
                    "Not live. As of " {moment::to_the_second(as_of)}
                }
                .into_any(),
                Connection::SignedOut => "Signed out".into_any(),
                Connection::Outdated => "New version".into_any(),
            }}
        </span>
    }
}

/// What to do about a lost connection. Empty while all is well.
#[island]
pub fn ConnectionBanner(path: String) -> impl IntoView {
    move || {
        match connection::state() {
        Connection::Opening | Connection::Live | Connection::Reconnecting => ().into_any(),
        Connection::Stale { as_of } => view! {
            <div class="banner tone-warn">
                {format!("Lost contact with the server. What you see is from {}. ", moment::to_the_second(as_of))}
                <button type="button" class="button small" on:click=move |_| try_now()>
                    "Try now"
                </button>
            </div>
        }
        .into_any(),
        Connection::SignedOut => view! {
            <div class="banner tone-warn">
                "Your session ended. " <a href=format!("/login?next={path}")>"Sign in"</a>
                " and you come back here."
            </div>
        }
        .into_any(),
        Connection::Outdated => view! {
            <div class="banner tone-run">
                "There is a new version of this page. " <a href=path.clone()>"Load it"</a>
            </div>
        }
        .into_any(),
    }
    }
}

#[cfg(feature = "hydrate")]
fn start(topics: String, rendered_at: Time) {
    crate::live::start(topics, rendered_at);
}

#[cfg(not(feature = "hydrate"))]
fn start(_topics: String, _rendered_at: Time) {}

#[cfg(feature = "hydrate")]
fn try_now() {
    crate::live::try_now();
}

#[cfg(not(feature = "hydrate"))]
const fn try_now() {}

/// A stale page looks stale as a whole: each badge says of when it is.
#[cfg(feature = "hydrate")]
fn mark_document(state: Connection) {
    use crate::live::voice;
    let Some(root) = document().document_element() else { return };
    let name = match state {
        Connection::Opening => return,
        state if state.is_fresh() => "live",
        _ => "stale",
    };
    let before = root.get_attribute("data-connection");
    // An error would mean that these are no attribute names.
    let _ = root.set_attribute("data-connection", name);
    if let Connection::Stale { as_of } = state {
        write_as_of(&root, &moment::to_the_second(as_of));
    }
    match (before.as_deref(), name) {
        (Some("live"), "stale") => voice::alert("Not live any more."),
        (Some("stale"), "live") => voice::say("Up to date again.".to_owned()),
        _ => {}
    }
}

#[cfg(feature = "hydrate")]
fn write_as_of(root: &web_sys::Element, time: &str) {
    use wasm_bindgen::JsCast;
    if let Some(root) = root.dyn_ref::<web_sys::HtmlElement>() {
        // The style sheet shows it after each badge; an error leaves the badges without it.
        let _ = root.style().set_property("--as-of", &format!("\"as of {time}\""));
    }
}

#[cfg(not(feature = "hydrate"))]
const fn mark_document(_state: Connection) {}
