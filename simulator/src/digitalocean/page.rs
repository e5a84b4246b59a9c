//! Pages of a list: by number, with links to the others and the number of all items ("DigitalOcean API, pagination").

use axum::Json;
use axum::extract::{FromRequestParts, OriginalUri, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error;
use crate::outside::Outside;

const MOST_PER_PAGE: usize = 200;

/// Which page is asked for, and the address that the links to others begin with.
pub(super) struct Paging {
    number: usize,
    size: usize,
    address: String,
}

#[derive(Deserialize)]
struct PageQuery {
    page: Option<usize>,
    per_page: Option<usize>,
}

impl FromRequestParts<Outside> for Paging {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, outside: &Outside) -> Result<Paging, Response> {
        let not_a_number =
            |_| error(StatusCode::BAD_REQUEST, "bad_request", "page and per_page are whole numbers.");
        let Query(query) =
            Query::<PageQuery>::from_request_parts(parts, outside).await.map_err(not_a_number)?;
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let path = parts.extensions.get::<OriginalUri>().map_or("", |uri| uri.path());
        let is_filter = |pair: &&str| !pair.starts_with("page=") && !pair.starts_with("per_page=");
        let filters: String = parts
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .filter(is_filter)
            .map(|filter| format!("{filter}&"))
            .collect();
        Ok(Paging {
            number: query.page.unwrap_or(1).max(1),
            size: query.per_page.unwrap_or(20).clamp(1, MOST_PER_PAGE),
            address: format!("http://{host}{path}?{filters}"),
        })
    }
}

impl Paging {
    pub fn page(&self, list: &str, all: Vec<Value>) -> Response {
        let total = all.len();
        let first_shown = (self.number - 1).saturating_mul(self.size);
        let shown: Vec<Value> = all.into_iter().skip(first_shown).take(self.size).collect();
        let links = self.links(total.div_ceil(self.size).max(1));
        Json(json!({ list: shown, "links": links, "meta": { "total": total } })).into_response()
    }

    /// Only to where one can go.
    fn links(&self, last: usize) -> Value {
        let mut pages = Map::new();
        let mut link = |name: &str, number: usize| {
            let address = format!("{}page={number}&per_page={}", self.address, self.size);
            pages.insert(name.to_owned(), json!(address));
        };
        if self.number > 1 {
            link("first", 1);
            link("prev", self.number - 1);
        }
        if self.number < last {
            link("next", self.number + 1);
            link("last", last);
        }
        if pages.is_empty() { json!({}) } else { json!({ "pages": pages }) }
    }
}
