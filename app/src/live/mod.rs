//! What makes a page live: one event stream for the whole tab, one clock, one voice for screen readers.
//!
//! On the server all of it stands still, so that the first render in the browser equals the server's.

#![cfg_attr(
    not(feature = "hydrate"),
    allow(dead_code, reason = "only the browser is live; the rules are tested here")
)]

pub mod clock;
pub mod connection;
mod latest;
#[cfg(feature = "hydrate")]
mod stale_mark;
#[cfg(feature = "hydrate")]
mod stream;
#[cfg(feature = "hydrate")]
mod ticker;
pub mod voice;

pub use clock::{Clock, Now};
pub use connection::Connection;
pub use latest::{latest, on_each};

/// Opens the stream of this tab. Only the connection chip calls it, once.
#[cfg(feature = "hydrate")]
pub fn start(topics: String, rendered_at: crate::moment::UnixSeconds) {
    ticker::start(rendered_at);
    stream::start(topics);
}

/// Ends a pause between two attempts to reach the server.
#[cfg(feature = "hydrate")]
pub fn try_now() {
    stream::try_now();
}
