//! Something that must not be, seen at the end of a cycle.

use std::fmt;

use crate::loss::Loss;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub loss: Loss,
    /// For people, with the invariant in front where there is one.
    what: String,
}

impl Violation {
    pub fn new(loss: Loss, what: impl fmt::Display) -> Self {
        Self { loss, what: what.to_string() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
