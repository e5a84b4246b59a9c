//! The one event stream of this tab.
//!
//! The browser reconnects by itself after a lost connection, but gives up for good on any answer other than 200:
//! then we open a new stream, later and later, and tell it the last id that we saw.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures::StreamExt;
use futures::channel::oneshot;
use futures::stream::select_all;
use gloo_net::eventsource::State;
use gloo_net::eventsource::futures::EventSource;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::js_sys::Date;
use web_sys::{MessageEvent, RequestInit, Response};

use super::connection::{self, Connection};
use super::{Piece, pieces, press, ticker};

const EVENTS: [&str; 6] = ["hello", "ping", "signed_out", "cluster", "job_row", "job"];
/// Seconds between two attempts: the first ones quick, then the last one for ever.
const PAUSES: [u64; 4] = [1, 2, 5, 10];

thread_local! {
    static SOURCE: RefCell<Option<EventSource>> = const { RefCell::new(None) };
    static LAST_ID: RefCell<String> = const { RefCell::new(String::new()) };
    static BUILD: RefCell<Option<String>> = const { RefCell::new(None) };
    static ATTEMPTS: Cell<usize> = const { Cell::new(0) };
    static WAKE: RefCell<Option<oneshot::Sender<()>>> = const { RefCell::new(None) };
}

/// The data of `hello` and `ping`.
#[derive(Deserialize)]
struct ServerTime {
    now: String,
    build: Option<String>,
    /// How old the server's own facts are at this time.
    contacts: Option<Piece>,
    /// What else changes with the time.
    #[serde(default)]
    pieces: Vec<Piece>,
}

/// Runs until the page is left or the person is signed out.
pub fn start(topics: String) {
    spawn_local(async move {
        while !connection::peek().is_final() {
            follow(&topics).await;
            if is_signed_out().await {
                connection::set(Connection::SignedOut);
            }
            let attempt = ATTEMPTS.replace(ATTEMPTS.get() + 1);
            pause(Duration::from_secs(PAUSES[attempt.min(PAUSES.len() - 1)])).await;
        }
    });
}

pub fn is_open() -> bool {
    SOURCE.with_borrow(|source| source.as_ref().is_some_and(|source| source.state() == State::Open))
}

/// A stream that looks open and is silent hangs on a dead connection: closing it leads to a new one.
pub fn give_up_if_half_open() {
    if is_open() {
        close();
    }
}

pub fn try_now() {
    close();
    wake_up();
}

/// Reads one stream to its end.
async fn follow(topics: &str) {
    let after = LAST_ID.with_borrow(|id| if id.is_empty() { String::new() } else { format!("&after={id}") });
    let Ok(mut source) = EventSource::new(&format!("/events?topics={topics}{after}")) else { return };
    let Ok(subscriptions) =
        EVENTS.map(|event| source.subscribe(event)).into_iter().collect::<Result<Vec<_>, _>>()
    else {
        return;
    };
    SOURCE.replace(Some(source));
    let mut events = select_all(subscriptions);
    while let Some(Ok((event, message))) = events.next().await {
        press::is_over().await;
        receive(&event, &message);
        if connection::peek().is_final() {
            break;
        }
    }
    close();
}

fn receive(event: &str, message: &MessageEvent) {
    let id = message.last_event_id();
    if !id.is_empty() {
        LAST_ID.set(id);
    }
    let data = message.data().as_string().unwrap_or_default();
    match event {
        "hello" | "ping" => {
            ATTEMPTS.set(0);
            match serde_json::from_str::<ServerTime>(&data) {
                Ok(time) if is_the_same_build(time.build.as_deref()) => {
                    ticker::heard_from_server(millis(&time.now));
                    time.contacts.iter().chain(&time.pieces).for_each(pieces::replace);
                }
                _ => connection::set(Connection::Outdated),
            }
        }
        "signed_out" => connection::set(Connection::SignedOut),
        _ => {
            ticker::heard();
            match serde_json::from_str(&data) {
                Ok(update) => pieces::bring_up_to_date(&update),
                Err(_) => connection::set(Connection::Outdated),
            }
        }
    }
}

/// The browser reads a date for less than we could.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970")]
fn millis(date: &str) -> i64 {
    Date::parse(date) as i64
}

/// Whether the server is still the one that was heard first.
fn is_the_same_build(build: Option<&str>) -> bool {
    let Some(build) = build else { return true };
    BUILD.with_borrow_mut(|known| known.get_or_insert_with(|| build.to_owned()) == build)
}

/// Closing tells the subscriptions, so that [`follow`] ends.
fn close() {
    drop(SOURCE.take());
}

/// A stream hides the status of a refused request, so ask once more in a way that shows it.
async fn is_signed_out() -> bool {
    let head = RequestInit::new();
    head.set_method("HEAD");
    let answer = JsFuture::from(window().fetch_with_str_and_init("/events?topics=clusters", &head)).await;
    answer
        .ok()
        .and_then(|answer| answer.dyn_into::<Response>().ok())
        .is_some_and(|answer| answer.status() == 401)
}

fn wake_up() {
    if let Some(wake) = WAKE.take() {
        // An error says that the pause has ended already.
        let _ = wake.send(());
    }
}

async fn pause(duration: Duration) {
    let (wake, woken) = oneshot::channel();
    WAKE.replace(Some(wake));
    let timer = set_timeout_with_handle(wake_up, duration);
    // Either way of being woken is right.
    let _ = woken.await;
    if let Ok(timer) = timer {
        timer.clear();
    }
}
