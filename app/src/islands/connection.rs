//! How the page stands to the server: the chip in the header, and the banner when contact is lost.

use leptos::prelude::*;

use crate::components::sentence::draw;
use crate::live::{Connection, Now, connection};
use crate::moment::{self, UnixSeconds};
use crate::view::Sentence;

/// Opens the stream of this tab for the topics that the page shows, and says how that goes. `path` is the page's,
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
        let may_try = matches!(state, Connection::Stale { .. });
        let banner = banner(state, &path, &sign_in).map(|words| {
            let button = may_try.then(|| {
                view! { <button type="button" class="button small" on:click=|_| try_now()>"Try now"</button> }
            });
            view! { <p class="banner tone-warn">{draw(&words, Now { time: rendered_at, as_of: None })} {button}</p> }
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

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::at;

    #[test]
    fn every_trouble_has_a_chip_and_a_way_on() {
        for state in
            [Connection::Stale { as_of: at(3).timestamp() }, Connection::SignedOut, Connection::Outdated]
        {
            assert_eq!(chip(state).0, "dot is-lost");
            assert!(banner(state, "/jobs", "/login").is_some());
        }
        assert_eq!(banner(Connection::Live, "/jobs", "/login"), None);
    }

    #[test]
    fn a_stale_page_says_of_when_it_is() {
        let stale = Connection::Stale { as_of: at(3).timestamp() };
        assert_eq!(chip(stale).1, "Not live. As of 08:03:00");
        assert!(banner(stale, "/", "/login").unwrap().to_string().contains("What you see is from 08:03:00."));
    }
}
