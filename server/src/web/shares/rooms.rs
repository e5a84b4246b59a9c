//! `/s/{token}/events`: how shared pages stay current.
//!
//! All who look at the same thing are in one room: it is read, drawn and written down once for all of them, and each
//! takes the latest when it is ready for it. Whoever reads slowly misses what is in between and holds up nobody.

use std::collections::HashMap;
use std::future::{Future, pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at};

use super::door::Door;
use super::frame::Frame;
use super::page::Drawn;
use super::seats::{Seats, ViewerLimits};
use super::subject::{Key, Subject};
use super::viewer::Arrival;
use crate::web::error::Problem;
use crate::web::patience::in_time;
use crate::web::state::Web;

/// How often a room looks whether its share still works.
const CHECK: Duration = Duration::from_secs(1);
/// Times in words grow without any change of a row.
const REDRAW: Duration = Duration::from_secs(10);
const PING: Duration = Duration::from_secs(10);
/// A room that has not looked for so long no longer shows the present.
const CURRENT_FOR: Duration = Duration::from_secs(5);
/// When a browser comes back after the stream broke.
const RETRY_MILLISECONDS: u32 = 2_000;
/// When to come again after there was no seat.
const FULL_SECONDS: u32 = 30;

/// What a room said last. Whoever reads slowly gets the latest and nothing that came before, so this is all that is kept.
#[derive(Clone, Default)]
pub struct Saying {
    /// How many pages there were.
    pub pages: u64,
    /// The latest of them.
    pub page: Frame,
    /// What was said beside the pages, such as that they are up to date.
    pub note: Frame,
    pub is_last: bool,
    /// When what it says was last seen to be what the rows say.
    pub true_at: Option<Instant>,
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
    strangers: Arc<Seats>,
}

pub async fn stream(door: Door, arrival: Arrival, State(web): State<Web>) -> Result<Response, Problem> {
    listen(&web, Subject::Page(door.share), arrival)
}

/// A stream for anybody who has a link.
pub fn listen(web: &Web, subject: Subject, arrival: Arrival) -> Result<Response, Problem> {
    let seat = match subject.share() {
        Some(share) => web.rooms.strangers.take(share.id, arrival.client),
        None => None,
    };
    let seat = seat.ok_or_else(|| {
        let message =
            "Too many people look at this live at the moment. The page itself shows all that they see.";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_viewers", message)
            .with_retry_after(FULL_SECONDS)
    })?;
    Ok(arrival.show(seat, web.rooms.join(web, subject)?, pending()))
}

/// A stream for whoever is signed in, until the session has ended.
pub fn listen_signed_in(web: Web, session: Option<String>, arrival: Arrival) -> Result<Response, Problem> {
    let seat = web.seats.take(session.as_deref()).ok_or_else(no_more_streams)?;
    let sayings = web.rooms.join(&web, Subject::AllClusters)?;
    Ok(arrival.show(seat, sayings, signed_out(web, session)))
}

fn no_more_streams() -> Problem {
    let message = "There are too many live pages at the moment.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", message).with_retry_after(FULL_SECONDS)
}

/// Boxed, because strangers carry nothing of it.
fn signed_out(web: Web, session: Option<String>) -> impl Future<Output = ()> {
    Box::pin(async move {
        let Some(session) = session else { return pending().await };
        let mut checks = every(web.check_sessions_every);
        loop {
            checks.tick().await;
            if matches!(in_time(web.store.session(&session)).await, Ok(None)) {
                return;
            }
        }
    })
}

impl Rooms {
    pub fn new(limits: ViewerLimits) -> Self {
        Self { open: Mutex::default(), strangers: Arc::new(Seats::new(limits)) }
    }

    /// A place in the room of this subject, which is opened if nobody is in it.
    fn join(&self, web: &Web, subject: Subject) -> Result<watch::Receiver<Saying>, Problem> {
        if web.closing.is_cancelled() {
            return Err(no_more_streams());
        }
        let mut open = self.open();
        if let Some(room) = open.get(&subject.key()) {
            return Ok(room.subscribe());
        }
        let (room, listener) = watch::channel(Saying::default());
        open.insert(subject.key(), room.clone());
        drop(open);
        tokio::spawn(keep(web.clone(), subject, room));
        Ok(listener)
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
    let mut pings = every(PING);
    let mut told = String::new();
    let mut drawn_at = None::<Instant>;
    loop {
        tokio::select! {
            () = web.closing.cancelled() => break,
            _ = checks.tick() => match works(&web, &subject).await {
                Ok(true) => {}
                Ok(false) => {
                    let note = Frame::new("ended", &json!({}));
                    room.send_modify(|saying| (saying.note, saying.is_last) = (note, true));
                    break;
                }
                Err(error) => tracing::warn!(%error, "whether a share still works could not be read"),
            },
            // Silence is the sign for the browsers that they no longer show the present.
            _ = pings.tick() => if web.hub.is_current() && room.borrow().is_current(Instant::now()) {
                let note = Frame::new("ping", &json!({ "now": clock() }));
                room.send_modify(|saying| saying.note = note);
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
                Some(page) => room.send_modify(|saying| {
                    saying.pages += 1;
                    saying.page = page;
                    saying.true_at = Some(at);
                }),
                None => Saying::is_still_true(&room),
            }
        }
    }
}

async fn works(web: &Web, subject: &Subject) -> Result<bool, store::Error> {
    match subject.share() {
        Some(share) => in_time(web.store.share_works(share.id)).await,
        None => Ok(true),
    }
}

/// The event to send, unless it says the same as the last one; nothing at all when the rows cannot be read now.
async fn draw(web: &Web, subject: &Subject, told: &mut String) -> Option<Option<Frame>> {
    let drawn = match in_time(subject.draw(web)).await {
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
    Some(Some(Frame::with_retry("page", RETRY_MILLISECONDS, &data)))
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
