//! When a cluster ends by itself, and the moment in which a destroy can still be stopped.

use domain::Time;

use super::Sentence;
use crate::moment::UnixSeconds;

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
    /// Whether only somebody can end it.
    pub is_endless: bool,
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
    /// From then on it cannot be taken back.
    pub until: UnixSeconds,
    pub words: Sentence,
}

/// A destroy that waits for second thoughts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldView {
    pub job: i64,
    pub words: Sentence,
    pub stop: StopHold,
}

/// How a destroy is stopped that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopHold {
    /// The job was started to destroy: it is cancelled.
    Cancel,
    /// The job was cancelled already: its cluster is left up for so long.
    LeaveUp { length: String },
}

/// As a press carries a time: to the second, or that there is none.
pub fn seen(end: Option<Time>) -> String {
    end.map_or_else(|| crate::stay::NO_END.to_owned(), crate::moment::machine)
}
