//! The one tick in a second: judges the connection, lets times tick and the voice speak.
//!
//! The time is the server's, so that a wrong clock on a laptop cannot give negative durations.

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;
use web_sys::js_sys::Date;

use super::document::{each, set_attribute, set_text};
use super::{Connection, bar, connection, stream, voice};
use crate::moment::{self, UnixSeconds};

thread_local! {
    /// The server's time minus this browser's, in milliseconds.
    static OFFSET: Cell<i64> = const { Cell::new(0) };
    /// When the server was last heard, by this browser's clock.
    static HEARD: Cell<i64> = const { Cell::new(0) };
}

pub fn start(rendered_at: UnixSeconds) {
    heard_from_server(rendered_at * 1000);
    // An error means that the browser has no timers: the page stays as the server made it.
    let _ = set_interval_with_handle(tick, Duration::from_secs(1));
}

/// The server told its time just now, in milliseconds.
pub fn heard_from_server(now: i64) {
    OFFSET.set(now - browser_millis());
    heard();
}

/// Something came from the server just now.
pub fn heard() {
    HEARD.set(browser_millis());
    judge();
}

fn tick() {
    judge();
    let now = server_time(browser_millis());
    match connection::peek() {
        Connection::Stale { as_of } => show_time(as_of, &format!(" at {}", moment::to_the_second(as_of))),
        state if state.is_fresh() => show_time(now, ""),
        _ => {}
    }
    voice::speak(browser_millis() / 1000);
}

/// Writes every length of time anew; on a page that has lost the server they stand still and say of when they are.
fn show_time(now: UnixSeconds, as_of: &str) {
    let seconds = |element: &web_sys::Element, name| {
        element.get_attribute(name).and_then(|seconds| seconds.parse::<UnixSeconds>().ok())
    };
    each("[data-age]", |element| {
        if let Some(since) = seconds(&element, "data-age") {
            set_text(&element, &format!("{}{as_of}", moment::coarse(now - since)));
        }
    });
    each("[data-since]", |element| {
        if let Some(since) = seconds(&element, "data-since") {
            set_text(&element, &format!("{}{as_of}", moment::so_far(since, now)));
        }
    });
    each("[data-until]", |element| {
        if let Some(until) = seconds(&element, "data-until") {
            set_text(&element, &format!("{}{as_of}", moment::remaining(until, now)));
        }
    });
    each("[data-after][hidden]", |element| {
        if seconds(&element, "data-after").is_some_and(|at| now >= at) {
            // An error would mean that `hidden` is no attribute name.
            let _ = element.remove_attribute("hidden");
        }
    });
    each("[data-before]:not([hidden])", |element| {
        if seconds(&element, "data-before").is_some_and(|at| now >= at) {
            set_attribute(&element, "hidden", "");
        }
    });
    each("[data-left]", |element| {
        if let Some(until) = seconds(&element, "data-left") {
            set_text(&element, &format!("{}{as_of}", moment::left(until, now)));
        }
    });
    each("[data-bar]", |element| {
        let spans = element.get_attribute("data-bar").and_then(|spans| bar::from_attribute(&spans));
        if let Some((own, whole)) = spans {
            let (left, width) = bar::place(own, whole, now);
            set_attribute(&element, "x", &left.to_string());
            set_attribute(&element, "width", &width.to_string());
        }
    });
}

fn judge() {
    let silence = (browser_millis() - HEARD.get()) / 1000;
    let next = connection::peek().after_silence(silence, stream::is_open(), server_time(HEARD.get()));
    if matches!(next, Connection::Stale { .. }) {
        stream::give_up_if_half_open();
    }
    connection::set(next);
}

fn server_time(browser_millis: i64) -> UnixSeconds {
    (browser_millis + OFFSET.get()) / 1000
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit an i64 for longer than anybody waits"
)]
fn browser_millis() -> i64 {
    Date::now() as i64
}
