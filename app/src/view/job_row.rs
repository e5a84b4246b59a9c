//! One job in a list, and on the card of its cluster.

use serde::Serialize;

use super::{Look, Sentence, Versioned};
use crate::live::Update;
use crate::moment::UnixSeconds;

/// A job as lists and cluster cards show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Update")]
pub struct JobRow {
    pub number: i64,
    pub cluster: String,
    pub routine: String,
    /// The group of states that it belongs to: `running` is everything unfinished.
    pub group: String,
    pub look: Look,
    /// "#128 guide (m)"
    pub title: String,
    /// Where it is at work, and how it ended or how far it is.
    pub line: String,
    pub started: Sentence,
    pub took: Sentence,
    pub by: String,
    /// What its cluster's card says of it.
    pub on_card: Sentence,
    pub version: i64,
    pub made_at: UnixSeconds,
}

impl Versioned for JobRow {
    fn version(&self) -> i64 {
        self.version
    }
}
