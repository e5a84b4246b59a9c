//! Who sent a webhook: whoever knows the secret, and changed no byte since.
//!
//! Source: <https://circleci.com/docs/outbound-webhooks/#validate-webhooks>.

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const HEADER: &str = "circleci-signature";

/// Whether one of the secrets signed exactly this body. During a rotation there are two; without any, nobody did.
pub fn is_by_circleci(headers: &HeaderMap, body: &[u8], secrets: &[SecretString]) -> bool {
    let Some(given) = headers.get(HEADER).and_then(|header| header.to_str().ok()).and_then(first_version)
    else {
        return false;
    };
    secrets.iter().any(|secret| {
        // A key of any length is a key.
        Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).is_ok_and(|mut mac| {
            mac.update(body);
            let expected = hex::encode(mac.finalize().into_bytes());
            given.as_bytes().ct_eq(expected.as_bytes()).into()
        })
    })
}

/// Of `v1=…,v2=…` what stands behind `v1=`. Other versions may come one day.
fn first_version(header: &str) -> Option<&str> {
    header.split(',').find_map(|version| version.trim().strip_prefix("v1="))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// CircleCI's own examples, and one of a whole event.
    const SIGNED: [(&str, &str, &str); 5] = [
        ("hello world", "secret", "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a"),
        ("lalala", "another-secret", "daa220016c8f29a8b214fbfc3671aeec2145cfb1e6790184ffb38b6d0425fa00"),
        (
            "an-important-request-payload",
            "hunter123",
            "9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa",
        ),
        ("foo", "secret", "773ba44693c7553d6ee20f61ea5d2757a9a4f4a44d2841ae4e95b52e4cd62db4"),
        (
            r#"{"type":"workflow-completed","id":"3888f21b-eaa7-38e3-8f3d-75a63bba8895"}"#,
            "demo-secret",
            "d83118aeb8bf860877e5c8e4f44df0098f3bb9caca351c961eff2fbf8a646a76",
        ),
    ];

    fn is_signed(header: &str, body: &str, secrets: &[&str]) -> bool {
        let headers =
            HeaderMap::from_iter([(HEADER.parse().unwrap(), HeaderValue::from_str(header).unwrap())]);
        let secrets: Vec<SecretString> = secrets.iter().map(|secret| (*secret).into()).collect();
        is_by_circleci(&headers, body.as_bytes(), &secrets)
    }

    #[test]
    fn what_is_not_signed_by_a_known_secret_byte_for_byte_is_by_nobody() {
        let (body, secret, signature) = SIGNED[0];
        let right = format!("v1={signature}");
        let wrong = [
            String::new(),
            "v1=".into(),
            signature.into(),
            right.to_uppercase().replace("V1", "v1"),
            right[..right.len() - 1].into(),
            format!("{right}0"),
            format!("v2={signature}"),
            // Of the same body and secret, by the hash of old.
            "v1=03376ee7ad7bbfceee98660439a4d8b125122a5a".into(),
        ];
        for header in wrong {
            assert!(!is_signed(&header, body, &[secret]), "{header}");
        }
        for changed in ["hello worle", "hello world ", "\u{feff}hello world", ""] {
            assert!(!is_signed(&right, changed, &[secret]), "{changed:?}");
        }
        assert!(!is_signed(&right, body, &["another-secret"]));
        assert!(!is_signed(&right, body, &[]), "without a secret nobody is believed");
    }

    #[test]
    fn what_is_signed_by_a_known_secret_is_by_circleci() {
        for (body, secret, signature) in SIGNED {
            assert!(is_signed(&format!("v1={signature}"), body, &[secret]), "{body}");
        }
    }

    #[test]
    fn while_secrets_are_changed_both_hold_and_versions_that_nobody_knows_are_passed_over() {
        let (body, secret, signature) = SIGNED[0];
        assert!(is_signed(&format!("v0=ffff, v1={signature}"), body, &["the new one", secret]));
    }
}
