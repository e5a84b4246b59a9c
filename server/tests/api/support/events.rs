//! Reads a stream of server-sent events.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

/// Far longer than any event takes, so that a test fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, PartialEq)]
pub struct ServerEvent {
    pub name: String,
    pub id: Option<i64>,
    pub retry: Option<u64>,
    pub data: Value,
}

pub struct Events {
    response: Response,
    unread: String,
    /// The beginning of a character whose rest comes with the next chunk.
    cut: Vec<u8>,
}

impl Events {
    pub async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self { response, unread: String::new(), cut: Vec::new() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.response.headers()[name].to_str().unwrap()
    }

    /// The next event; none when the stream has ended.
    pub async fn next(&mut self) -> Option<ServerEvent> {
        loop {
            while let Some((block, rest)) = self.unread.split_once("\n\n") {
                let event = parse(block);
                self.unread = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("an event comes in time").unwrap()?;
            self.cut.extend_from_slice(&chunk);
            let whole = std::str::from_utf8(&self.cut).map_or_else(|error| error.valid_up_to(), str::len);
            let rest = self.cut.split_off(whole);
            self.unread.push_str(std::str::from_utf8(&self.cut).unwrap());
            self.cut = rest;
        }
    }

    /// The next event of this name.
    pub async fn next_named(&mut self, name: &str) -> ServerEvent {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.name == name {
                return event;
            }
        }
    }

    /// The next event of this name whose data fit.
    pub async fn next_where(&mut self, name: &str, fits: impl Fn(&Value) -> bool) -> ServerEvent {
        loop {
            let event = self.next_named(name).await;
            if fits(&event.data) {
                return event;
            }
        }
    }
}

/// None for a comment.
fn parse(block: &str) -> Option<ServerEvent> {
    let mut event = ServerEvent { name: "message".into(), id: None, retry: None, data: Value::Null };
    let mut is_event = false;
    for (field, value) in block.lines().filter_map(|line| line.split_once(':')) {
        let value = value.trim_start();
        match field {
            "event" => event.name = value.to_owned(),
            "id" => event.id = Some(value.parse().unwrap()),
            "retry" => event.retry = Some(value.parse().unwrap()),
            "data" => event.data = serde_json::from_str(value).unwrap(),
            _ => continue,
        }
        is_event = true;
    }
    is_event.then_some(event)
}
