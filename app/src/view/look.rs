//! How a state looks: shape, word and colour, in that order of weight.

/// Sent in the spelling of the style sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// The id of a drawing in the sprite.
    pub shape: String,
    /// The class of a family of colours. Never the only carrier of a meaning.
    pub tone: String,
    pub word: String,
}
