//! What a call has to pass before it meets the API v3: the choice of the version, then the token
//! (`lib/travis/api/app/middleware`).

use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use super::{error, refuse};
use crate::credentials::{basic_user, token_after};
use crate::outside::Outside;
use crate::service::Refusal;

/// What `@href` values begin with: `/v3` for who chose the version by path, nothing for the others.
#[derive(Clone, Copy)]
pub(super) struct HrefPrefix(pub &'static str);

pub(super) async fn check(
    State(outside): State<Outside>,
    OriginalUri(uri): OriginalUri,
    mut request: Request,
    next: Next,
) -> Response {
    let by_path = uri.path().starts_with("/travis/v3/");
    if !by_path && !chosen_by_header(request.headers()) {
        // The old API answers here, and it does not know these paths.
        return refuse(Refusal::NotFound);
    }
    match token_after("token", request.headers()).or_else(|| basic_user(request.headers())) {
        None => return error(StatusCode::FORBIDDEN, "login_required", "login required", json!({})),
        Some(token) if outside.settings().accepts_token(&token) => {}
        Some(_) => return refuse(Refusal::Unauthorized),
    }
    request.extensions_mut().insert(HrefPrefix(if by_path { "/v3" } else { "" }));
    next.run(request).await
}

fn chosen_by_header(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text("travis-api-version") == "3" || text("accept").contains("application/vnd.travis-ci.3+")
}
