//! What a caller sent by name: each name is known, and none comes twice. Whatever does not fit is said in words of
//! ours; those of serde name types of Rust.

use std::collections::BTreeMap;
use std::fmt;

use domain::text::one_line;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// How much of a name that we do not know is repeated.
const LONGEST_NAME: usize = 80;

/// The values by their names.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields<T>(BTreeMap<String, T>);

/// None at all.
impl<T> Default for Fields<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// Why they cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldsError {
    #[error("\"{0}\" means nothing here.")]
    Unknown(String),
    #[error("\"{0}\" comes twice.")]
    Twice(String),
}

impl<T> Fields<T> {
    /// # Errors
    /// For the first name that is not one of the known ones, or was there before.
    pub fn new(given: impl IntoIterator<Item = (String, T)>, known: &[&str]) -> Result<Self, FieldsError> {
        let mut fields = BTreeMap::new();
        for (name, value) in given {
            if !known.contains(&name.as_str()) {
                return Err(FieldsError::Unknown(one_line(&name, LONGEST_NAME)));
            }
            if fields.insert(name.clone(), value).is_some() {
                return Err(FieldsError::Twice(name));
            }
        }
        Ok(Self(fields))
    }

    pub fn take(&mut self, name: &str) -> Option<T> {
        self.0.remove(name)
    }
}

/// A JSON object as it was written: nothing is refused yet, and a name that comes twice is there twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Object(pub Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(names: &[&str]) -> Result<Fields<()>, FieldsError> {
        Fields::new(names.iter().map(|name| ((*name).to_owned(), ())), &["size", "routine"])
    }

    #[test]
    fn a_name_that_means_nothing_is_refused() {
        assert_eq!(given(&["size", "colour"]), Err(FieldsError::Unknown("colour".into())));
    }

    #[test]
    fn nothing_is_taken_when_it_was_said_twice() {
        assert_eq!(given(&["size", "routine", "size"]), Err(FieldsError::Twice("size".into())));
    }

    #[test]
    fn each_value_is_found_by_its_name() {
        let mut fields = given(&["size"]).unwrap();
        assert_eq!((fields.take("size"), fields.take("routine")), (Some(()), None));
    }

    #[test]
    fn only_an_object_is_an_object_and_it_keeps_what_comes_twice() {
        for other in ["[]", r#"[["a", 1]]"#, "\"a\"", "1", "null"] {
            assert!(serde_json::from_str::<Object>(other).is_err_and(|error| error.is_data()), "{other}");
        }
        let Object(entries) = serde_json::from_str(r#"{"a": 1, "a": 2}"#).unwrap();
        assert_eq!(entries, [("a".to_owned(), 1.into()), ("a".to_owned(), 2.into())]);
    }
}
