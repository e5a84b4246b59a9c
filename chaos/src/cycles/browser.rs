//! Somebody who looks at the pages of a replica all the time, comes back whenever the stream breaks, as a browser does, and
//! tells what was shown.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use eventsource_stream::Eventsource;
use futures::StreamExt;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use simulator::Fact;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

const COMES_BACK_AFTER: Duration = Duration::from_millis(500);
/// A stream that says nothing for so long is given up: a page says every ten seconds that it is alive.
const SILENCE: Duration = Duration::from_secs(25);

#[derive(Default)]
struct Seen {
    /// What nobody has asked for yet.
    facts: Vec<Fact>,
    /// The number of the last event, with which a browser comes back.
    last_event: Option<i64>,
}

/// It looks until it is dropped.
pub struct Browser {
    seen: Arc<Mutex<Seen>>,
    looking: AbortHandle,
}

impl Browser {
    /// Opens the page that gets the stream at `url`. The page goes by a name.
    pub fn open(runtime: &Handle, page: String, url: String) -> Result<Self> {
        let client = Client::builder().read_timeout(SILENCE).no_proxy().build()?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let looking = runtime.spawn({
            let seen = seen.clone();
            async move {
                for stream in 1.. {
                    // Whatever broke the stream, it is opened again: that is what is tried here.
                    let _ = follow(&client, &url, &Stream { page: &page, number: stream, seen: &seen }).await;
                    tokio::time::sleep(COMES_BACK_AFTER).await;
                }
            }
        });
        Ok(Self { seen, looking: looking.abort_handle() })
    }

    /// What was shown since it was last asked.
    pub fn facts(&self) -> Vec<Fact> {
        std::mem::take(&mut lock(&self.seen).facts)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

/// One of the streams that a page opens.
struct Stream<'a> {
    page: &'a str,
    number: u32,
    seen: &'a Mutex<Seen>,
}

async fn follow(client: &Client, url: &str, stream: &Stream<'_>) -> Result<()> {
    let mut request = client.get(url);
    if let Some(event) = lock(stream.seen).last_event {
        request = request.header("last-event-id", event);
    }
    let answer = request.send().await?;
    ensure!(answer.status() == StatusCode::OK, "refused with {}", answer.status());
    let mut events = answer.bytes_stream().eventsource();
    while let Some(event) = events.next().await.transpose()? {
        if matches!(event.event.as_str(), "cluster" | "job_row") {
            let data: Value = serde_json::from_str(&event.data)?;
            let version = data["version"].as_i64().context("an event has no version")?;
            let place = data["pieces"][0]["id"].as_str().context("an event has no place")?;
            stream.note(place, version, event.id.parse()?);
        }
    }
    Ok(())
}

impl Stream<'_> {
    fn note(&self, thing: &str, version: i64, event: i64) {
        let mut seen = lock(self.seen);
        let (page, thing) = (self.page.to_owned(), thing.to_owned());
        seen.facts.push(Fact::Shown { page, stream: self.number, event, thing, version });
        seen.last_event = Some(event);
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
