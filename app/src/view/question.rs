//! What a step waits to be told by a person.

use super::{RunLink, Sentence};

/// One open question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionView {
    pub job: i64,
    pub position: i32,
    pub heading: String,
    /// What is asked, and what holds when nobody answers.
    pub words: Vec<Sentence>,
    /// What can be answered beside a run.
    pub answers: Vec<AnswerView>,
    /// The runs of which one may be ours, each with its id.
    pub candidates: Vec<(String, RunLink)>,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerView {
    pub says: &'static str,
    pub words: &'static str,
    pub class: &'static str,
}
