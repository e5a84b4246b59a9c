//! Reading jobs.

use app::facts::JobFacts;
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use domain::history::Usual;
use domain::job::{Job, JobWithSteps};
use domain::text::one_line;
use store::{JobFilter, JobGroup};

use super::Page;
use super::fields::Fields;
use super::lists::{existing_cluster, parameters, unprocessable, whole};
use super::shape::{CostShape, JobShape};
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

const MOST: i64 = 100;

/// What a list can be cut down by.
const PARAMETERS: [&str; 5] = ["state", "cluster", "routine", "before", "limit"];

/// Newest first.
pub async fn list(
    _: Operator,
    State(web): State<Web>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<JobShape>>, Problem> {
    let filter = filter(&web, parameters(query.as_deref().unwrap_or_default(), &PARAMETERS)?).await?;
    // One more than asked for tells whether there is a next page.
    let mut jobs = web.store.jobs(&JobFilter { limit: filter.limit + 1, ..filter.clone() }).await?;
    let goes_on = jobs.len() as i64 > filter.limit;
    if goes_on {
        jobs.pop();
    }
    let next = jobs.last().filter(|_| goes_on).map(|job| job.number.to_string());
    let numbers: Vec<i64> = jobs.iter().filter(|job| !job.state.is_final()).map(|job| job.number).collect();
    let behind = web.store.waits_for(&numbers).await?;
    let items = jobs.into_iter().map(|job| JobShape::from(job).in_queue(&behind)).collect();
    Ok(Json(Page { items, next }))
}

pub async fn one(
    _: Operator,
    State(web): State<Web>,
    Path(number): Path<String>,
) -> Result<Json<JobShape>, Problem> {
    let job = existing(&web, &number).await?;
    let cost = cost(&web, job.job.number).await?;
    if job.job.state.is_final() {
        return Ok(Json(JobShape::from(job).with_cost(cost)));
    }
    let Job { routine, cluster, size, .. } = &job.job;
    let durations = web.store.step_durations(cluster, *size).await?;
    let in_all = match job.job.resumes {
        Some(_) => None,
        None => Usual::of(&web.store.job_durations(routine, cluster, *size).await?),
    };
    let now = web.store.now().await?;
    let behind = web.store.waits_for(&[job.job.number]).await?;
    Ok(Json(JobShape::with_past(job, &durations, in_all, now).in_queue(&behind).with_cost(cost)))
}

/// What the cluster costs while the job is at work.
async fn cost(web: &Web, job: i64) -> Result<Option<CostShape>, Problem> {
    let facts = JobFacts::load(&web.store, &web.catalogue, job).await?;
    let now = web.store.now().await?;
    let cost = |facts: JobFacts| CostShape::new(&facts.up_times, facts.cost(now), facts.cost_at_most(now));
    Ok(facts.and_then(cost))
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

async fn filter(web: &Web, mut parameters: Fields<String>) -> Result<JobFilter, Problem> {
    let state = match parameters.take("state") {
        Some(state) => Some(state.parse::<JobGroup>().map_err(|error| {
            unprocessable("unknown_state", format!("{error}."))
                .with_known(JobGroup::ALL.map(JobGroup::as_str))
        })?),
        None => None,
    };
    let cluster = existing_cluster(web, parameters.take("cluster")).await?;
    // A routine may have gone from the config while its jobs are kept.
    let routine = parameters.take("routine");
    let limit = whole(&mut parameters, "limit", MOST)?.unwrap_or(JobFilter::default().limit);
    let before = whole(&mut parameters, "before", i64::MAX)?;
    Ok(JobFilter { state, cluster, routine, before, limit })
}
