//! Where answers may send a browser: to our own paths only.
//!
//! Leptos sends a plain form back to whatever its `Referer` says, and with 302, after which a browser may repeat the
//! POST. Both are put right here, for every answer.

use axum::extract::Request;
use axum::http::header::{HOST, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;

const HOME: &str = "/";

/// Rewrites `Location` to a path of ours, and turns the 302 after a POST into 303.
pub async fn keep_home(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).cloned();
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = next.run(request).await;
    if let Some(location) = response.headers().get(LOCATION) {
        let kept = kept_location(location, host.as_ref());
        response.headers_mut().insert(LOCATION, kept);
    }
    if !is_get && response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    response
}

/// The path if a browser that is sent there stays with us, else home.
pub fn own_path(path: &str) -> &str {
    if is_own(path) { path } else { HOME }
}

/// The page that a form was sent from, if it is ours.
pub fn referring_path(headers: &HeaderMap) -> Option<String> {
    let referer = headers.get("referer")?.to_str().ok()?;
    path_on(referer, headers.get(HOST)?)
}

fn is_own(path: &str) -> bool {
    let mut chars = path.chars();
    chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && path.chars().all(|c| c.is_ascii_graphic())
}

fn kept_location(location: &HeaderValue, host: Option<&HeaderValue>) -> HeaderValue {
    let text = location.to_str().unwrap_or(HOME);
    if is_own(text) {
        return location.clone();
    }
    host.and_then(|host| path_on(text, host))
        .and_then(|path| HeaderValue::try_from(path).ok())
        .unwrap_or(HeaderValue::from_static(HOME))
}

/// The path of an address on this host.
fn path_on(address: &str, host: &HeaderValue) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    let is_ours = uri.authority()?.as_str().as_bytes() == host.as_bytes();
    let path = uri.path_and_query()?.as_str();
    (is_ours && is_own(path)).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(location: &str) -> String {
        let host = HeaderValue::from_static("head.example:3010");
        let location = HeaderValue::from_str(location).unwrap();
        kept_location(&location, Some(&host)).to_str().unwrap().to_owned()
    }

    #[test]
    fn an_address_that_is_not_ours_leads_home() {
        for location in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "https:evil",
            "http://head.example:3010@evil.example/",
            "http://head.example/",
            "http://head.example:3010//evil.example",
            "javascript:alert(1)",
            "jobs",
        ] {
            assert_eq!(kept(location), "/", "{location}");
        }
    }

    #[test]
    fn our_own_address_is_kept_as_its_path() {
        assert_eq!(kept("/jobs/12?a=b"), "/jobs/12?a=b");
        assert_eq!(kept("http://head.example:3010/jobs?state=failed"), "/jobs?state=failed");
        assert_eq!(kept("http://head.example:3010"), "/");
    }

    #[test]
    fn a_next_page_with_a_line_break_leads_home() {
        assert_eq!(own_path("/jobs\r\nSet-Cookie: a=b"), "/");
        assert_eq!(own_path(""), "/");
        assert_eq!(own_path("/clusters/iriversland2"), "/clusters/iriversland2");
    }

    #[tokio::test]
    async fn the_302_of_a_form_from_elsewhere_becomes_a_303_that_stays_here() {
        use axum::body::Body;
        use axum::routing::post;
        use tower::ServiceExt;

        let away = || async { (StatusCode::FOUND, [(LOCATION, "https://evil.example/")]) };
        let router = axum::Router::new().route("/", post(away)).layer(axum::middleware::from_fn(keep_home));
        let request = Request::post("/").header(HOST, "head.example").body(Body::empty()).unwrap();
        let answer = router.oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers()[LOCATION], "/");
    }
}
