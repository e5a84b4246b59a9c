//! The destroy that the CI carries out when nobody here is alive to do it.

use super::Sentence;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupView {
    /// For when it is armed, or why it is not.
    pub words: Sentence,
    /// What went wrong with it.
    pub trouble: Vec<Sentence>,
}
