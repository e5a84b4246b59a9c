//! Somebody who looks at the pages of a replica all the time, comes back whenever the stream breaks, and remembers what was
//! shown last: as a browser does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use eventsource_stream::Eventsource;
use futures::StreamExt;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

const COMES_BACK_AFTER: Duration = Duration::from_millis(500);
/// A stream that says nothing for so long is given up: a page says every ten seconds that it is alive.
const SILENCE: Duration = Duration::from_secs(25);

/// What was shown last of each thing, by its place on the page.
#[derive(Default)]
struct Seen {
    versions: HashMap<String, i64>,
    /// The number of the last event, with which a browser comes back.
    last_event: Option<i64>,
    breaches: Vec<String>,
}

/// It looks until it is dropped.
pub struct Browser {
    seen: Arc<Mutex<Seen>>,
    looking: AbortHandle,
}

impl Browser {
    /// Opens the pages of the replica whose stream is at `url`.
    pub fn open(runtime: &Handle, url: String) -> Result<Self> {
        let client = Client::builder().read_timeout(SILENCE).no_proxy().build()?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let looking = runtime.spawn({
            let seen = seen.clone();
            async move {
                loop {
                    // Whatever broke the stream, it is opened again: that is what is tried here.
                    let _ = follow(&client, &url, &seen).await;
                    tokio::time::sleep(COMES_BACK_AFTER).await;
                }
            }
        });
        Ok(Self { seen, looking: looking.abort_handle() })
    }

    /// Those of the things that are not shown as they are, with both versions.
    pub fn stale(&self, present: &[(String, i64)]) -> Vec<String> {
        let seen = lock(&self.seen);
        let shown = |place: &str| seen.versions.get(place).copied().unwrap_or_default();
        present
            .iter()
            .filter(|(place, version)| shown(place) != *version)
            .map(|(place, version)| format!("{place} is shown at {} and is at {version}", shown(place)))
            .collect()
    }

    /// What broke I5 since it was last asked.
    pub fn breaches(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.seen).breaches)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

async fn follow(client: &Client, url: &str, seen: &Mutex<Seen>) -> Result<()> {
    let mut request = client.get(url);
    if let Some(event) = lock(seen).last_event {
        request = request.header("last-event-id", event);
    }
    let answer = request.send().await?;
    ensure!(answer.status() == StatusCode::OK, "refused with {}", answer.status());
    let mut events = answer.bytes_stream().eventsource();
    let mut told = Told::default();
    while let Some(event) = events.next().await.transpose()? {
        if matches!(event.event.as_str(), "cluster" | "job_row") {
            let data: Value = serde_json::from_str(&event.data)?;
            let version = data["version"].as_i64().context("an event has no version")?;
            let place = data["pieces"][0]["id"].as_str().context("an event has no place")?;
            note(seen, &mut told, place, version, event.id.parse()?);
        }
    }
    Ok(())
}

/// What one stream has told so far.
#[derive(Default)]
struct Told {
    versions: HashMap<String, i64>,
    event: i64,
}

/// Within one stream nothing becomes older. What a browser missed may be sent twice, and it keeps the newer.
fn note(seen: &Mutex<Seen>, told: &mut Told, place: &str, version: i64, event: i64) {
    let mut seen = lock(seen);
    let before = told.versions.insert(place.to_owned(), version);
    if let Some(newer) = before.filter(|before| *before > version) {
        seen.breaches.push(format!("I5: {place} was told at {newer}, and then at {version}"));
    }
    if event < told.event {
        seen.breaches.push(format!("I5: event {} was followed by event {event}", told.event));
    }
    told.event = event;
    seen.last_event = Some(event);
    let shown = seen.versions.entry(place.to_owned()).or_default();
    *shown = version.max(*shown);
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_older_within_a_stream_is_seen_and_what_comes_twice_is_none() {
        let seen = Mutex::new(Seen::default());
        let mut told = Told::default();
        note(&seen, &mut told, "job-row-1", 5, 5);
        note(&seen, &mut told, "job-row-1", 5, 5);
        assert!(lock(&seen).breaches.is_empty());
        note(&seen, &mut told, "job-row-1", 4, 4);
        // A stream that was opened anew.
        note(&seen, &mut Told::default(), "job-row-1", 3, 6);
        let seen = lock(&seen);
        assert_eq!(
            seen.breaches,
            ["I5: job-row-1 was told at 5, and then at 4", "I5: event 5 was followed by event 4"]
        );
        assert_eq!(seen.versions["job-row-1"], 5);
    }
}
