//! The headers that make a browser careful. They stand on every answer, errors and static files included.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use leptos::nonce::Nonce;

use super::state::Web;

const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// For what is no page of the app: nothing runs, and only our own style is loaded.
const NO_SCRIPTS: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
                          form-action 'self'; frame-ancestors 'none'";

/// Our scripts carry the nonce of their page; `strict-dynamic` lets them load the wasm beside them.
pub fn page_policy(nonce: &Nonce) -> Option<HeaderValue> {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).ok()
}

/// A page for strangers: it leads nowhere, sends nothing, and is shown inside of other pages only where that was allowed.
pub fn shared_policy(nonce: &Nonce, frame_origins: &[String]) -> Option<HeaderValue> {
    let frames = if frame_origins.is_empty() { "'none'".to_owned() } else { frame_origins.join(" ") };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors {frames}"
    );
    HeaderValue::try_from(policy).ok()
}

pub async fn protect(State(web): State<Web>, request: Request, next: Next) -> Response {
    let is_shared = request.uri().path().starts_with(super::shares::BELOW);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Whoever reads a share holds its secret in the address: it is told to nobody, and no engine finds it.
    let referrer = if is_shared { "no-referrer" } else { "same-origin" };
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    if is_shared {
        headers.insert(X_ROBOTS_TAG, HeaderValue::from_static("noindex, nofollow"));
    }
    headers.insert(CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NO_SCRIPTS));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // The demo is spoken to without TLS, on an address where other programs are tried out too.
    if !web.access.is_demo() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}
