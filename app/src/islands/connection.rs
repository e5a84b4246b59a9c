//! How the page stands to the server: the chip in the header, and the banner when contact is lost.

use domain::Time;
use leptos::prelude::*;

use super::given::Given;
use crate::components::sentence::Sentence;
use crate::live::{Connection, connection};
use crate::moment;

/// Opens the stream of this tab for the topics that the page shows, and says how that goes. `path` is the page's,
/// `sign_in` leads back to it.
#[island]
pub fn ConnectionState(
    topics: String,
    path: String,
    sign_in: String,
    rendered_at: Given<Time>,
) -> impl IntoView {
    Effect::new(move |is_started: Option<()>| {
        if is_started.is_none() {
            start(topics.clone(), rendered_at.0);
        }
    });
    Effect::new(move |_| mark_document(connection::state()));
    move || {
        let state = connection::state();
        let (dot, words) = chip(state);
        let may_try = matches!(state, Connection::Stale { .. });
        let banner = banner(state, &path, &sign_in).map(|words| {
            let button = may_try.then(|| {
                view! { <button type="button" class="button small" on:click=|_| try_now()>"Try now"</button> }
            });
            view! { <p class="banner tone-warn">{words.draw()} {button}</p> }
        });
        view! {
            <span class="chip connection"><i class=dot aria-hidden="true"></i><span>{words}</span></span>
            {banner}
        }
    }
}

fn chip(state: Connection) -> (&'static str, String) {
    match state {
        Connection::Opening => ("", String::new()),
        Connection::Live => ("dot is-live", "Live".to_owned()),
        Connection::Reconnecting => ("dot is-half", "Reconnecting…".to_owned()),
        Connection::Stale { as_of } => {
            ("dot is-lost", format!("Not live. As of {}", moment::to_the_second(as_of)))
        }
        Connection::SignedOut => ("dot is-lost", "Signed out".to_owned()),
        Connection::Outdated => ("dot is-lost", "New version".to_owned()),
    }
}

/// What to do about a lost connection.
fn banner(state: Connection, path: &str, sign_in: &str) -> Option<Sentence> {
    match state {
        Connection::Opening | Connection::Live | Connection::Reconnecting => None,
        Connection::Stale { as_of } => Some(Sentence::new(format!(
            "Lost contact with the server. What you see is from {}.",
            moment::to_the_second(as_of)
        ))),
        Connection::SignedOut => Some(
            Sentence::new("Your session ended. ")
                .link(sign_in.to_owned(), "Sign in")
                .then(" and you come back here."),
        ),
        Connection::Outdated => {
            Some(Sentence::new("There is a new version of this page. ").link(path.to_owned(), "Load it"))
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

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::at;

    #[test]
    fn every_trouble_has_a_chip_and_a_way_on() {
        for state in [Connection::Stale { as_of: at(3) }, Connection::SignedOut, Connection::Outdated] {
            assert_eq!(chip(state).0, "dot is-lost");
            assert!(banner(state, "/jobs", "/login").is_some());
        }
        assert_eq!(banner(Connection::Live, "/jobs", "/login"), None);
    }

    #[test]
    fn a_stale_page_says_of_when_it_is() {
        let stale = Connection::Stale { as_of: at(3) };
        assert_eq!(chip(stale).1, "Not live. As of 08:03:00");
        assert!(banner(stale, "/", "/login").unwrap().to_string().contains("What you see is from 08:03:00."));
    }
}
