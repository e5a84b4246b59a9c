//! What a stranger with a link sees. Nothing in it leads anywhere.

use super::{LineView, Look, Sentence};
use crate::moment::UnixSeconds;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedView {
    /// "Running 3/5 – guide on iriversland2"
    pub document_title: String,
    pub favicon: &'static str,
    pub look: Look,
    pub heading: String,
    pub lead: Sentence,
    /// How long it usually takes, when it ends, what it costs, how it ended.
    pub lines: Vec<Sentence>,
    pub progress: Option<SharedProgress>,
    pub steps: Vec<SharedStep>,
    /// Each cluster, where there are several.
    pub clusters: Vec<SharedPast>,
    /// The last results on a cluster, or all of a receipt.
    pub past: Vec<SharedPast>,
    pub past_title: &'static str,
    pub facts: Vec<(&'static str, String)>,
    pub log: Vec<LineView>,
    pub made_at: UnixSeconds,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedProgress {
    pub words: String,
    pub percent: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedStep {
    pub title: String,
    pub look: Look,
    pub is_current: bool,
    /// How long it took or is taking; before it begins, how long it usually takes.
    pub took: Sentence,
    pub message: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedPast {
    pub look: Look,
    pub words: Sentence,
}
