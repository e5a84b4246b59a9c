//! The cookie that holds the session token.
//!
//! Its `__Host-` prefix makes the browser insist that it came from this host alone, over TLS, for the whole of it.

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use store::SessionToken;

const NAME: &str = "__Host-cluster_head";

/// A session token has 64 characters; whatever is much longer is none and is not looked up.
const LONGEST: usize = 128;

pub fn session_token(headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    let token = jar.get(NAME)?.value();
    (!token.is_empty() && token.len() <= LONGEST).then(|| token.to_owned())
}

pub fn holding(token: &SessionToken) -> Cookie<'static> {
    with_value(token.reveal().to_owned())
}

/// Makes the browser drop the cookie.
pub fn expired() -> Cookie<'static> {
    let mut cookie = with_value(String::new());
    cookie.make_removal();
    cookie
}

fn with_value(value: String) -> Cookie<'static> {
    Cookie::build((NAME, value)).path("/").secure(true).http_only(true).same_site(SameSite::Lax).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_cookie_keeps_every_attribute_that_its_name_demands() {
        let text = expired().to_string();
        for part in ["__Host-cluster_head=;", "Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=0"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
