//! What kind of caller sent a request, and so what it can read.

use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, Uri};

/// What tools read by themselves: they bring a token and no cookie.
const FEEDS: [&str; 3] = ["/cctray.xml", "/feed.atom", "/calendar.ics"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A program that uses the API. It reads JSON, whatever it says.
    ApiClient,
    /// A person who will see the answer.
    Browser,
    /// A script of a page, Slack, a command line.
    Other,
}

impl Caller {
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        if uri.path().starts_with("/api/") || is_feed(uri) {
            Self::ApiClient
        } else if accept.contains("text/html") {
            Self::Browser
        } else {
            Self::Other
        }
    }
}

/// Calendars and build monitors cannot send a bearer token: there it may be the password of a login as well.
pub fn is_feed(uri: &Uri) -> bool {
    FEEDS.contains(&uri.path())
}
