//! What we read of Travis's answers; the rest is ignored.
//!
//! Facts: travis-api at d1cbb6d (2025-12-31), `lib/travis/api/v3`. Ids are integers there and text here.
//! While a request is pending, most of its fields are null or missing.

use domain::Time;
use serde::Deserialize;

/// The 202 of a trigger.
#[derive(Debug, Deserialize)]
pub struct Triggered {
    pub request: TriggeredRequest,
}

#[derive(Debug, Deserialize)]
pub struct TriggeredRequest {
    pub id: u64,
}

#[derive(Debug, Deserialize)]
pub struct Requests {
    pub requests: Vec<Request>,
}

#[derive(Debug, Deserialize)]
pub struct Request {
    pub id: u64,
    pub state: String,
    /// `approved` or `rejected`. Can stay null although a build exists.
    pub result: Option<String>,
    pub message: Option<String>,
    #[serde(default)]
    pub builds: Option<Vec<Build>>,
    pub created_at: Option<Time>,
}

#[derive(Debug, Deserialize)]
pub struct Build {
    pub id: u64,
    pub number: Option<String>,
    pub state: String,
}

#[derive(Debug, Deserialize)]
pub struct Messages {
    pub messages: Vec<Message>,
}

/// What Travis noticed about a request, such as a config that it cannot read.
#[derive(Debug, Deserialize)]
pub struct Message {
    pub level: Option<String>,
    pub key: Option<String>,
    pub code: Option<String>,
}
