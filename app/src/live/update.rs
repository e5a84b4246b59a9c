//! What the event stream carries: pieces of the page, newly drawn.

use serde::{Deserialize, Serialize};

/// A row of the database, drawn in each way in which a page may show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub version: i64,
    pub pieces: Vec<Piece>,
}

/// One element of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The id of the element. A page shows some of the pieces and ignores the others.
    pub id: String,
    /// The element itself, its id included.
    pub html: String,
}
