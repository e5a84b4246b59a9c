//! What is done to a job that is there. The engine heeds it after the answer, so the answer is 202 with the job.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::act::resumable_until;
use domain::stay::Stay;
use domain::step::Step;
use domain::text::one_line;
use store::{Error, Terms};

use super::accept::{answer_with, idempotency_key};
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
    Operator { actor, .. }: Operator,
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

static LEAVE_UP: Form = Form {
    fields: &["until", "for", "because"],
    whole: "an object with the field \"until\" (a time) or \"for\" (a length such as \"4h\")",
    nothing: "Nothing was changed.",
};

/// Leaves the cluster up that the job would destroy.
pub async fn leave_up(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Heeded, Problem> {
    let job = existing(&web, &number).await?.job;
    let mut body = LEAVE_UP.read(&headers, &body)?;
    let stay = stay(&LEAVE_UP, &mut body)?;
    let because = reason(&LEAVE_UP, &mut body)?;
    let now = web.store.now().await?;
    let latest = app::stay::latest(&web.catalogue, &job.cluster, now);
    web.store.leave_up(job.number, &actor, app::stay::end(stay, now), latest, because.as_deref()).await?;
    heeded(&web, &number).await
}

static ANSWER: Form = Form {
    fields: &["says", "run"],
    whole: "an object with the field \"says\", and with \"run\" where a run is adopted",
    nothing: "Nothing was changed.",
};

/// Answers what a step asks.
pub async fn answer(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path((number, position)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Heeded, Problem> {
    let job = existing(&web, &number).await?;
    let is_asked = |step: &&Step| step.position.to_string() == position;
    let position = job.steps.iter().find(is_asked).map(|step| step.position).ok_or_else(|| {
        Problem::not_found(format!("Job #{number} has no step {}.", one_line(&position, 40)))
    })?;
    let mut body = ANSWER.read(&headers, &body)?;
    let (says, run) = (body.required("says")?, body.text("run")?);
    let answer = app::answer::read(&says, run).ok_or_else(|| {
        let message =
            "That is no answer: \"adopt\" needs a \"run\", and nothing else takes one. Nothing was changed.";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no_answer", message).with_known(app::answer::KNOWN)
    })?;
    web.store.answer(job.job.number, position, answer, &actor).await?;
    heeded(&web, &number).await
}

static RESUME: Form = Form {
    fields: &["from"],
    whole: "an object, with the field \"from\" (the number of a step) or without one",
    nothing: "Nothing was started.",
};

/// Takes up the rest of an ended job: 201 with the new job, 200 with the earlier one when the key was seen before.
pub async fn resume(
    Operator { actor, role }: Operator,
    State(web): State<Web>,
    Path(number): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let idempotency_key = idempotency_key(&headers)?;
    let job = existing(&web, &number).await?;
    let from = match RESUME.read_if_any(&headers, &body)?.whole_number("from")? {
        Some(from) => from,
        None => resumable_until(&job).map_err(Error::Act)?,
    };
    let terms = Terms { idempotency_key, limit: web.catalogue.limit_of(role), role, ..Terms::default() };
    let accepted = web.store.resume(job.job.number, from, &actor, &terms).await?;
    answer_with(&web, accepted).await
}

/// Until when, or for how long: one of both.
pub fn stay(form: &Form, body: &mut Body) -> Result<Stay, Problem> {
    match (body.text("until")?, body.text("for")?) {
        (Some(until), None) => Stay::read_time(&until),
        (None, Some(length)) => Stay::read_length(&length),
        _ => return Err(form.misfit("Either \"until\" or \"for\" has to be there.")),
    }
    .map_err(|error| form.misfit(&error.to_string()))
}

/// Why somebody does it, if he says so.
fn reason(form: &Form, body: &mut Body) -> Result<Option<String>, Problem> {
    let because = body.text("because")?.unwrap_or_default();
    app::reason::optional(&because).map_err(|error| form.misfit(&error.to_string()))
}

async fn heeded(web: &Web, number: &str) -> Result<Heeded, Problem> {
    Ok((StatusCode::ACCEPTED, Json(existing(web, number).await?.into())))
}
