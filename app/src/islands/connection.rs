//! How the page stands to the server: the chip in the header, and a banner when contact is lost.

use leptos::prelude::*;

use crate::live::{Connection, connection};
use crate::moment::{self, UnixSeconds};

/// Keeps the page current for these topics of the event stream, and says how that goes. `path` is the page's,
/// `sign_in` leads back to it.
#[island]
pub fn ConnectionState(
    topics: String,
    path: String,
    sign_in: String,
    rendered_at: UnixSeconds,
) -> impl IntoView {
    start(topics, rendered_at);
    move || {
        let state = connection::state();
        let (dot, words) = chip(state);
        let banner = trouble(state).map(|words| {
            let may_try = matches!(state, Connection::Stale { .. });
            let way_on = match state {
                Connection::SignedOut => Some((sign_in.clone(), "Sign in, and you come back here")),
                Connection::Outdated => Some((path.clone(), "Load it")),
                _ => None,
            };
            view! {
                <p class="banner tone-warn">
                    {words} " " {way_on.map(|(path, words)| view! { <a href=path>{words}</a> })}
                    {may_try
                        .then(|| {
                            view! {
                                <button type="button" class="button small" on:click=|_| try_now()>
                                    "Try now"
                                </button>
                            }
                        })}
                </p>
            }
        });
        view! {
            <span class="chip connection">
                <i class=dot aria-hidden="true"></i>
                <span>{words}</span>
            </span>
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

/// What is wrong, when something is.
fn trouble(state: Connection) -> Option<String> {
    match state {
        Connection::Opening | Connection::Live | Connection::Reconnecting => None,
        Connection::Stale { as_of } => Some(format!(
            "Lost contact with the server. What you see is from {}.",
            moment::to_the_second(as_of)
        )),
        Connection::SignedOut => Some("Your session ended.".to_owned()),
        Connection::Outdated => Some("There is a new version of this page.".to_owned()),
    }
}

#[cfg(feature = "hydrate")]
fn start(topics: String, rendered_at: UnixSeconds) {
    crate::live::start(topics, rendered_at);
}

#[cfg(not(feature = "hydrate"))]
fn start(_topics: String, _rendered_at: UnixSeconds) {}

#[cfg(feature = "hydrate")]
fn try_now() {
    crate::live::try_now();
}

#[cfg(not(feature = "hydrate"))]
const fn try_now() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_has_a_chip_and_a_sentence() {
        for state in [Connection::Stale { as_of: 0 }, Connection::SignedOut, Connection::Outdated] {
            assert_eq!(chip(state).0, "dot is-lost");
            assert!(trouble(state).is_some());
        }
        assert_eq!(trouble(Connection::Live), None);
    }

    #[test]
    fn a_stale_page_says_of_when_it_is() {
        let stale = Connection::Stale { as_of: 8 * 3600 + 180 };
        assert_eq!(chip(stale).1, "Not live. As of 08:03:00");
        assert!(trouble(stale).unwrap().ends_with("What you see is from 08:03:00."));
    }
}
