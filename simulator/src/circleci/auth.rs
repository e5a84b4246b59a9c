//! The four ways to show a personal token ("CircleCI API v2, authentication").

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use serde::Deserialize;

use super::message;
use super::pipelines::BOT;
use crate::credentials::{basic_user, token_after};
use crate::outside::Outside;

#[derive(Deserialize)]
struct InQuery {
    #[serde(rename = "circle-token")]
    token: Option<String>,
}

/// Whose token it is. One that reads `token-of-NAME` is that person's, all others the bot's.
#[derive(Clone)]
pub(super) struct Login(pub String);

pub(super) async fn require_token(
    State(outside): State<Outside>,
    mut request: Request,
    next: Next,
) -> Response {
    match shown_token(request.headers(), request.uri()) {
        None => message(StatusCode::UNAUTHORIZED, "You must log in first."),
        Some(token) if outside.settings().accepts_token(&token) => {
            let login = token.strip_prefix("token-of-").unwrap_or(BOT).to_owned();
            request.extensions_mut().insert(Login(login));
            next.run(request).await
        }
        Some(_) => message(StatusCode::UNAUTHORIZED, "Invalid token provided."),
    }
}

fn shown_token(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let own_header = || headers.get("circle-token")?.to_str().ok().map(str::to_owned);
    let in_query = || Query::<InQuery>::try_from_uri(uri).ok()?.0.token;
    token_after("bearer", headers).or_else(own_header).or_else(|| basic_user(headers)).or_else(in_query)
}
