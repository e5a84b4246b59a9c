//! What this month has cost, before everything on the first page that costs.

use super::Sentence;
use crate::moment::UnixSeconds;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthView {
    /// The class of its colours, when the budget comes to its end.
    pub tone: Option<&'static str>,
    pub words: Sentence,
    pub made_at: UnixSeconds,
}
