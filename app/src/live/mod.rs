//! What makes a page live: one event stream for the whole tab, pieces that are replaced, times that tick, one voice
//! for screen readers.
//!
//! Whatever is to be live says so in its HTML; the names of those attributes stand here.
//!
//! | attribute | means |
//! |---|---|
//! | `id` and `data-version` | a piece, which a newer version of the same id replaces |
//! | `data-state` and `data-say` | when the state changes, the sentence is spoken; with `data-alarm`, at once |
//! | `data-title` and `data-favicon` | what the tab shows |
//! | `data-age`, `data-since`, `data-until` | a length of time that ticks, in seconds since 1970 |
//! | `data-bar` | a bar of a timeline: own begin and end, the whole's begin and end |
//! | `data-verb`, `data-price` | the words of a button, and what each choice in its form costs |

#![cfg_attr(
    not(feature = "hydrate"),
    allow(dead_code, reason = "only the browser is live; the rules are tested here")
)]

pub mod bar;
pub mod connection;
mod update;
mod voice;

#[cfg(feature = "hydrate")]
mod document;
#[cfg(feature = "hydrate")]
mod morph;
#[cfg(feature = "hydrate")]
mod newcomers;
#[cfg(feature = "hydrate")]
mod pieces;
#[cfg(feature = "hydrate")]
mod press;
#[cfg(feature = "hydrate")]
mod prices;
#[cfg(feature = "hydrate")]
mod stream;
#[cfg(feature = "hydrate")]
mod ticker;

pub use connection::Connection;
pub use update::{Piece, Update};

/// Keeps this page current. Only the connection chip calls it, once.
#[cfg(feature = "hydrate")]
pub fn start(topics: String, rendered_at: crate::moment::UnixSeconds) {
    ticker::start(rendered_at);
    prices::start();
    press::start();
    stream::start(topics);
}

/// Shows prices on buttons, on a page that stands still.
#[cfg(feature = "hydrate")]
pub fn start_prices() {
    prices::start();
}

/// Ends a pause between two attempts to reach the server.
#[cfg(feature = "hydrate")]
pub fn try_now() {
    stream::try_now();
}
