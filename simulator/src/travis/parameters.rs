//! The parameters of a request in all their spellings: nested, dotted or flat, in JSON, a form or the query
//! (`v3/service.rs`). One that is not known does not fail the call; the answer warns of it.

use axum::body::{Body, Bytes};
use axum::extract::{Form, FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Uri};
use serde_json::{Map, Value, json};

const KNOWN: [&str; 8] = ["message", "branch", "sha", "tag_name", "merge_mode", "config", "configs", "token"];

/// By their short names: `branch` for `request.branch`.
pub(super) struct Parameters {
    values: Map<String, Value>,
    ignored: Vec<(&'static str, String)>,
}

impl Parameters {
    /// `None` if the body is not what its content type says.
    pub async fn read(uri: &Uri, headers: &HeaderMap, body: Bytes) -> Option<Self> {
        let mut parameters = Parameters { values: Map::new(), ignored: Vec::new() };
        for (key, value) in pairs(Request::get(uri.clone()).body(Body::empty()).ok()?).await? {
            parameters.take("query", &key, Value::String(value));
        }
        let is_form = |kind: &str| kind.starts_with("application/x-www-form-urlencoded");
        if headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(is_form) {
            let form = Request::post("/").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            for (key, value) in pairs(form.body(Body::from(body)).ok()?).await? {
                parameters.take("body", &key, Value::String(value));
            }
        } else if !body.is_empty() {
            let body: Map<String, Value> = serde_json::from_slice(&body).ok()?;
            for (key, value) in body {
                match value {
                    Value::Object(nested) if key == "request" => {
                        nested.into_iter().for_each(|(key, value)| parameters.take("body", &key, value));
                    }
                    value => parameters.take("body", &key, value),
                }
            }
        }
        Some(parameters)
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.values.get(name)?.as_str().map(str::to_owned)
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    pub fn warnings(&self) -> Option<Value> {
        let warning = |(place, name): &(&str, String)| {
            json!({
                "@type": "warning",
                "message": format!("{place} parameter {name} not safelisted, ignored"),
                "warning_type": "ignored_parameter",
                "parameter": name,
            })
        };
        (!self.ignored.is_empty()).then(|| self.ignored.iter().map(warning).collect())
    }

    fn take(&mut self, place: &'static str, key: &str, value: Value) {
        let name = key.strip_prefix("request.").unwrap_or(key);
        if KNOWN.contains(&name) {
            self.values.insert(name.to_owned(), value);
        } else if name != "@type" {
            self.ignored.push((place, name.to_owned()));
        }
    }
}

async fn pairs(request: Request) -> Option<Vec<(String, String)>> {
    let Form(pairs) = Form::from_request(request, &()).await.ok()?;
    Some(pairs)
}
