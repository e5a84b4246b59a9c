//! What the server gives to an island.

use serde::{Deserialize, Serialize, Serializer};

/// A value that travels from the server into the page, and never back: so the browser needs no code to write it.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Given<T>(pub T);

#[cfg(feature = "ssr")]
impl<T: Serialize> Serialize for Given<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The macro of the islands asks for it on both sides and uses it on the server.
#[cfg(not(feature = "ssr"))]
impl<T> Serialize for Given<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
