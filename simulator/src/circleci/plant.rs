//! Planting, moving and removing schedules ("CircleCI API v2, schedule"). Their keys have hyphens.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::page::{PageQuery, page};
use super::schedules::Schedule;
use super::slug::Slug;
use super::timetable::Timetable;
use super::{message, not_found, show};
use crate::outside::Outside;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Plant {
    name: String,
    timetable: Timetable,
    attribution_actor: Actor,
    parameters: Map<String, Value>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Move {
    name: Option<String>,
    timetable: Option<Timetable>,
    parameters: Option<Map<String, Value>>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Actor {
    Current,
    System,
}

pub(super) async fn list(
    State(outside): State<Outside>,
    slug: Slug,
    Query(PageQuery { token }): Query<PageQuery>,
) -> Response {
    let memory = outside.memory();
    page(
        memory.circleci_schedules.of_project(&slug),
        |schedule| schedule.id,
        token.as_deref(),
        outside.settings().page_size,
        |schedule| show::schedule(schedule, &outside),
    )
}

pub(super) async fn plant(State(outside): State<Outside>, slug: Slug, body: Bytes) -> Response {
    // Nobody has written down what the real one answers for a project of the GitHub App.
    if outside.settings().projects_without_schedules.iter().any(|project| project == slug.project()) {
        return message(StatusCode::BAD_REQUEST, "Schedules are not available for this project.");
    }
    let form = match serde_json::from_slice::<Plant>(&body) {
        Ok(form) => form,
        Err(error) => return unreadable(&error),
    };
    if let Some(problem) = problem(Some(&form.timetable), Some(&form.parameters)) {
        return message(StatusCode::BAD_REQUEST, problem);
    }
    // Whoever it is attributed to: here every pipeline belongs to the one user.
    let (Actor::Current | Actor::System) = form.attribution_actor;
    let mut schedule = Schedule::new(slug, form.name, form.timetable, form.parameters, &outside);
    schedule.description = form.description;
    let mut memory = outside.memory();
    let planted = memory.circleci_schedules.plant(schedule);
    (StatusCode::CREATED, Json(show::schedule(planted, &outside))).into_response()
}

pub(super) async fn show_one(State(outside): State<Outside>, Path(id): Path<String>) -> Response {
    match outside.memory().circleci_schedules.find_mut(&id) {
        Some(schedule) => Json(show::schedule(schedule, &outside)).into_response(),
        None => not_found("Schedule"),
    }
}

pub(super) async fn shift(State(outside): State<Outside>, Path(id): Path<String>, body: Bytes) -> Response {
    let form = match serde_json::from_slice::<Move>(&body) {
        Ok(form) => form,
        Err(error) => return unreadable(&error),
    };
    if let Some(problem) = problem(form.timetable.as_ref(), form.parameters.as_ref()) {
        return message(StatusCode::BAD_REQUEST, problem);
    }
    let now = outside.now();
    let mut memory = outside.memory();
    let Some(schedule) = memory.circleci_schedules.find_mut(&id) else { return not_found("Schedule") };
    schedule.name = form.name.unwrap_or_else(|| schedule.name.clone());
    schedule.timetable = form.timetable.unwrap_or_else(|| schedule.timetable.clone());
    schedule.parameters = form.parameters.unwrap_or_else(|| schedule.parameters.clone());
    schedule.description = form.description.or_else(|| schedule.description.clone());
    schedule.updated = now;
    Json(show::schedule(schedule, &outside)).into_response()
}

pub(super) async fn remove(State(outside): State<Outside>, Path(id): Path<String>) -> Response {
    match outside.memory().circleci_schedules.remove(&id) {
        Some(_) => message(StatusCode::OK, "Schedule deleted."),
        None => not_found("Schedule"),
    }
}

fn problem(timetable: Option<&Timetable>, parameters: Option<&Map<String, Value>>) -> Option<&'static str> {
    let names_a_target =
        |parameters: &Map<String, Value>| parameters.contains_key("branch") != parameters.contains_key("tag");
    timetable.and_then(Timetable::problem).or_else(|| {
        let is_without = parameters.is_some_and(|parameters| !names_a_target(parameters));
        is_without.then_some("parameters name either a branch or a tag")
    })
}

fn unreadable(error: &serde_json::Error) -> Response {
    message(StatusCode::BAD_REQUEST, &format!("The body cannot be read: {error}"))
}
