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
use futures::stream::unfold;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at};

use super::door::Door;
use super::page::Drawn;
use super::subject::{Key, Subject};
use crate::web::error::Problem;
use crate::web::state::Web;

/// How often a room looks whether its share still works.
const CHECK: Duration = Duration::from_secs(1);
/// Times in words grow without any change of a row.
const REDRAW: Duration = Duration::from_secs(10);
const PING: Duration = Duration::from_secs(10);
/// A room that has not looked for so long no longer shows the present.
const CURRENT_FOR: Duration = Duration::from_secs(5);
/// In this process, over all shares.
const MOST_VIEWERS: usize = 4_000;
const FULL_SECONDS: u32 = 30;

const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What a room says last. Nothing before it has looked for the first time.
#[derive(Clone, Default)]
struct Saying {
    event: Bytes,
    is_last: bool,
    /// When what it says was last seen to be what the rows say.
    true_at: Option<Instant>,
}

impl Saying {
    fn is_current(&self, now: Instant) -> bool {
        self.true_at.is_some_and(|at| now.duration_since(at) < CURRENT_FOR)
    }

    /// Wakes nobody: only who asks hears of it.
    fn is_still_true(room: &watch::Sender<Self>) {
        room.send_if_modified(|saying| {
            saying.true_at = Some(Instant::now());
            false
        });
    }
}

#[derive(Default)]
pub struct Rooms {
    open: Mutex<HashMap<Key, watch::Sender<Saying>>>,
}

pub async fn stream(door: Door, State(web): State<Web>) -> Response {
    listen(web, Subject::Page(door.share), None)
}

/// A stream about this subject. Whoever came in by a session is sent away when it has ended.
pub fn listen(web: Web, subject: Subject, session: Option<String>) -> Response {
    let listener = if web.closing.is_cancelled() { None } else { web.rooms.join(&web, subject) };
    let Some(sayings) = listener else {
        let message = "There are too many live pages at the moment.";
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", message)
            .with_retry_after(FULL_SECONDS)
            .into_response();
    };
    let checks = every(web.check_sessions_every);
    let viewer = Viewer { web, session, sayings, pings: every(PING), checks, is_new: true, is_over: false };
    let events = unfold(viewer, |mut viewer| async move {
        let event = viewer.next().await?;
        Some((Ok::<_, Infallible>(event), viewer))
    });
    let headers = [(CONTENT_TYPE, "text/event-stream"), (X_ACCEL_BUFFERING, "no")];
    (headers, Body::from_stream(events)).into_response()
}

impl Rooms {
    /// A place in the room of this subject, which is opened if nobody is in it; none when there are too many viewers.
    fn join(&self, web: &Web, subject: Subject) -> Option<watch::Receiver<Saying>> {
        let mut open = self.open();
        if open.values().map(watch::Sender::receiver_count).sum::<usize>() >= MOST_VIEWERS {
            return None;
        }
        if let Some(room) = open.get(&subject.key()) {
            return Some(room.subscribe());
        }
        let (room, listener) = watch::channel(Saying::default());
        open.insert(subject.key(), room.clone());
        drop(open);
        tokio::spawn(keep(web.clone(), subject, room));
        Some(listener)
    }

    /// Closes a room in which nobody is any more.
    fn close_if_empty(&self, key: Key, room: &watch::Sender<Saying>) -> bool {
        let mut open = self.open();
        let is_empty = room.receiver_count() == 0;
        if is_empty {
            open.remove(&key);
        }
        is_empty
    }

    /// Closes this room, not one that was opened after it under the same key.
    fn close(&self, key: Key, room: &watch::Sender<Saying>) {
        let mut open = self.open();
        if open.get(&key).is_some_and(|known| known.same_channel(room)) {
            open.remove(&key);
        }
    }

    /// Entries are added and removed whole.
    fn open(&self) -> MutexGuard<'_, HashMap<Key, watch::Sender<Saying>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes its room however its keeper ends. When that broke down, the streams end too, and the browsers come again.
struct Closing {
    rooms: Arc<Rooms>,
    key: Key,
    room: watch::Sender<Saying>,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.rooms.close(self.key, &self.room);
    }
}

