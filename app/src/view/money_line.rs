//! What something has cost so far. It grows while nothing else changes, so it is renewed by itself.

use serde::Serialize;

use super::Sentence;
use crate::live::Piece;
use crate::moment::UnixSeconds;

/// Of one cluster, or of one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Piece")]
pub struct MoneyLine {
    /// Of the piece that shows it.
    pub id: String,
    pub words: Sentence,
    pub made_at: UnixSeconds,
}
