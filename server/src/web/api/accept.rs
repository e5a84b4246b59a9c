//! `POST /api/v1/jobs`: asking for a job.

use std::str::FromStr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::order::Ask;
use domain::size::Size;
use serde::Deserialize;
use serde_json::error::Category;
use store::Terms;

use super::refusal::refused;
use super::shape::JobShape;

use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const LONGEST_KEY: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    routine: String,
    cluster: String,
    size: Option<String>,
    service: Option<String>,
}

const FIELDS: [&str; 4] = ["routine", "cluster", "size", "service"];

/// 201 with the job; 200 with the earlier job when the key was seen with the same ask.
pub async fn accept(
    Operator(actor): Operator,
    State(web): State<Web>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let idempotency_key = idempotency_key(&headers)?;
    let ask = read(&headers, &body)?;
    let order = web.catalogue.order(&ask).map_err(|error| refused(&error))?;
    let terms = Terms { idempotency_key, expected_version: None };
    let accepted = web.store.accept(&order, &actor, &terms).await?;
    let number = accepted.number;
    let job = web.store.job(number).await?;
    let job = job.ok_or_else(|| Problem::internal(&"a job that was accepted is not there"))?;
    let status = if accepted.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = [(LOCATION, format!("/api/v1/jobs/{number}"))];
    Ok((status, location, Json(JobShape::from(job))).into_response())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    match key.to_str() {
        Ok(key)
            if (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            // Keys of other doors are made by us; nobody should be able to guess his way to their jobs.
            Ok(Some(format!("api:{key}")))
        }
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "bad_idempotency_key",
            "The idempotency key has to be 1 to 200 visible ASCII characters. Nothing was started.",
        )),
    }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Ask, Problem> {
    if !is_json(headers) {
        let message =
            "The body has to be JSON, with \"Content-Type: application/json\". Nothing was started.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", message));
    }
    let body: Body = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let size = body.size.as_deref().map(Size::from_str).transpose().map_err(|error| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unknown_size",
            format!("{error}. Nothing was started."),
        )
        .with_known(Size::ALL)
    })?;
    Ok(Ask { routine: body.routine, cluster: body.cluster, size, service: body.service })
}

fn unreadable(error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => {
            let message = format!("The body does not fit: {error}. Nothing was started.");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_field", message).with_known(FIELDS)
        }
        Category::Syntax | Category::Eof | Category::Io => {
            let message = format!("The body is no JSON: {error}. Nothing was started.");
            Problem::new(StatusCode::BAD_REQUEST, "malformed_json", message)
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
