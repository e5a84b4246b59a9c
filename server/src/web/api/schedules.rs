//! `/api/v1/schedules`: the same schedules as the pages show.

use app::draft::{DraftError, DraftText};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::catalogue::Catalogue;
use domain::schedule::{Draft, Missed, Overlap, Schedule};
use domain::size::Size;
use domain::text::one_line;
use store::Terms;

use super::Page;
use super::accept::{answer_with, idempotency_key};
use super::body::{Body, Form};
use super::fields::Fields;
use super::refusal::refused;
use super::shape::{NextShape, ScheduleShape};
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

/// More runs than a person looks at.
const MOST_RUNS: usize = 100;
const USUAL_RUNS: usize = 5;

static DRAFT: Form = Form {
    fields: &[
        "name", "routine", "cluster", "size", "service", "lifetime", "cron", "zone", "missed", "overlap",
        "version",
    ],
    whole: "an object with the fields of a schedule",
    nothing: "Nothing was changed.",
};

/// By name.
pub async fn list(_: Operator, State(web): State<Web>) -> Result<Json<Page<ScheduleShape>>, Problem> {
    let schedules = web.store.schedules().await?.into_iter();
    let items = schedules.map(|schedule| ScheduleShape::new(schedule, &web.catalogue)).collect();
    Ok(Json(Page { items, next: None }))
}

pub async fn one(
    _: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Json<ScheduleShape>, Problem> {
    Ok(Json(ScheduleShape::new(existing(&web, &id).await?, &web.catalogue)))
}

/// 201 with the schedule; 200 when the same person had written the same one before.
pub async fn add(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut body = DRAFT.read(&headers, &body)?;
    let mut words = DraftText { name: body.required("name")?, ..DraftText::default() };
    (words.routine, words.cluster) = (body.required("routine")?, body.required("cluster")?);
    words.cron = body.required("cron")?;
    let draft = read(&merged(&mut body, words)?, &web.catalogue)?;
    let added = web.store.add_schedule(&draft, &actor, web.store.now().await?).await?;
    let status = if added.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = [(LOCATION, format!("/api/v1/schedules/{}", added.id))];
    Ok((status, location, shown(&web, added.id).await?).into_response())
}

/// Changes the fields that are there. Its next run is counted from now.
pub async fn change(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ScheduleShape>, Problem> {
    let schedule = existing(&web, &id).await?;
    let mut body = DRAFT.read(&headers, &body)?;
    let seen = body.whole_number("version")?.map(i64::from);
    let draft = read(&merged(&mut body, DraftText::of(&schedule))?, &web.catalogue)?;
    let now = web.store.now().await?;
    web.store.change_schedule(schedule.id, &draft, seen, &actor, now).await?;
    shown(&web, schedule.id).await
}

/// 204. The jobs that it started stay.
pub async fn delete(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let schedule = existing(&web, &id).await?;
    web.store.delete_schedule(schedule.id, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets it rest. To ask twice is no mistake.
pub async fn pause(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Json<ScheduleShape>, Problem> {
    let schedule = existing(&web, &id).await?;
    web.store.pause_schedule(schedule.id, &actor).await?;
    shown(&web, schedule.id).await
}

/// Lets it run again, from now on.
pub async fn resume(
    Operator { actor, .. }: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Json<ScheduleShape>, Problem> {
    let schedule = existing(&web, &id).await?;
    web.store.resume_schedule(schedule.id, &actor, web.store.now().await?).await?;
    shown(&web, schedule.id).await
}

/// Starts at once what it asks for, in the name of whoever asks. Its next run stays. Answers as `POST /api/v1/jobs` does.
pub async fn run(
    Operator { actor, role }: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let schedule = existing(&web, &id).await?;
    let idempotency_key = idempotency_key(&headers)?;
    let order = schedule.order(&web.catalogue).map_err(|error| refused(&error))?;
    let terms = Terms { idempotency_key, limit: web.catalogue.limit_of(role), ..Terms::default() };
    let accepted = web.store.accept(&order, &actor, &terms).await?;
    answer_with(&web, accepted).await
}

/// Its next runs, five unless `count` says otherwise.
pub async fn next(
    _: Operator,
    State(web): State<Web>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<NextShape>, Problem> {
    let schedule = existing(&web, &id).await?;
    let count = count(query.as_deref().unwrap_or_default())?;
    let timing = schedule.timing().map_err(|error| unprocessable("bad_cron", error.to_string()))?;
    Ok(Json(NextShape::new(&timing, web.store.now().await?, count)))
}

fn count(query: &str) -> Result<usize, Problem> {
    let given = form_urlencoded::parse(query.as_bytes()).into_owned();
    let mut given: Fields<String> =
        Fields::new(given, &["count"]).map_err(|error| unprocessable("bad_query", error.to_string()))?;
    let Some(text) = given.take("count") else { return Ok(USUAL_RUNS) };
    match text.parse() {
        Ok(count) if (1..=MOST_RUNS).contains(&count) => Ok(count),
        _ => {
            let message = format!("\"count\" has to be a whole number from 1 to {MOST_RUNS}.");
            Err(unprocessable("bad_query", message))
        }
    }
}

/// The fields that are there, in the place of those before.
fn merged(body: &mut Body, words: DraftText) -> Result<DraftText, Problem> {
    let mut or = |field: &str, before: String| Ok::<_, Problem>(body.text(field)?.unwrap_or(before));
    Ok(DraftText {
        name: or("name", words.name)?,
        routine: or("routine", words.routine)?,
        cluster: or("cluster", words.cluster)?,
        size: or("size", words.size)?,
        service: or("service", words.service)?,
        lifetime: or("lifetime", words.lifetime)?,
        cron: or("cron", words.cron)?,
        zone: or("zone", words.zone)?,
        missed: or("missed", words.missed)?,
        overlap: or("overlap", words.overlap)?,
    })
}

fn read(words: &DraftText, catalogue: &Catalogue) -> Result<Draft, Problem> {
    words.read(catalogue).map_err(|error| {
        let message = format!("{error} Nothing was changed.");
        match &error {
            DraftError::Ask(ask) => {
                let mut problem = refused(ask);
                problem.message = message;
                problem
            }
            DraftError::Size(_) => unprocessable("unknown_size", message).with_known(Size::ALL),
            DraftError::Zone(zone) => unprocessable("unknown_zone", message).with_known(&zone.near),
            DraftError::Missed(_) => unprocessable("unknown_rule", message).with_known(Missed::ALL),
            DraftError::Overlap(_) => unprocessable("unknown_rule", message).with_known(Overlap::ALL),
            DraftError::Name(_) => unprocessable("bad_name", message),
            DraftError::Lifetime(_) | DraftError::LifetimeRange { .. } | DraftError::LifetimeNotTaken(_) => {
                unprocessable("bad_lifetime", message)
            }
            DraftError::Cron(_) | DraftError::At | DraftError::NoDay => unprocessable("bad_cron", message),
        }
    })
}

/// The schedule that an address names.
async fn existing(web: &Web, id: &str) -> Result<Schedule, Problem> {
    let schedule = match id.parse() {
        Ok(parsed) => web.store.schedule(parsed).await?,
        Err(_) => None,
    };
    schedule.ok_or_else(|| Problem::not_found(format!("There is no schedule {}.", one_line(id, 40))))
}

async fn shown(web: &Web, id: i64) -> Result<Json<ScheduleShape>, Problem> {
    Ok(Json(ScheduleShape::new(existing(web, &id.to_string()).await?, &web.catalogue)))
}

fn unprocessable(code: &'static str, message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
}
