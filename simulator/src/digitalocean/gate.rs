//! What a call has to pass before it meets the API: the token, then the hourly limit, which every answer tells of.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;

use super::account::CALLS_PER_HOUR;
use super::refuse;
use crate::credentials::token_after;
use crate::outside::Outside;
use crate::service::Refusal;

pub(super) async fn check(State(outside): State<Outside>, request: Request, next: Next) -> Response {
    let token = token_after("bearer", request.headers());
    if !token.is_some_and(|token| outside.settings().accepts_token(&token)) {
        return refuse(Refusal::Unauthorized);
    }
    let budget = outside.memory().digitalocean.spend(outside.now());
    let mut answer = match budget.is_exceeded {
        true => refuse(Refusal::RateLimited { retry_after: None }),
        false => next.run(request).await,
    };
    let reset = outside.date(budget.reset).timestamp();
    let headers = answer.headers_mut();
    headers.insert("ratelimit-limit", HeaderValue::from(CALLS_PER_HOUR));
    headers.insert("ratelimit-remaining", HeaderValue::from(budget.remaining));
    headers.insert("ratelimit-reset", HeaderValue::from(reset));
    answer
}
