//! The debt to destroy a cluster.

use serde::Deserialize;
#[cfg(feature = "ssr")]
use serde::Serialize;

use super::{Look, Sentence};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct OwedView {
    /// None when nothing was ever owed.
    pub look: Option<Look>,
    pub words: Sentence,
    /// What went wrong with paying it.
    pub trouble: Option<String>,
}
