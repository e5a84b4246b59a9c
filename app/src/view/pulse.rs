//! What changes with the time itself: it goes along with the server's, not with a row that changed.

use serde::Serialize;

use super::{AgeView, MoneyLine, MonthView, Sentence};
use crate::live::Piece;
use crate::moment::UnixSeconds;

/// Everything of that kind, each a piece of some page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Vec<Piece>")]
pub struct PulseView {
    pub attention: AttentionView,
    pub month: MonthView,
    /// Of what the cloud and the CI say.
    pub ages: Vec<AgeView>,
    /// What each cluster has cost, where it costs.
    pub money: Vec<MoneyLine>,
}

/// What stands on the first page before the clusters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionView {
    /// What a person should look at, the worst first, each with the class of its colours.
    pub lines: Vec<(&'static str, Sentence)>,
    /// What is good to know, quietly.
    pub notes: Vec<Sentence>,
    pub made_at: UnixSeconds,
}
