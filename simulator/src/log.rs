//! What went over the wire and what came of it. A test that asks "how many pipelines did this make?" asks here.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::faults::{FaultKind, Strike};
use crate::service::Service;

/// One request, or one handshake that something came of, in the order of their arrival.
#[derive(Clone, Debug, Serialize)]
pub struct LogEntry {
    pub at: DateTime<Utc>,
    pub service: Service,
    /// `None` where no route was met.
    pub endpoint: Option<&'static str>,
    /// Empty before anything has been asked for, like the path.
    pub method: String,
    pub path: String,
    pub branch: Option<String>,
    /// The caller's own id, if the request carried one: the Travis `message`, a CircleCI parameter with `marker` in its name,
    /// or the key of a batch job.
    pub marker: Option<String>,
    pub answer: Answer,
    /// Where several struck, the one that was injected first.
    pub fault: Option<FaultKind>,
    /// The others.
    pub more_faults: Vec<FaultKind>,
    /// Ids of the runs that this request made effective.
    pub made_effective: Vec<String>,
}

impl LogEntry {
    /// What has not met an endpoint yet, nor any fault, nor an answer.
    pub(crate) fn arrived(at: DateTime<Utc>, service: Service, method: &str, path: &str) -> Self {
        Self {
            at,
            service,
            endpoint: None,
            method: method.to_owned(),
            path: path.to_owned(),
            branch: None,
            marker: None,
            answer: Answer::Never,
            fault: None,
            more_faults: Vec::new(),
            made_effective: Vec::new(),
        }
    }

    pub(crate) fn struck_by(&mut self, strikes: &[Strike]) {
        let mut kinds = strikes.iter().map(|strike| strike.kind);
        self.fault = kinds.next();
        self.more_faults = kinds.collect();
    }

    /// All that struck it.
    pub fn faults(&self) -> impl Iterator<Item = FaultKind> {
        self.fault.into_iter().chain(self.more_faults.iter().copied())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Status(u16),
    ConnectionReset,
    Never,
    /// Of a handshake: the caller was content with the certificate, and goes on with a request.
    Trusted,
    /// Of a handshake: the caller was not, and has asked for nothing.
    TurnedAway,
    /// In place of a handshake somebody spoke in the clear, and was not listened to.
    NoTls,
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Answer::Status(status) => serializer.serialize_u16(*status),
            Answer::ConnectionReset => serializer.serialize_str("connection reset"),
            Answer::Never => serializer.serialize_str("never"),
            Answer::Trusted => serializer.serialize_str("trusted"),
            Answer::TurnedAway => serializer.serialize_str("turned away"),
            Answer::NoTls => serializer.serialize_str("no TLS"),
        }
    }
}

/// A run that a provider accepted and really started, however its trigger was answered.
#[derive(Clone, Debug, Serialize)]
pub struct EffectiveRun {
    pub service: Service,
    pub id: String,
    pub number: u64,
    pub project: String,
    pub branch: Option<String>,
    pub parameters: Map<String, Value>,
    pub message: Option<String>,
    pub marker: Option<String>,
    /// In the provider's own words.
    pub state: &'static str,
    pub created_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// How many entries are kept. A simulator may live for days.
const KEPT: usize = 20_000;

/// The newest entries, and how many older ones there were.
#[derive(Default, Serialize)]
pub(crate) struct Log {
    items: VecDeque<LogEntry>,
    dropped: u64,
}

impl Log {
    pub fn push(&mut self, entry: LogEntry) {
        if self.items.len() == KEPT {
            self.items.pop_front();
            self.dropped += 1;
        }
        self.items.push_back(entry);
    }

    /// The oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &LogEntry> {
        self.items.iter()
    }
}

/// Left on an answer by the endpoint that started a run.
#[derive(Clone)]
pub(crate) struct MadeEffective(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: usize) -> LogEntry {
        LogEntry::arrived(DateTime::UNIX_EPOCH, Service::Slack, "GET", &path.to_string())
    }

    #[test]
    fn a_full_log_drops_its_oldest_entries_and_counts_them() {
        let mut log = Log::default();
        (0..KEPT + 3).for_each(|path| log.push(entry(path)));
        assert_eq!((log.entries().count(), log.dropped), (KEPT, 3));
        assert_eq!(log.entries().next().map(|entry| entry.path.as_str()), Some("3"));
    }
}
