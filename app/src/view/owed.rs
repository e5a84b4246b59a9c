//! The debt to destroy a cluster.

use super::{Look, Sentence};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedView {
    /// None when nothing was ever owed.
    pub look: Option<Look>,
    /// Since when it has been in its state, what comes next, and on whose word it ends.
    pub words: Vec<Sentence>,
    /// What went wrong with paying it.
    pub trouble: Option<String>,
    /// That it should have been paid long ago.
    pub alarm: Option<Sentence>,
    /// Where a person takes it over.
    pub take_over: Option<String>,
    /// The number of what remains of it.
    pub receipt: Option<i64>,
}

impl OwedView {
    #[must_use]
    pub fn with_receipt(self, receipt: Option<i64>) -> Self {
        Self { receipt, ..self }
    }
}
