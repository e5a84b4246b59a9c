//! I7: no secret stands where people look.

use super::{Invariant, Violation};
use crate::testimony::Fact;

pub(super) fn judge(facts: &[Fact]) -> Vec<Violation> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Searched { place, found: true } => {
                Some(Violation::of(Invariant::SecretsAreKept, format!("a secret stands in {place}")))
            }
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_which_a_secret_was_found_is_a_violation() {
        let searched = |found| Fact::Searched { place: "the table job".to_owned(), found };
        assert_eq!(judge(&[searched(false)]), []);
        assert_eq!(judge(&[searched(true)])[0].what, "a secret stands in the table job");
    }
}
