//! Reading jobs.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use domain::job::JobWithSteps;
use domain::text::one_line;
use store::{JobFilter, JobGroup};

use super::Page;
use super::fields::Fields;
use super::shape::JobShape;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

const MOST: i64 = 100;

/// What a list can be cut down by.
const PARAMETERS: [&str; 4] = ["state", "cluster", "before", "limit"];

/// Newest first.
pub async fn list(
    _: Operator,
    State(web): State<Web>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<JobShape>>, Problem> {
    let filter = filter(&web, parameters(query.as_deref().unwrap_or_default())?).await?;
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
    Ok(Json(existing(&web, &number).await?.into()))
}

/// The job that an address names.
///
/// # Errors
/// When there is none.
pub async fn existing(web: &Web, number: &str) -> Result<JobWithSteps, Problem> {
    let job = match number.parse() {
        Ok(parsed) => web.store.job(parsed).await?,
        Err(_) => None,
    };
    job.ok_or_else(|| Problem::not_found(format!("There is no job {}.", one_line(number, 40))))
}

fn parameters(query: &str) -> Result<Fields<String>, Problem> {
    let given = form_urlencoded::parse(query.as_bytes()).into_owned();
    Fields::new(given, &PARAMETERS)
        .map_err(|error| unprocessable("bad_query", error.to_string()).with_known(PARAMETERS))
}

async fn filter(web: &Web, mut parameters: Fields<String>) -> Result<JobFilter, Problem> {
    let state = match parameters.take("state") {
        Some(state) => Some(state.parse::<JobGroup>().map_err(|error| {
            unprocessable("unknown_state", format!("{error}."))
                .with_known(JobGroup::ALL.map(JobGroup::as_str))
        })?),
        None => None,
    };
    let cluster = parameters.take("cluster");
    if let Some(name) = &cluster
        && web.store.cluster(name).await?.is_none()
    {
        let known = web.store.clusters().await?.into_iter().map(|cluster| cluster.name);
        let message = format!("There is no cluster \"{}\".", one_line(name, 80));
        return Err(unprocessable("unknown_cluster", message).with_known(known));
    }
    let limit = whole(&mut parameters, "limit", MOST)?.unwrap_or(JobFilter::default().limit);
    let before = whole(&mut parameters, "before", i64::MAX)?;
    Ok(JobFilter { state, cluster, before, limit })
}

fn whole(parameters: &mut Fields<String>, name: &str, most: i64) -> Result<Option<i64>, Problem> {
    let Some(text) = parameters.take(name) else { return Ok(None) };
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