/// Looks for everybody in the room, until it is empty or its share ends.
async fn keep(web: Web, subject: Subject, room: watch::Sender<Saying>) {
    let _closing = Closing { rooms: Arc::clone(&web.rooms), key: subject.key(), room: room.clone() };
    let mut turns = web.hub.subscribe();
    let mut seen = web.hub.turn();
    let mut checks = interval(CHECK);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = String::new();
    let mut drawn_at = None::<Instant>;
    loop {
        tokio::select! {
            () = web.closing.cancelled() => break,
            _ = checks.tick() => match works(&web, &subject).await {
                Ok(true) => {}
                Ok(false) => {
                    let event = Bytes::from_static(b"event: ended\ndata: {}\n\n");
                    room.send_replace(Saying { event, is_last: true, true_at: None });
                    break;
                }
                Err(error) => tracing::warn!(%error, "whether a share still works could not be read"),
            },
            Ok(()) = turns.changed() => {}
        }
        if web.rooms.close_if_empty(subject.key(), &room) {
            return;
        }
        let turn = *turns.borrow_and_update();
        let is_touched =
            web.hub.after(seen).is_none_or(|rows| rows.iter().any(|row| subject.is_touched_by(row)));
        if !is_touched && drawn_at.is_some_and(|at| at.elapsed() < REDRAW) {
            seen = turn;
            Saying::is_still_true(&room);
            continue;
        }
        let at = Instant::now();
        if let Some(event) = draw(&web, &subject, &mut told).await {
            (seen, drawn_at) = (turn, Some(at));
            match event {
                Some(event) => {
                    room.send_replace(Saying { event, is_last: false, true_at: Some(at) });
                }
                None => Saying::is_still_true(&room),
            }
        }
    }
}

async fn works(web: &Web, subject: &Subject) -> Result<bool, store::Error> {
    match subject.share() {
        Some(share) => web.store.share_works(share.id).await,
        None => Ok(true),
    }
}

/// The event to send, unless it says the same as the last one; nothing at all when the rows cannot be read now.
async fn draw(web: &Web, subject: &Subject, told: &mut String) -> Option<Option<Bytes>> {
    let drawn = match subject.draw(web).await {
        Ok(drawn) => drawn?,
        Err(error) => {
            tracing::warn!(%error, "a shared page could not be drawn");
            return None;
        }
    };
    if drawn.html == *told {
        return Some(None);
    }
    let Drawn { html, title, icon, state, .. } = drawn;
    let data = json!({ "html": html, "title": title, "icon": icon, "state": state, "now": clock() });
    *told = html;
    Some(Some(format!("event: page\ndata: {data}\n\n").into()))
}

struct Viewer {
    web: Web,
    session: Option<String>,
    sayings: watch::Receiver<Saying>,
    pings: Interval,
    checks: Interval,
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
                _ = self.checks.tick(), if self.session.is_some() => if self.is_signed_out().await {
                    return None;
                },
                // Silence is the sign for the browser that it no longer shows the present.
                _ = self.pings.tick() => if self.web.hub.is_current() && self.sayings.borrow().is_current(Instant::now()) {
                    return Some(format!("event: ping\ndata: {}\n\n", json!({ "now": clock() })).into());
                }
            }
        }
    }

    async fn is_signed_out(&self) -> bool {
        let Some(token) = &self.session else { return false };
        matches!(self.web.store.session(token).await, Ok(None))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> (watch::Sender<Saying>, watch::Receiver<Saying>) {
        watch::channel(Saying::default())
    }

    #[test]
    fn a_room_that_cannot_look_says_soon_that_it_no_longer_shows_the_present() {
        let (room, mut listener) = room();
        assert!(!listener.borrow().is_current(Instant::now()), "nothing was seen yet");
        Saying::is_still_true(&room);
        assert!(listener.borrow_and_update().is_current(Instant::now()));
        assert!(!listener.has_changed().unwrap(), "who is told nothing new is not woken up");
        assert!(!listener.borrow().is_current(Instant::now() + CURRENT_FOR));
    }

    #[tokio::test]
    async fn the_streams_of_a_room_whose_keeper_broke_down_end_and_the_next_one_finds_a_new_room() {
        let rooms = Arc::new(Rooms::default());
        let key = Subject::AllClusters.key();
        let (room, mut listener) = room();
        rooms.open().insert(key, room.clone());
        let closing = Closing { rooms: Arc::clone(&rooms), key, room };
        let keeper = tokio::spawn(async move {
            let _closing = closing;
            panic!("the page could not be drawn");
        });
        assert!(keeper.await.unwrap_err().is_panic());
        assert!(listener.changed().await.is_err());
        assert!(rooms.open().is_empty());
    }

    #[test]
    fn a_room_that_was_opened_meanwhile_stays() {
        let rooms = Arc::new(Rooms::default());
        let key = Subject::AllClusters.key();
        let ((old, _), (new, _)) = (room(), room());
        rooms.open().insert(key, new);
        drop(Closing { rooms: Arc::clone(&rooms), key, room: old });
        assert_eq!(rooms.open().len(), 1);
    }
}
