//! Comparing secrets without telling by the time it takes how much of a guess was right.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Compares hashes, so that not even the length shows.
pub fn is_same(given: &str, expected: &SecretString) -> bool {
    let hash = |text: &str| Sha256::digest(text.as_bytes());
    hash(given).as_slice().ct_eq(hash(expected.expose_secret()).as_slice()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        let expected = SecretString::from("correct horse");
        for guess in ["", "correct", "correct horse ", "Correct horse", "correct horse\0"] {
            assert!(!is_same(guess, &expected), "{guess:?}");
        }
        assert!(is_same("correct horse", &expected));
    }
}
