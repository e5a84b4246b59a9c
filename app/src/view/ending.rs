//! When a cluster ends by itself, and the moment in which a destroy can still be stopped.

use domain::Time;

use super::Sentence;

/// The auto-destroy time of a cluster that is up, and what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndView {
    pub cluster: String,
    /// "Destroys 18:30 (in 2 h 10 min), or after 2 h without a job: 16:12."
    pub words: Sentence,
    /// What becomes of a job that is at work then, and who chose the time.
    pub notes: Vec<Sentence>,
    /// How many warnings were given.
    pub warnings: i32,
    /// What is spoken when it is warned.
    pub spoken: String,
    /// The present auto-destroy time, as a press carries it.
    pub seen: String,
    /// By how many hours it can be moved.
    pub lengths: Vec<i64>,
    pub undo: Option<UndoView>,
}

/// The last move, as long as it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoView {
    pub extension: i64,
    pub words: Sentence,
}

/// A destroy that waits for second thoughts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldView {
    pub job: i64,
    pub words: Sentence,
}

/// As a press carries a time: to the second, or that there is none.
pub fn seen(end: Option<Time>) -> String {
    end.map_or_else(|| crate::stay::NO_END.to_owned(), crate::moment::machine)
}
