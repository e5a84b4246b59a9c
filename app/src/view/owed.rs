//! The debt to destroy a cluster.

use super::{Look, Sentence};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedView {
    /// None when nothing was ever owed.
    pub look: Option<Look>,
    pub words: Sentence,
    /// What went wrong with paying it.
    pub trouble: Option<String>,
}
