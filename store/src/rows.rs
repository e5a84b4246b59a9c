//! From text columns to the domain's words and back.

use std::fmt::Display;
use std::str::FromStr;

use crate::Error;

/// Reads a word column.
pub fn word<T>(text: &str) -> Result<T, Error>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error: T::Err| Error::Unreadable(error.to_string()))
}

/// Reads a word column that may be null.
pub fn maybe_word<T>(text: Option<&str>) -> Result<Option<T>, Error>
where
    T: FromStr,
    T::Err: Display,
{
    text.map(word).transpose()
}
