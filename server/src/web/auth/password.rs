//! Whether a password is the one that was set.

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use secrecy::{ExposeSecret, SecretString};

use super::secret::is_same;
use crate::config::PasswordSetting;

/// Takes tens of milliseconds and megabytes when the setting is a hash: not for a thread that serves requests.
pub fn is_right(given: &SecretString, setting: &PasswordSetting) -> bool {
    match setting {
        PasswordSetting::Plain(expected) => is_same(given.expose_secret(), expected),
        PasswordSetting::Argon2(hash) => PasswordHash::new(hash.expose_secret()).is_ok_and(|hash| {
            Argon2::default().verify_password(given.expose_secret().as_bytes(), &hash).is_ok()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `a long enough password`.
    const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$";

    fn settings() -> [PasswordSetting; 2] {
        use argon2::{Params, PasswordHasher};
        let cheap = Argon2::from(Params::new(8, 1, 1, None).unwrap());
        let hash = cheap.hash_password(b"a long enough password").unwrap().to_string();
        [PasswordSetting::Plain("a long enough password".into()), PasswordSetting::Argon2(hash.into())]
    }

    #[test]
    fn a_wrong_password_is_refused_and_the_right_one_taken_plain_or_hashed() {
        for setting in settings() {
            for wrong in ["", "a long enough passwor", "A long enough password"] {
                assert!(!is_right(&wrong.into(), &setting), "{wrong:?}");
            }
            assert!(is_right(&"a long enough password".into(), &setting));
        }
    }

    #[test]
    fn a_hash_that_cannot_be_read_opens_nothing() {
        assert!(!is_right(&"a long enough password".into(), &PasswordSetting::Argon2(HASH.into())));
    }
}
