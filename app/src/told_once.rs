//! The secret of a new share on its way to the page that tells it: a cookie of that browser alone, which is gone once the
//! page was made. It stands in no address, no log and no row, and any replica can tell it.

use http::header::{COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use store::ShareToken;

use crate::session::Visitor;

const NAME: &str = "new_share";
const SECONDS: u32 = 120;

/// Hands the secret to the next page.
pub fn keep(token: &ShareToken) {
    set(token.reveal(), SECONDS);
}

/// Takes what was kept: the next time nothing is there.
pub fn take() -> Option<ShareToken> {
    let parts = use_context::<Parts>()?;
    let token = given(&parts.headers)?;
    set("", 0);
    Some(ShareToken::given(&token))
}

fn set(value: &str, seconds: u32) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    // The demo is spoken to without TLS.
    let is_demo = use_context::<Visitor>().is_some_and(|visitor| visitor.is_demo);
    let secure = if is_demo { "" } else { " Secure;" };
    let cookie =
        format!("{NAME}={value}; Path=/shares; HttpOnly;{secure} SameSite=Strict; Max-Age={seconds}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.append_header(SET_COOKIE, cookie);
    }
}

fn given(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs =
        cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == NAME)?;
    let is_token = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_token.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(cookie: &str) -> Option<String> {
        given(&HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(cookie).unwrap())]))
    }

    #[test]
    fn only_what_could_be_a_token_is_told() {
        let token = "0123456789abcdef".repeat(4);
        assert_eq!(with(&format!("a=b; new_share={token}")), Some(token.clone()));
        for cookie in [
            "new_share=",
            "new_share=<script>",
            "a=b",
            &format!("new_share={token}0"),
            &format!("xnew_share={token}"),
        ] {
            assert_eq!(with(cookie), None, "{cookie}");
        }
    }
}
