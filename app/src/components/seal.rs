//! What makes a press safe: on what it was decided, and a key so that two presses are one job.

use leptos::prelude::*;

/// Made once for each time that a form is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    nonce: String,
}

impl Seal {
    /// A seal that no other page has.
    pub fn fresh() -> Self {
        Self { nonce: uuid::Uuid::new_v4().to_string() }
    }

    /// The key of a press on what is shown in this version; another one once that has changed.
    pub fn key(&self, version: i64) -> String {
        format!("{}.{version}", self.nonce)
    }
}

/// The version for which a key was made.
pub fn version_of(key: &str) -> Option<&str> {
    key.rsplit_once('.').map(|(_, version)| version)
}

/// The fields for a press on this cluster as it is in this version.
pub fn sealed_fields(seal: &Seal, cluster: &str, version: i64) -> impl IntoView + use<> {
    view! {
        <input type="hidden" name="cluster" value=cluster.to_owned()/>
        <input type="hidden" name="expected_version" value=version.to_string()/>
        <input type="hidden" name="idempotency_key" value=seal.key(version)/>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_same_for_the_same_state_and_another_for_another() {
        let seal = Seal::fresh();
        assert_eq!(seal.key(7), seal.key(7));
        assert_ne!(seal.key(7), seal.key(8));
        assert_ne!(seal.key(7), Seal::fresh().key(7));
    }

    #[test]
    fn the_fields_carry_what_the_press_was_decided_on() {
        let seal = Seal { nonce: "n".into() };
        let page = crate::samples::html(|| sealed_fields(&seal, "iriversland2", 7));
        for field in [
            r#"name="cluster" value="iriversland2""#,
            r#"name="expected_version" value="7""#,
            r#"name="idempotency_key" value="n.7""#,
        ] {
            assert!(page.contains(field), "{field} in {page}");
        }
    }
}
