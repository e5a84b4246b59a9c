//! How a state looks: shape, word and colour, in that order of weight.

use serde::Deserialize;
#[cfg(feature = "ssr")]
use serde::Serialize;

/// Sent in the spelling of the style sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct Look {
    /// The id of a drawing in the sprite.
    pub shape: String,
    /// The class of a family of colours. Never the only carrier of a meaning.
    pub tone: String,
    pub word: String,
}
