//! `/s/{token}/events`: how shared pages stay current.
//!
//! All who look at the same thing are in one room: it is read, drawn and written down once for all of them, and each
//! takes the latest when it is ready for it. Whoever reads slowly misses what is in between and holds up nobody.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use domain::share::Share;
use futures::stream::unfold;
use serde_json::json;
use store::ChangedRow;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at};

use super::door::Door;
use super::page::Drawn;
use crate::web::error::Problem;
use crate::web::state::Web;

/// How often a room looks whether its share still works.
const CHECK: Duration = Duration::from_secs(1);
/// Times in words grow without any change of a row.
const REDRAW: Duration = Duration::from_secs(10);
const PING: Duration = Duration::from_secs(10);
/// In this process, over all shares.
const MOST_VIEWERS: usize = 4_000;
const FULL_SECONDS: u32 = 30;

const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What a room says last. Nothing before it has looked for the first time.
#[derive(Clone, Default)]
struct Saying {
    event: Bytes,
    is_last: bool,
}

#[derive(Default)]
pub struct Rooms {
    open: Mutex<HashMap<i64, watch::Sender<Saying>>>,
}

pub async fn stream(door: Door, State(web): State<Web>) -> Response {
    let listener = if web.closing.is_cancelled() { None } else { web.rooms.join(&web, door.share) };
    let Some(sayings) = listener else {
        let message = "There are too many live pages at the moment.";
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", message)
            .with_retry_after(FULL_SECONDS)
            .into_response();
    };
    let viewer = Viewer { web, sayings, pings: every(PING), is_new: true, is_over: false };
    let events = unfold(viewer, |mut viewer| async move {
        let event = viewer.next().await?;
        Some((Ok::<_, Infallible>(event), viewer))
    });
    let headers = [(CONTENT_TYPE, "text/event-stream"), (X_ACCEL_BUFFERING, "no")];
    (headers, Body::from_stream(events)).into_response()
}

impl Rooms {
    /// A place in the room of this share, which is opened if nobody is in it; none when there are too many viewers.
    fn join(self: &Arc<Self>, web: &Web, share: Share) -> Option<watch::Receiver<Saying>> {
        let mut open = self.open();
        if open.values().map(watch::Sender::receiver_count).sum::<usize>() >= MOST_VIEWERS {
            return None;
        }
        if let Some(room) = open.get(&share.id) {
            return Some(room.subscribe());
        }
        let (room, listener) = watch::channel(Saying::default());
        open.insert(share.id, room.clone());
        drop(open);
        tokio::spawn(keep(web.clone(), share, room));
        Some(listener)
    }

    /// Closes a room in which nobody is any more.
    fn close_if_empty(&self, share: i64, room: &watch::Sender<Saying>) -> bool {
        let mut open = self.open();
        let is_empty = room.receiver_count() == 0;
        if is_empty {
            open.remove(&share);
        }
        is_empty
    }

    fn close(&self, share: i64) {
        self.open().remove(&share);
    }

    /// Entries are added and removed whole.
    fn open(&self) -> MutexGuard<'_, HashMap<i64, watch::Sender<Saying>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks for everybody in the room, until it is empty or its share ends.
async fn keep(web: Web, share: Share, room: watch::Sender<Saying>) {
    let mut turns = web.hub.subscribe();
    let mut seen = web.hub.turn();
    let mut checks = interval(CHECK);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = String::new();
    let mut drawn_at = None::<Instant>;
    loop {
        tokio::select! {
            () = web.closing.cancelled() => break,
            _ = checks.tick() => match web.store.share_works(share.id).await {
                Ok(true) => {}
                Ok(false) => {
                    let event = Bytes::from_static(b"event: ended\ndata: {}\n\n");
                    room.send_replace(Saying { event, is_last: true });
                    break;
                }
                Err(error) => tracing::warn!(%error, "whether a share still works could not be read"),
            },
            Ok(()) = turns.changed() => {}
        }
        if web.rooms.close_if_empty(share.id, &room) {
            return;
        }
        let turn = *turns.borrow_and_update();
        let is_touched = web.hub.after(seen).is_none_or(|rows| rows.iter().any(|row| touches(row, &share)));
        if !is_touched && drawn_at.is_some_and(|at| at.elapsed() < REDRAW) {
            seen = turn;
            continue;
        }
        let at = Instant::now();
        if let Some(event) = draw(&web, &share, &mut told).await {
            (seen, drawn_at) = (turn, Some(at));
            if let Some(event) = event {
                room.send_replace(Saying { event, is_last: false });
            }
        }
    }
    web.rooms.close(share.id);
}

/// The event to send, unless it says the same as the last one; nothing at all when the rows cannot be read now.
async fn draw(web: &Web, share: &Share, told: &mut String) -> Option<Option<Bytes>> {
    let now = Utc::now();
    let opened = app::shared::Opened::load(&web.store, &web.catalogue, &share.what, share.view).await;
    let opened = match opened {
        Ok(opened) => opened?,
        Err(error) => {
            tracing::warn!(%error, "a shared page could not be drawn");
            return None;
        }
    };
    let drawn = Drawn::new(&opened, now);
    if drawn.html == *told {
        return Some(None);
    }
    let Drawn { html, title, icon, state, .. } = drawn;
    let data = json!({ "html": html, "title": title, "icon": icon, "state": state, "now": clock() });
    *told = html;
    Some(Some(format!("event: page\ndata: {data}\n\n").into()))
}

fn touches(row: &ChangedRow, share: &Share) -> bool {
    match row {
        ChangedRow::Cluster(name) | ChangedRow::Job { cluster: name, .. } => *name == share.cluster,
    }
}

struct Viewer {
    web: Web,
    sayings: watch::Receiver<Saying>,
    pings: Interval,
    is_new: bool,
    is_over: bool,
}

impl Viewer {
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        if std::mem::take(&mut self.is_new) {
            let known = self.sayings.borrow_and_update().clone();
            self.is_over = known.is_last;
            return Some([b"retry: 2000\n\n".as_slice(), &known.event].concat().into());
        }
        loop {
            tokio::select! {
                () = self.web.closing.cancelled() => return None,
                changed = self.sayings.changed() => {
                    changed.ok()?;
                    let saying = self.sayings.borrow_and_update().clone();
                    self.is_over = saying.is_last;
                    return Some(saying.event);
                }
                // Silence is the sign for the browser that it no longer shows the present.
                _ = self.pings.tick() => if self.web.hub.is_current() {
                    return Some(format!("event: ping\ndata: {}\n\n", json!({ "now": clock() })).into());
                }
            }
        }
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn clock() -> String {
    Utc::now().format("%H:%M:%S").to_string()
}
