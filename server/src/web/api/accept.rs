//! `POST /api/v1/jobs`: asking for a job.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use store::{Accepted, Terms};

use super::ask;
use super::refusal::refused;
use super::shape::JobShape;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const LONGEST_KEY: usize = 200;

/// 201 with the job; 200 with the earlier job when the key was seen with the same ask.
pub async fn accept(
    Operator { actor, role }: Operator,
    State(web): State<Web>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let idempotency_key = idempotency_key(&headers)?;
    let ask = ask::read(&headers, &body)?;
    let order = web.catalogue.order(&ask).map_err(|error| refused(&error))?;
    let terms = Terms { idempotency_key, limit: web.catalogue.limit_of(role), role, ..Terms::default() };
    let accepted = web.store.accept(&order, &actor, &terms).await?;
    answer_with(&web, accepted).await
}

/// The job that was accepted, now or when the key came first.
pub async fn answer_with(web: &Web, accepted: Accepted) -> Result<Response, Problem> {
    let number = accepted.number;
    let job = web.store.job(number).await?;
    let job = job.ok_or_else(|| Problem::internal(&"a job that was accepted is not there"))?;
    let status = if accepted.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = [(LOCATION, format!("/api/v1/jobs/{number}"))];
    let behind = web.store.waits_for(&[number]).await?;
    Ok((status, location, Json(JobShape::from(job).in_queue(&behind))).into_response())
}

pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
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
