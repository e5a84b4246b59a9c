//! Pages of a list: `{"items":[…],"next_page_token":…}` ("CircleCI API v2, pagination").

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::message;

#[derive(Deserialize)]
pub(super) struct PageQuery {
    #[serde(rename = "page-token")]
    pub token: Option<String>,
}

/// The page that a token asks for. A token stands for the last item that was shown, so a page does not move when
/// newer items arrive; it looks like nothing that a client could make up.
pub(super) fn page<'a, T: 'a>(
    items: impl Iterator<Item = &'a T>,
    id: impl Fn(&T) -> Uuid,
    token: Option<&str>,
    page_size: usize,
    show: impl FnMut(&T) -> Value,
) -> Response {
    let items: Vec<&T> = items.collect();
    let first = match token {
        None => 0,
        Some(token) => match items.iter().position(|item| opaque(id(item)) == token) {
            Some(last_shown) => last_shown + 1,
            None => return message(StatusCode::BAD_REQUEST, "Invalid page token"),
        },
    };
    let shown = &items[first..items.len().min(first + page_size.max(1))];
    let is_last = first + shown.len() == items.len();
    let next = shown.last().filter(|_| !is_last).map(|item| opaque(id(item)));
    let shown: Vec<Value> = shown.iter().copied().map(show).collect();
    Json(json!({ "items": shown, "next_page_token": next })).into_response()
}

fn opaque(id: Uuid) -> String {
    format!("AA{:032x}", id.as_u128().rotate_left(57))
}
