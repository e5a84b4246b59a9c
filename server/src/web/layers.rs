//! What every request passes through on its way in, and every answer on its way out.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

use super::error::{self, Problem};
use super::state::Web;
use super::{auth, headers, redirects, request_id, shares};

/// For what people and programs send us: forms and small JSON.
const LONGEST_BODY: usize = 256 * 1024;

/// Until an answer begins. A live stream begins at once and may last.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

/// The outermost layer stands first.
pub fn around(routes: Router<Web>, web: &Web) -> Router<Web> {
    let from_another_site = |_: ProtectionError| Problem::of_status(StatusCode::FORBIDDEN).into_response();
    routes.layer(
        ServiceBuilder::new()
            .map_request(shares::hide_token)
            .layer(from_fn(request_id::assign))
            .layer(
                TraceLayer::new_for_http()
                    .make_span_with(span)
                    .on_request(())
                    .on_response(log)
                    .on_failure(()),
            )
            .layer(from_fn_with_state(web.clone(), headers::protect))
            .layer(CompressionLayer::new())
            .layer(from_fn(error::show))
            .layer(CatchPanicLayer::custom(on_panic))
            .layer(from_fn(redirects::keep_home))
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST_WAIT))
            .layer(DefaultBodyLimit::max(LONGEST_BODY))
            .layer(RequestBodyLimitLayer::new(LONGEST_BODY))
            .map_request(|request: axum::http::Request<_>| request.map(Body::new))
            .layer(from_fn_with_state(web.clone(), auth::only_at_home))
            .layer(
                CsrfLayer::new()
                    .with_insecure_bypass(carries_its_own_proof)
                    .with_rejection_response(from_another_site),
            ),
    )
}

/// What a browser sends by itself opens nothing there.
fn carries_its_own_proof(_: &Method, uri: &Uri) -> bool {
    ["/api/", "/slack/", "/webhooks/"].iter().any(|doors| uri.path().starts_with(doors))
}

/// The path only: what stands behind the `?` and in the headers may be a secret.
fn span(request: &Request<Body>) -> Span {
    let id = request_id::of(request.extensions()).unwrap_or_default();
    tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path())
}

fn log(response: &Response, took: Duration, _: &Span) {
    let status = response.status().as_u16();
    tracing::debug!(status, ms = took.as_millis() as u64, "answered");
}

/// The panic itself is in the log already.
fn on_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use axum::http::header::ACCEPT;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn break_down() -> &'static str {
        panic!("password=hunter2 at src/secret.rs")
    }

    #[tokio::test]
    async fn a_panic_is_a_page_with_a_number_and_without_its_text() {
        let router = Router::new()
            .route("/", get(break_down))
            .layer(CatchPanicLayer::custom(on_panic))
            .layer(from_fn(error::show))
            .layer(from_fn(request_id::assign));
        let request = Request::get("/").header(ACCEPT, "text/html").header("x-request-id", "find-me-1");
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
        let page = String::from_utf8(body.to_vec()).unwrap();
        assert!(
            page.contains("There is a problem with the service.") && page.contains("find-me-1"),
            "{page}"
        );
        assert!(!page.contains("hunter2") && !page.contains("secret.rs"), "{page}");
    }
}
