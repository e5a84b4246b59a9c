//! `/s/{token}`: what anyone with a link may read, and the forms in which other tools read it. No cookie, no login, no
//! wasm; nothing here changes a job or a cluster.
//!
//! The token is looked up once for each request, by its hash; the share says what may be seen, and no parameter of the
//! address can widen that.

mod badge;
mod door;
mod feed;
mod feeds;
mod frame;
mod guesses;
mod image;
mod page;
mod rooms;
mod seats;
mod status;
mod subject;
mod viewer;
mod wall;

use axum::Router;
use axum::http::{Request, Uri};
use axum::routing::get;
use store::ShareToken;

use super::state::Web;

pub use guesses::Guesses;
pub use rooms::Rooms;
pub use seats::ViewerLimits;

/// Every address of a share begins so.
pub const BELOW: &str = "/s/";

/// What can stand behind the token.
pub const PARTS: [&str; 14] = [
    "",
    "/events",
    "/embed",
    "/embed/events",
    "/status.txt",
    "/status.json",
    "/badge.svg",
    "/badge.json",
    "/wall",
    "/wall/events",
    "/og.png",
    "/cctray.xml",
    "/feed.atom",
    "/calendar.ics",
];

/// Takes the token out of the address once the route is found and its parameters are read, so that no layer, log or trace
/// behind this one can tell it. What is no address of ours may hold a token anywhere: somebody who mistypes a link, or a
/// program that writes addresses in its own way, gives it away as well.
pub fn hide_token<B>(mut request: Request<B>) -> Request<B> {
    let path = plain(request.uri().path());
    let hidden = if let Some(rest) = path.trim_start_matches('/').strip_prefix("s/") {
        let part = rest.find('/').map_or("", |at| &rest[at..]);
        let part = PARTS.into_iter().find(|known| *known == part).unwrap_or_default();
        format!("{BELOW}-{part}")
    } else if holds_token(&path) {
        "/-".to_owned()
    } else {
        return request;
    };
    *request.uri_mut() = Uri::try_from(hidden).unwrap_or_default();
    request
}

/// The path without its percent signs.
fn plain(path: &str) -> String {
    form_urlencoded::parse(path.as_bytes()).flat_map(|(name, value)| [name, value]).collect()
}

fn holds_token(path: &str) -> bool {
    let longest = path.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max();
    longest.is_some_and(|longest| longest >= ShareToken::LENGTH)
}

/// For anybody who has a link.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/s/{token}", get(page::page))
        .route("/s/{token}/events", get(rooms::stream))
        .route("/s/{token}/embed", get(page::embed))
        .route("/s/{token}/embed/events", get(rooms::stream))
        .route("/s/{token}/status.txt", get(status::text))
        .route("/s/{token}/status.json", get(status::json))
        .route("/s/{token}/badge.svg", get(badge::svg))
        .route("/s/{token}/badge.json", get(badge::shields))
        .route("/s/{token}/og.png", get(image::png))
        .route("/s/{token}/cctray.xml", get(feeds::shared_cctray))
        .route("/s/{token}/feed.atom", get(feeds::shared_atom))
        .route("/s/{token}/calendar.ics", get(feeds::shared_calendar))
        .route("/s/{token}/wall", get(wall::shared))
        .route("/s/{token}/wall/events", get(wall::shared_events))
}

/// What needs no link, because whoever asks is signed in.
pub fn routes_for_the_admitted() -> Router<Web> {
    Router::new()
        .route("/wall", get(wall::all))
        .route("/wall/events", get(wall::all_events))
        .route("/cctray.xml", get(feeds::cctray))
        .route("/feed.atom", get(feeds::atom))
        .route("/calendar.ics", get(feeds::calendar))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_its_token_is_all_that_goes_on() {
        let hidden = |path: &str| hide_token(Request::get(path).body(()).unwrap()).uri().to_string();
        assert_eq!(hidden("/s/0123abc"), "/s/-");
        assert_eq!(hidden("/s/0123abc/status.txt?x=0123abc"), "/s/-/status.txt");
        for path in ["/s/0123abc/0123abc", "/s//0123abc", "/s/x/status.txt/0123abc", "/s/?0123abc"] {
            assert_eq!(hidden(path), "/s/-", "{path}");
        }
        for path in ["//s/0123abc", "///s/0123abc", "/%73/0123abc", "/s%2f0123abc", "/s/%30123abc"] {
            assert_eq!(hidden(path), "/s/-", "{path}");
        }
        let token = "0123456789abcdef".repeat(4);
        for path in
            [format!("/S/{token}"), format!("/x/{token}/status.txt"), format!("/a=%30{}&b", &token[1..])]
        {
            assert_eq!(hidden(&path), "/-", "{path}");
        }
        assert_eq!(
            hidden("/pkg/cluster-head.0123456789abcdef.wasm"),
            "/pkg/cluster-head.0123456789abcdef.wasm"
        );
        assert_eq!(hidden("/jobs/128?a=b"), "/jobs/128?a=b");
        assert_eq!(hidden("/shares"), "/shares");
    }
}
