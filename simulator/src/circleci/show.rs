//! The JSON of pipelines, workflows and jobs ("CircleCI API v2", the OpenAPI copies of 2022 and 2024). Each object has
//! a key that no copy knows, because the real ones get new keys at any time.

use serde_json::{Value, json};

use super::pipeline::{Pipeline, Target};
use super::pipelines::{BOT, USER};
use super::schedules::Schedule;
use super::workflow::{Job, Workflow};
use crate::clock::Moment;
use crate::outside::Outside;

pub(super) fn receipt(pipeline: &Pipeline, outside: &Outside) -> Value {
    json!({
        "number": pipeline.number,
        "state": "pending",
        "id": pipeline.id,
        "created_at": outside.stamp(pipeline.created),
    })
}

pub(super) fn pipeline(pipeline: &Pipeline, outside: &Outside, now: Moment) -> Value {
    let errors: Vec<Value> =
        pipeline.errors(now).iter().map(|message| json!({ "type": "config", "message": message })).collect();
    json!({
        "id": pipeline.id,
        "errors": errors,
        "project_slug": pipeline.slug.as_str(),
        "updated_at": outside.stamp(pipeline.updated(now)),
        "number": pipeline.number,
        "trigger_parameters": pipeline.parameters,
        "state": pipeline.state(now),
        "created_at": outside.stamp(pipeline.created),
        "trigger": {
            "type": pipeline.trigger_type,
            "received_at": outside.stamp(pipeline.created),
            "actor": { "login": pipeline.actor, "avatar_url": null },
        },
        "vcs": vcs(pipeline),
        "key_of_tomorrow": { "open": true },
    })
}

fn vcs(pipeline: &Pipeline) -> Value {
    let mut vcs = json!({
        "provider_name": pipeline.slug.provider(),
        "origin_repository_url": pipeline.slug.repository_url(),
        "target_repository_url": pipeline.slug.repository_url(),
        "revision": "a8dcdb66fdfd2413458d1b5b166c32e9ed1aa63f",
        "commit": { "subject": "Ship it", "body": null },
    });
    match &pipeline.target {
        Target::Branch(branch) => vcs["branch"] = json!(branch),
        Target::Tag(tag) => vcs["tag"] = json!(tag),
    }
    vcs
}

/// `status` is given, because a read may be made to show one that is not true.
pub(super) fn workflow(
    pipeline: &Pipeline,
    workflow: &Workflow,
    status: &str,
    outside: &Outside,
    now: Moment,
) -> Value {
    let mut shown = json!({
        "pipeline_id": pipeline.id,
        "id": workflow.id,
        "name": workflow.name,
        "project_slug": pipeline.slug.as_str(),
        "status": status,
        "started_by": USER,
        "pipeline_number": pipeline.number,
        "created_at": outside.stamp(workflow.timeline.begun()),
        "stopped_at": workflow.timeline.ended(now).map(|at| outside.stamp(at)),
        "key_of_tomorrow": [],
    });
    if let Some(by) = workflow.canceled_by {
        shown["canceled_by"] = json!(by);
    }
    shown
}

pub(super) fn job(pipeline: &Pipeline, job: &Job, outside: &Outside, now: Moment) -> Value {
    let started = job.timeline.entered("running", now);
    let mut shown = json!({
        "dependencies": [],
        "id": job.id,
        "started_at": started.map(|at| outside.stamp(at)),
        "name": job.name,
        "project_slug": pipeline.slug.as_str(),
        "status": job.timeline.state(now),
        "type": "build",
        "stopped_at": job.timeline.ended(now).map(|at| outside.stamp(at)),
        "key_of_tomorrow": 1,
    });
    if started.is_some() {
        shown["job_number"] = json!(job.number);
    }
    shown
}

pub(super) fn schedule(schedule: &Schedule, outside: &Outside) -> Value {
    let mut shown = json!({
        "id": schedule.id,
        "name": schedule.name,
        "timetable": schedule.timetable,
        "project-slug": schedule.slug.as_str(),
        "actor": { "id": USER, "login": BOT, "name": "Deploy Bot" },
        "created-at": outside.stamp(schedule.created),
        "updated-at": outside.stamp(schedule.updated),
        "parameters": schedule.parameters,
        "key-of-tomorrow": "",
    });
    if let Some(description) = &schedule.description {
        shown["description"] = json!(description);
    }
    shown
}
