//! Reading jobs.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use domain::text::one_line;
use serde::Deserialize;
use store::{JobFilter, JobGroup};

use super::Page;
use super::shape::JobShape;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

const MOST: i64 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    state: Option<String>,
    cluster: Option<String>,
    before: Option<String>,
    limit: Option<String>,
}

/// Newest first.
pub async fn list(
    _: Operator,
    State(web): State<Web>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<Json<Page<JobShape>>, Problem> {
    let Query(wish) = wish.map_err(|rejection| unprocessable("bad_query", rejection.body_text()))?;
    let filter = filter(&web, wish).await?;
    // One more than asked for tells whether there is a next page.
    let mut jobs = web.store.jobs(&JobFilter { limit: filter.limit + 1, ..filter.clone() }).await?;
    let goes_on = jobs.len() as i64 > filter.limit;
    if goes_on {
        jobs.pop();
    }
    let next = jobs.last().filter(|_| goes_on).map(|job| job.number.to_string());
    Ok(Json(Page { items: jobs.into_iter().map(JobShape::from).collect(), next }))
}

pub async fn one(
    _: Operator,
    State(web): State<Web>,
    Path(number): Path<String>,
) -> Result<Json<JobShape>, Problem> {
    let job = match number.parse() {
        Ok(parsed) => web.store.job(parsed).await?,
        Err(_) => None,
    };
    job.map(|job| Json(job.into()))
        .ok_or_else(|| Problem::not_found(format!("There is no job {}.", one_line(&number, 40))))
}

async fn filter(web: &Web, wish: Wish) -> Result<JobFilter, Problem> {
    let state = match wish.state {
        Some(state) => Some(state.parse::<JobGroup>().map_err(|error| {
            unprocessable("unknown_state", format!("{error}."))
                .with_known(JobGroup::ALL.map(JobGroup::as_str))
        })?),
        None => None,
    };
    if let Some(name) = &wish.cluster
        && web.store.cluster(name).await?.is_none()
    {
        let known = web.store.clusters().await?.into_iter().map(|cluster| cluster.name);
        let message = format!("There is no cluster \"{}\".", one_line(name, 80));
        return Err(unprocessable("unknown_cluster", message).with_known(known));
    }
    let limit = whole(wish.limit.as_deref(), "limit", MOST)?.unwrap_or(JobFilter::default().limit);
    let before = whole(wish.before.as_deref(), "before", i64::MAX)?;
    Ok(JobFilter { state, cluster: wish.cluster, before, limit })
}

fn whole(text: Option<&str>, name: &str, most: i64) -> Result<Option<i64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    match text.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(Some(number)),
        _ => {
            Err(unprocessable("bad_query", format!("\"{name}\" has to be a whole number from 1 to {most}.")))
        }
    }
}

fn unprocessable(code: &'static str, message: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
}
