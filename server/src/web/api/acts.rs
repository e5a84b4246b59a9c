//! What is done to a job that is there. The engine heeds it after the answer, so the answer is 202 with the job.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use store::Error;

use super::body::{Body, Form};
use super::jobs::existing;
use super::shape::JobShape;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

/// 202 with the job as it is now.
type Heeded = (StatusCode, Json<JobShape>);

static CANCEL: Form = Form {
    fields: &["because"],
    whole: "an object, with the field \"because\" or without one",
    nothing: "Nothing was changed.",
};

/// Asks a job to stop. To ask twice is no mistake.
pub async fn cancel(
    Operator(actor): Operator,
    State(web): State<Web>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Heeded, Problem> {
    let job = existing(&web, &number).await?;
    let because = reason(&CANCEL, &mut CANCEL.read_if_any(&headers, &body)?)?;
    match web.store.cancel(job.job.number, &actor, because.as_deref()).await {
        Err(Error::Act(_)) if job.job.cancelled.is_some() && !job.job.state.is_final() => {}
        done => done?,
    }
    heeded(&web, &number).await
}

/// Why somebody does it, if he says so.
fn reason(form: &Form, body: &mut Body) -> Result<Option<String>, Problem> {
    let because = body.text("because")?.unwrap_or_default();
    app::reason::optional(&because).map_err(|error| form.misfit(&error.to_string()))
}

async fn heeded(web: &Web, number: &str) -> Result<Heeded, Problem> {
    Ok((StatusCode::ACCEPTED, Json(existing(web, number).await?.into())))
}
