//! What the cloud has to do with a cluster: what it still shows, what may be adopted, how fresh its word is.

use serde::Serialize;

use super::Sentence;
use crate::live::Piece;

/// What of a cluster that is to be gone is still in the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftoversView {
    pub rows: Vec<LeftoverRow>,
    /// "$0.72 a day together"
    pub together: Option<String>,
    /// By which lists.
    pub estimate: Option<String>,
    /// What a named person took over, and why.
    pub accepted: Vec<Sentence>,
}

/// One thing that nobody took over yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftoverRow {
    pub kind: String,
    pub name: String,
    pub age: Sentence,
    pub daily: String,
    /// Where a person takes it over.
    pub accept: String,
}

/// A cluster that no job knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundView {
    pub words: Sentence,
    pub adopt: String,
}

/// Of when the word of the CI or of the cloud on a cluster is. It is renewed too often to draw the cluster anew each time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Piece")]
pub struct AgeView {
    /// "ci" or "cloud".
    pub source: &'static str,
    pub cluster: String,
    pub words: Sentence,
    pub made_at: crate::moment::UnixSeconds,
}
