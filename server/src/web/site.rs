//! The built wasm, script and style below `/pkg`, and the files of `public/` at the root. Anybody may have them.
//!
//! Their names say nothing about their content, so a browser asks each time whether its copy is still good; most of
//! the time the answer is a 304.

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, LAST_MODIFIED};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use tower_http::services::ServeDir;

use super::state::Web;
use super::{auth, pages};

/// Every file of the site; for what is none, the app's page for an address that leads nowhere.
pub fn files(web: &Web) -> Router {
    let nowhere = Router::new()
        .fallback(pages::not_found)
        .layer(from_fn_with_state(web.clone(), auth::recognise))
        .with_state(web.clone());
    let files = ServeDir::new(&web.site)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false)
        .call_fallback_on_method_not_allowed(true)
        .fallback(nowhere);
    Router::new().fallback_service(files).layer(from_fn(ask_again))
}

async fn ask_again(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if headers.contains_key(LAST_MODIFIED) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    response
}
