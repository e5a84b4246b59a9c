//! What is asked for, as the body of `POST /api/v1/jobs` says it.

use std::str::FromStr;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use domain::order::Ask;
use domain::size::Size;
use serde_json::Value;
use serde_json::error::Category;

use super::fields::{Fields, Object};
use crate::web::error::Problem;

const FIELDS: [&str; 4] = ["routine", "cluster", "size", "service"];

/// # Errors
/// When the body is no JSON, or no object with these fields.
pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Ask, Problem> {
    if !is_json(headers) {
        let message =
            "The body has to be JSON, with \"Content-Type: application/json\". Nothing was started.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", message));
    }
    let Object(entries) = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let mut fields = Fields::new(entries, &FIELDS).map_err(|error| misfit(&error.to_string()))?;
    Ok(Ask {
        routine: required(&mut fields, "routine")?,
        cluster: required(&mut fields, "cluster")?,
        size: text(&mut fields, "size")?.map(|size| known_size(&size)).transpose()?,
        service: text(&mut fields, "service")?,
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn required(fields: &mut Fields<Value>, name: &str) -> Result<String, Problem> {
    text(fields, name)?.ok_or_else(|| misfit(&format!("The field \"{name}\" is missing.")))
}

/// Null is as good as nothing.
fn text(fields: &mut Fields<Value>, name: &str) -> Result<Option<String>, Problem> {
    match fields.take(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(misfit(&format!("The field \"{name}\" has to be a text."))),
    }
}

fn known_size(size: &str) -> Result<Size, Problem> {
    Size::from_str(size).map_err(|error| {
        let message = format!("{error}. Nothing was started.");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_size", message).with_known(Size::ALL)
    })
}

fn unreadable(error: &serde_json::Error) -> Problem {
    match error.classify() {
        // Everything else would have been taken as the value of some field.
        Category::Data => misfit(
            "The body has to be an object with the fields \"routine\" and \"cluster\", \
             and with \"size\" or \"service\" where the routine takes one.",
        ),
        Category::Syntax | Category::Eof | Category::Io => {
            let message = format!("The body is no JSON: {error}. Nothing was started.");
            Problem::new(StatusCode::BAD_REQUEST, "malformed_json", message)
        }
    }
}

fn misfit(what: &str) -> Problem {
    let message = format!("{what} Nothing was started.");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_field", message).with_known(FIELDS)
}
