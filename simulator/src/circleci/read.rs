//! Looking at projects, pipelines, workflows and jobs ("CircleCI API v2", sections of those names).

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::json;

use super::auth::Login;
use super::page::{PageQuery, page};
use super::pipeline::Pipeline;
use super::pipelines::USER;
use super::slug::Slug;
use super::{not_found, show};
use crate::outside::Outside;
use crate::twist::Twist;

#[derive(Deserialize)]
pub(super) struct PipelineQuery {
    branch: Option<String>,
}

pub(super) async fn me(Extension(login): Extension<Login>) -> Response {
    Json(json!({ "id": USER, "login": login.0, "name": "Deploy Bot" })).into_response()
}

pub(super) async fn project(slug: Slug) -> Response {
    let (organization, name) = slug.project().split_once('/').unwrap_or_default();
    let organization_slug = slug.as_str().rsplit_once('/').map_or("", |(organization, _)| organization);
    Json(json!({
        "id": "84996744-a854-4f5e-aea3-04e2851dc1d2",
        "slug": slug.as_str(),
        "name": name,
        "organization_name": organization,
        "organization_slug": organization_slug,
        "organization_id": "f22b6566-597d-46d5-ba74-99ef5bb3d85c",
        "vcs_info": { "vcs_url": slug.repository_url(), "provider": slug.provider(), "default_branch": "main" },
    }))
    .into_response()
}

/// Also answers for `/mine`: nobody has asked whose they are.
pub(super) async fn pipelines(
    State(outside): State<Outside>,
    slug: Slug,
    Query(wanted): Query<PipelineQuery>,
    Query(PageQuery { token }): Query<PageQuery>,
) -> Response {
    let now = outside.now();
    let memory = outside.memory();
    let is_wanted =
        |pipeline: &&Pipeline| wanted.branch.is_none() || pipeline.branch() == wanted.branch.as_deref();
    let pipelines = memory.circleci.listed(&slug, now).filter(is_wanted);
    page(
        pipelines,
        |pipeline| pipeline.id,
        token.as_deref(),
        outside.settings().page_size,
        |pipeline| show::pipeline(pipeline, &outside, now),
    )
}

pub(super) async fn numbered_pipeline(
    State(outside): State<Outside>,
    slug: Slug,
    Path(path): Path<HashMap<String, String>>,
) -> Response {
    let memory = outside.memory();
    match memory.circleci.numbered(&slug, path.get("number")) {
        Some(pipeline) => Json(show::pipeline(pipeline, &outside, outside.now())).into_response(),
        None => not_found("Pipeline"),
    }
}

pub(super) async fn pipeline(State(outside): State<Outside>, Path(id): Path<String>) -> Response {
    match outside.memory().circleci.find(&id) {
        Some(pipeline) => Json(show::pipeline(pipeline, &outside, outside.now())).into_response(),
        None => not_found("Pipeline"),
    }
}

/// Newest first, so that after a rerun the newer of two with one name comes first, as the seed saw it.
pub(super) async fn workflows(
    State(outside): State<Outside>,
    Path(id): Path<String>,
    Query(PageQuery { token }): Query<PageQuery>,
    Extension(twist): Extension<Twist>,
) -> Response {
    let now = outside.now();
    let mut memory = outside.memory();
    let Some(pipeline) = memory.circleci.find_mut(&id) else {
        return not_found("Pipeline");
    };
    let mut statuses = HashMap::new();
    for workflow in pipeline.workflows.iter_mut().filter(|workflow| workflow.has_appeared(now)) {
        if twist.status_is_unknown {
            workflow.odd_reads.arm();
        }
        statuses.insert(workflow.id, workflow.odd_reads.read(workflow.timeline.state(now)));
    }
    page(
        pipeline.appeared(now).rev(),
        |workflow| workflow.id,
        token.as_deref(),
        outside.settings().page_size,
        |workflow| show::workflow(pipeline, workflow, statuses[&workflow.id], &outside, now),
    )
}

pub(super) async fn workflow(
    State(outside): State<Outside>,
    Path(id): Path<String>,
    Extension(twist): Extension<Twist>,
) -> Response {
    let now = outside.now();
    let mut memory = outside.memory();
    let Some((pipeline, place)) = memory.circleci.holding(&id, now) else {
        return not_found("Workflow");
    };
    let workflow = &mut pipeline.workflows[place];
    if twist.status_is_unknown {
        workflow.odd_reads.arm();
    }
    let status = workflow.odd_reads.read(workflow.timeline.state(now));
    Json(show::workflow(pipeline, &pipeline.workflows[place], status, &outside, now)).into_response()
}

pub(super) async fn jobs(
    State(outside): State<Outside>,
    Path(id): Path<String>,
    Query(PageQuery { token }): Query<PageQuery>,
) -> Response {
    let now = outside.now();
    let mut memory = outside.memory();
    let Some((pipeline, place)) = memory.circleci.holding(&id, now) else {
        return not_found("Workflow");
    };
    page(
        pipeline.workflows[place].jobs.iter(),
        |job| job.id,
        token.as_deref(),
        outside.settings().page_size,
        |job| show::job(pipeline, job, &outside, now),
    )
}

/// Where the link to a pipeline leads: the web application, in a few lines of text.
pub(super) async fn web_page(
    State(outside): State<Outside>,
    slug: Slug,
    Path(path): Path<HashMap<String, String>>,
) -> Response {
    let now = outside.now();
    let memory = outside.memory();
    let Some(pipeline) = memory.circleci.numbered(&slug, path.get("number")) else {
        return not_found("Pipeline");
    };
    let mut text = format!(
        "Simulated CircleCI pipeline #{} of {}\nbranch: {}\nstate: {}\ncreated: {}\n",
        pipeline.number,
        pipeline.slug.as_str(),
        pipeline.branch().unwrap_or("none"),
        pipeline.state(now),
        outside.stamp(pipeline.created),
    );
    if let Some(error) = pipeline.errors(now) {
        text.push_str(&format!("error: {error}\n"));
    }
    for workflow in pipeline.appeared(now) {
        text.push_str(&format!("workflow {}: {}\n", workflow.name, workflow.timeline.state(now)));
    }
    text.into_response()
}
