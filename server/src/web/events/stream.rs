//! `GET /events`: one stream of server-sent events.
//!
//! The browser pulls: nothing is read or queued for a reader that does not read, except the names of what changed.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use app::view::ContactsView;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::{SecondsFormat, Utc};
use futures::stream::unfold;
use rand::RngExt;
use serde::Deserialize;
use serde_json::{Value, json};
use store::ChangedRow;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::hub::Hub;
use super::seats::Seat;
use super::snapshot;
use super::topic::{Object, Topics};
use crate::web::auth::Identity;
use crate::web::error::Problem;
use crate::web::patience::in_time;
use crate::web::state::Web;

/// When the browser comes back after the stream broke.
const RETRY: Duration = Duration::from_secs(2);
const PING: Duration = Duration::from_secs(10);
/// When to come back if there was no seat.
const FULL_SECONDS: u32 = 10;
/// What is remembered of what was sent; forgetting it costs a repeated event, which the browser ignores.
const MOST_REMEMBERED: usize = 500;

const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const LAST_EVENT_ID: &str = "last-event-id";

#[derive(Deserialize)]
pub struct Wish {
    #[serde(default)]
    topics: String,
    after: Option<String>,
}

/// Opens a stream.
pub async fn stream(
    State(web): State<Web>,
    Extension(identity): Extension<Identity>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let topics: Topics = wish.topics.parse()?;
    if web.closing.is_cancelled() {
        return Err(full());
    }
    let seat = web.seats.take(identity.session.as_deref()).ok_or_else(full)?;
    let seen = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()).or(wish.after.as_deref());
    let seen = seen.and_then(|id| id.parse().ok()).filter(|id| *id > 0);
    let stream = Stream::open(web, topics, identity.session, seat, seen).await?;
    let events = unfold(stream, |mut stream| async move {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let sse = Sse::new(events).keep_alive(KeepAlive::default());
    Ok(([(X_ACCEL_BUFFERING, "no")], sse).into_response())
}

fn full() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "too_many_streams",
        "There are too many live pages at the moment.",
    )
    .with_retry_after(FULL_SECONDS)
}

struct Stream {
    web: Web,
    topics: Topics,
    session: Option<String>,
    _seat: Seat,
    /// Events that are ready to go.
    ready: VecDeque<Event>,
    /// Objects that are still to be sent.
    due: VecDeque<Object>,
    /// The changes up to this turn of the hub are sent or due.
    turn: u64,
    turns: watch::Receiver<u64>,
    sent: HashMap<Object, i64>,
    /// The highest version sent so far.
    highest: i64,
    pings: Interval,
    checks: Interval,
    is_over: bool,
}

impl Stream {
    async fn open(
        web: Web,
        topics: Topics,
        session: Option<String>,
        seat: Seat,
        seen: Option<i64>,
    ) -> Result<Self, Problem> {
        // The turn comes first: what changes while the snapshot is read is sent once more, not lost.
        let turns = web.hub.subscribe();
        let turn = web.hub.turn();
        let due = snapshot::objects(&web.store, &topics, seen).await?;
        let checks = every(web.check_sessions_every);
        let build = env!("CARGO_PKG_VERSION");
        let hello = json!({
            "now": timestamp(), "build": build, "contacts": contacts(&web.hub), "pieces": pulse(&web, &topics).await,
        });
        let hello = Event::default().retry(RETRY).event("hello").data(hello.to_string());
        Ok(Self {
            web,
            topics,
            session,
            _seat: seat,
            ready: VecDeque::from([hello]),
            due: due.into(),
            turn,
            turns,
            sent: HashMap::new(),
            highest: 0,
            pings: every(PING),
            checks,
            is_over: false,
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.is_over {
                return None;
            }
            match self.due.pop_front() {
                Some(object) => self.send(object).await,
                None => self.wait().await,
            }
        }
    }

    async fn send(&mut self, object: Object) {
        let written = match self.web.objects.get(&object, self.turn).await {
            Ok(Some(written)) => written,
            Ok(None) => return,
            Err(error) => {
                // The browser comes back and says what it saw last: nothing is lost.
                tracing::warn!(%error, "a live page could not be told what changed");
                self.is_over = true;
                return;
            }
        };
        if self.sent.get(&object).is_some_and(|version| *version >= written.version) {
            return;
        }
        self.highest = self.highest.max(written.version);
        let event = Event::default().id(self.highest.to_string()).event(object.event()).data(&written.json);
        self.ready.push_back(event);
        if self.sent.len() >= MOST_REMEMBERED {
            self.sent.clear();
        }
        self.sent.insert(object, written.version);
    }

    async fn wait(&mut self) {
        tokio::select! {
            () = self.web.closing.cancelled() => self.say_goodbye(),
            _ = self.checks.tick() => self.check_session().await,
            _ = self.pings.tick() => self.ping().await,
            Ok(()) = self.turns.changed() => self.collect().await,
        }
    }

    async fn collect(&mut self) {
        let turn = *self.turns.borrow_and_update();
        let rows = self.web.hub.after(self.turn);
        self.turn = turn;
        // What needs attention changes with the clusters, and is told at once.
        let is_cluster = |row: &ChangedRow| matches!(row, ChangedRow::Cluster(_));
        if self.topics.has_clusters() && rows.as_ref().is_none_or(|rows| rows.iter().any(is_cluster)) {
            self.ping().await;
        }
        let objects = match rows {
            Some(rows) => rows.iter().flat_map(|row| self.topics.touched_by(row)).collect(),
            None => match in_time(snapshot::objects(&self.web.store, &self.topics, None)).await {
                Ok(objects) => objects,
                Err(_) => return self.is_over = true,
            },
        };
        for object in objects {
            if !self.due.contains(&object) {
                self.due.push_back(object);
            }
        }
    }

    /// Silence is the sign for the browser that it no longer shows the present.
    async fn ping(&mut self) {
        if self.web.hub.is_current() {
            let pieces = pulse(&self.web, &self.topics).await;
            let ping = json!({ "now": timestamp(), "contacts": contacts(&self.web.hub), "pieces": pieces });
            self.ready.push_back(Event::default().event("ping").data(ping.to_string()));
        }
    }

    async fn check_session(&mut self) {
        let Some(token) = &self.session else { return };
        if let Ok(None) = in_time(self.web.store.session(token)).await {
            let signed_out = json!({ "now": timestamp() });
            self.ready.push_back(Event::default().event("signed_out").data(signed_out.to_string()));
            self.is_over = true;
        }
    }

    /// Browsers come back one by one, so that they do not all fall upon the next process at once.
    fn say_goodbye(&mut self) {
        let pause = Duration::from_millis(rand::rng().random_range(1_000..5_000));
        self.ready.push_back(Event::default().retry(pause));
        self.is_over = true;
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// What else goes along with the time, for the pages that show clusters or a job.
async fn pulse(web: &Web, topics: &Topics) -> Value {
    let turn = web.hub.turn();
    let mut all = Vec::new();
    if topics.has_clusters() {
        all.push(web.pulse.pieces(turn).await);
    }
    for job in topics.jobs() {
        all.push(web.pulse.pieces_of_job(job, turn).await);
    }
    all.into_iter().filter_map(|pieces| pieces.as_array().cloned()).flatten().collect()
}

/// How old our own facts are, drawn for this moment: it goes along wherever the time is told.
fn contacts(hub: &Hub) -> Option<ContactsView> {
    hub.contacts().map(|contacts| ContactsView::new(&contacts, Utc::now()))
}

fn timestamp() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}
