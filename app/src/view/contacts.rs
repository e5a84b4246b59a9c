//! The second clock: how old our facts from each provider are. The first one is that of the page.

use serde::Serialize;

use crate::live::Piece;

/// What the foot of every page says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Piece")]
pub struct ContactsView {
    /// When that was so; none while nobody was ever asked.
    pub as_of: Option<String>,
    /// One for each provider.
    pub ages: Vec<String>,
}
