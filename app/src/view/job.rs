//! One job with everything that its page shows.

use serde::Serialize;

use super::{ActionView, HoldView, Look, MoneyLine, OwedView, QuestionView, Sentence, Versioned};
use crate::live::Update;
use crate::live::bar::Span;
use crate::moment::UnixSeconds;

/// A job as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Update")]
pub struct JobView {
    pub number: i64,
    pub look: Look,
    /// "guide on iriversland2"
    pub heading: String,
    pub document_title: String,
    pub favicon: String,
    /// Where it is, for how long, what it costs, and how the money ends.
    pub lead: Sentence,
    /// What the cluster has cost while it was at work, and will have cost at most.
    pub money: Option<MoneyLine>,
    /// What the past says: how long it usually takes, when it is going to end.
    pub usual: Option<Sentence>,
    /// How it ended and what that leaves, with the class of its colours.
    pub notice: Option<(String, Sentence)>,
    /// That it is about to destroy.
    pub hold: Option<HoldView>,
    /// When its cluster ends by itself, once it was warned of that.
    pub end: Option<Sentence>,
    /// What it waits to be told.
    pub question: Option<QuestionView>,
    /// What can be done to it now.
    pub actions: Vec<ActionView>,
    pub has_failed: bool,
    /// What a screen reader is told when its state changes.
    pub spoken: String,
    pub steps: Vec<StepView>,
    pub whole: Span,
    pub check_ins: Vec<LineView>,
    pub owed: OwedView,
    pub facts: Vec<(String, Sentence)>,
    pub version: i64,
    pub made_at: UnixSeconds,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    pub title: String,
    pub look: Look,
    pub is_current: bool,
    pub is_trouble: bool,
    /// Its state, who does it, and the run.
    pub facts: Sentence,
    /// Percent done, where the far end counts and is not through.
    pub percent: Option<u8>,
    pub message: Option<String>,
    pub started: Sentence,
    pub took: Sentence,
    /// How long it usually takes, while it is at work.
    pub usual: Option<Sentence>,
    pub bar: Option<Span>,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineView {
    pub line: i32,
    pub at: String,
    pub time: String,
    pub class: String,
    pub text: String,
}

impl Versioned for JobView {
    fn version(&self) -> i64 {
        self.version
    }
}
