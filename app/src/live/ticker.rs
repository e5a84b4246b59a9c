//! The one tick in a second: moves the clock, judges the connection, lets the voice speak.

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;
use web_sys::js_sys::Date;

use super::{clock, connection, stream, voice};
use crate::moment::UnixSeconds;

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
    if connection::peek().is_fresh() {
        clock::set(server_time(browser_millis()));
    }
    voice::speak(browser_millis() / 1000);
}

fn judge() {
    let silence = (browser_millis() - HEARD.get()) / 1000;
    let next = connection::peek().after_silence(silence, stream::is_open(), server_time(HEARD.get()));
    if matches!(next, connection::Connection::Stale { .. }) {
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
