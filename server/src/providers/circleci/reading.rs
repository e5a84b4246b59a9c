//! From CircleCI's words to ours.
//!
//! A pipeline has no outcome of its own: it lives in its workflows, and a rerun adds another workflow of the same
//! name. So the newest workflow of each name counts, the worst of them decides, and nothing is over while one goes on.

use std::collections::HashMap;
use std::time::Duration;

use domain::Time;
use domain::run::RunStatus;
use domain::text::one_line;

use super::answers::{Pipeline, Workflow, WorkflowJob};

/// Long enough for a name and short enough for a line.
const LONGEST_NAME: usize = 60;
const LONGEST_REASON: usize = 200;
/// How many workflows one line names.
const NAMED_WORKFLOWS: usize = 3;

/// From the best to the worst.
const FROM_BEST_TO_WORST: [RunStatus; 5] =
    [RunStatus::Succeeded, RunStatus::Skipped, RunStatus::Cancelled, RunStatus::Errored, RunStatus::Failed];
/// From the least to the most worth telling.
const FROM_LEAST_TO_MOST_TELLING: [RunStatus; 4] =
    [RunStatus::Queued, RunStatus::Running, RunStatus::Unknown, RunStatus::NeedsApproval];

/// What a pipeline and its workflows come to, with what people should know about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Reading {
    pub status: RunStatus,
    pub detail: Option<String>,
}

/// Reads a pipeline with all its workflows, in any order. `grace` is how long a pipeline may show no workflow after
/// it was created: the list is empty for a short while after each trigger, and for ever when nothing matched.
pub fn read(pipeline: &Pipeline, workflows: &[Workflow], grace: Duration, now: Time) -> Reading {
    let known = |status, detail: Option<String>| Reading { status, detail };
    match pipeline.state.as_str() {
        "created" => {}
        "pending" | "setup-pending" | "setup" => return known(RunStatus::Queued, None),
        "errored" => return known(RunStatus::Errored, Some(why_errored(pipeline))),
        word => {
            let word = one_line(word, LONGEST_NAME);
            return known(
                RunStatus::Unknown,
                Some(format!("CircleCI calls the pipeline \"{word}\", a word we do not know")),
            );
        }
    }
    let newest = newest_per_name(workflows);
    let statuses: Vec<RunStatus> = newest.iter().map(|workflow| status(&workflow.status)).collect();
    match combined(&statuses) {
        Some(status) => known(status, told(&newest)),
        None if now.signed_duration_since(pipeline.created_at).to_std().is_ok_and(|age| age > grace) => {
            known(RunStatus::Skipped, Some("the pipeline was created, but no workflow was started".into()))
        }
        None => known(RunStatus::Queued, None),
    }
}

/// A workflow's status in our words. `queued` is documented in 2026 and missing in the OpenAPI.
pub fn status(word: &str) -> RunStatus {
    match word {
        "queued" => RunStatus::Queued,
        // A job failed, but others still run.
        "running" | "failing" => RunStatus::Running,
        "on_hold" => RunStatus::NeedsApproval,
        "success" => RunStatus::Succeeded,
        "failed" => RunStatus::Failed,
        "error" | "unauthorized" => RunStatus::Errored,
        "canceled" => RunStatus::Cancelled,
        "not_run" => RunStatus::Skipped,
        _ => RunStatus::Unknown,
    }
}

/// The workflow to ask for the job that failed.
pub fn failed_workflow(workflows: &[Workflow]) -> Option<&Workflow> {
    newest_per_name(workflows).into_iter().find(|workflow| status(&workflow.status) == RunStatus::Failed)
}

/// "build-master failed at apply", if a job is to blame.
pub fn blame(workflow: &Workflow, jobs: &[WorkflowJob]) -> Option<String> {
    let failed = |job: &&WorkflowJob| {
        matches!(job.status.as_str(), "failed" | "timedout" | "infrastructure_fail" | "terminated-unknown")
    };
    let job = jobs.iter().find(failed)?;
    Some(format!(
        "{} failed at {}",
        one_line(&workflow.name, LONGEST_NAME),
        one_line(&job.name, LONGEST_NAME)
    ))
}

/// By name, so that the same workflows always give the same line.
fn newest_per_name(workflows: &[Workflow]) -> Vec<&Workflow> {
    let mut newest: HashMap<&str, &Workflow> = HashMap::new();
    for workflow in workflows {
        let known = newest.entry(&workflow.name).or_insert(workflow);
        if workflow.created_at > known.created_at {
            *known = workflow;
        }
    }
    let mut newest: Vec<&Workflow> = newest.into_values().collect();
    newest.sort_by_key(|workflow| &workflow.name);
    newest
}

fn combined(statuses: &[RunStatus]) -> Option<RunStatus> {
    let last_of = |order: &[RunStatus]| order.iter().rev().copied().find(|status| statuses.contains(status));
    last_of(&FROM_LEAST_TO_MOST_TELLING).or_else(|| last_of(&FROM_BEST_TO_WORST))
}

fn told(workflows: &[&Workflow]) -> Option<String> {
    let told: Vec<String> =
        workflows.iter().filter_map(|workflow| tell(workflow)).take(NAMED_WORKFLOWS).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Nothing where the status says it all.
fn tell(workflow: &Workflow) -> Option<String> {
    let name = one_line(&workflow.name, LONGEST_NAME);
    Some(match workflow.status.as_str() {
        "queued" | "running" | "success" => return None,
        "failing" => format!("{name} is failing"),
        "on_hold" => format!("{name} waits for approval"),
        "failed" => format!("{name} failed"),
        "error" => format!("{name} could not run"),
        "unauthorized" => format!("{name} was not allowed to run"),
        "canceled" => format!("{name} was cancelled"),
        "not_run" => format!("{name} did not run"),
        word => format!("CircleCI calls {name} \"{}\", a word we do not know", one_line(word, LONGEST_NAME)),
    })
}

fn why_errored(pipeline: &Pipeline) -> String {
    match pipeline.errors.first() {
        Some(error) => format!("pipeline errored: {}", one_line(&error.message, LONGEST_REASON)),
        None => "pipeline errored".into(),
    }
}
