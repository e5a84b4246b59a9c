//! Tokens in a request, in the forms that the services share.

use axum::http::HeaderMap;
use axum_extra::headers::authorization::Basic;
use axum_extra::headers::{Authorization, HeaderMapExt};

/// HTTP Basic with the token as the user.
pub(crate) fn basic_user(headers: &HeaderMap) -> Option<String> {
    let Authorization(basic) = headers.typed_get::<Authorization<Basic>>()?;
    Some(basic.username().to_owned())
}

/// `Authorization: <scheme> <token>`, with quotes around the token taken off.
pub(crate) fn token_after(scheme: &str, headers: &HeaderMap) -> Option<String> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let (given, token) = value.split_once(' ').unwrap_or((value, ""));
    given.eq_ignore_ascii_case(scheme).then(|| token.trim().trim_matches('"').to_owned())
}
