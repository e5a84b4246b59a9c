//! From CircleCI's words to ours.
//!
//! A pipeline has no outcome of its own: it lives in its workflows, and a rerun adds another workflow of the
//! same name. So the newest workflow of each name counts, the worst of them decides, and nothing is over
//! while one goes on.

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

/// Reads a pipeline with all its workflows, in any order. `grace` is how long a pipeline may show no workflow
/// after it was created: the list is empty for a short while after each trigger, and for ever when nothing
/// matched. Without `answered_at` nobody knows how old it is.
pub fn read(
    pipeline: &Pipeline,
    workflows: &[Workflow],
    grace: Duration,
    answered_at: Option<Time>,
) -> Reading {
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
        None if age(pipeline, answered_at).is_some_and(|age| age > grace) => {
            known(RunStatus::Skipped, Some("the pipeline was created, but no workflow was started".into()))
        }
        None => known(RunStatus::Queued, None),
    }
}

/// How old the pipeline was when it was shown, both by CircleCI's clock.
fn age(pipeline: &Pipeline, answered_at: Option<Time>) -> Option<Duration> {
    answered_at?.signed_duration_since(pipeline.created_at).to_std().ok()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GRACE: Duration = Duration::from_secs(120);

    fn pipeline(state: &str) -> Pipeline {
        let created_at = "2026-01-05T10:00:00Z";
        let errors = json!([{ "type": "config", "message": "Unexpected\nargument(s): x" }]);
        let errors = if state == "errored" { errors } else { json!([]) };
        serde_json::from_value(
            json!({ "id": "p", "number": 25, "state": state, "created_at": created_at, "errors": errors }),
        )
        .unwrap()
    }

    /// `(name, status, second at which it was created)`
    fn workflows(listed: &[(&str, &str, u32)]) -> Vec<Workflow> {
        let workflow = |&(name, status, second): &(&str, &str, u32)| Workflow {
            id: format!("{name}-{second}"),
            name: name.into(),
            status: status.into(),
            created_at: at(second),
        };
        listed.iter().map(workflow).collect()
    }

    fn at(second: u32) -> Time {
        format!("2026-01-05T10:{:02}:{:02}Z", second / 60, second % 60).parse().unwrap()
    }

    fn reading_of(listed: &[(&str, &str, u32)]) -> Reading {
        read(&pipeline("created"), &workflows(listed), GRACE, Some(at(300)))
    }

    fn expected(status: RunStatus, detail: &str) -> Reading {
        Reading { status, detail: (!detail.is_empty()).then(|| detail.to_owned()) }
    }

    #[test]
    fn each_word_of_a_workflow_has_its_status_and_its_line() {
        for (word, status, detail) in [
            ("queued", RunStatus::Queued, ""),
            ("running", RunStatus::Running, ""),
            ("failing", RunStatus::Running, "build is failing"),
            ("on_hold", RunStatus::NeedsApproval, "build waits for approval"),
            ("success", RunStatus::Succeeded, ""),
            ("failed", RunStatus::Failed, "build failed"),
            ("error", RunStatus::Errored, "build could not run"),
            ("unauthorized", RunStatus::Errored, "build was not allowed to run"),
            ("canceled", RunStatus::Cancelled, "build was cancelled"),
            ("not_run", RunStatus::Skipped, "build did not run"),
            (
                "hibernating",
                RunStatus::Unknown,
                "CircleCI calls build \"hibernating\", a word we do not know",
            ),
        ] {
            assert_eq!(reading_of(&[("build", word, 1)]), expected(status, detail));
        }
    }

    #[test]
    fn a_pipeline_is_queued_until_its_config_was_read() {
        for state in ["pending", "setup-pending", "setup"] {
            let setup_is_done = workflows(&[("setup", "success", 1)]);
            let reading = read(&pipeline(state), &setup_is_done, GRACE, Some(at(300)));
            assert_eq!(reading, expected(RunStatus::Queued, ""));
        }
    }

    #[test]
    fn a_pipeline_that_cannot_be_read_says_why() {
        let reading = read(&pipeline("errored"), &[], GRACE, Some(at(1)));
        assert_eq!(reading, expected(RunStatus::Errored, "pipeline errored: Unexpected argument(s): x"));
    }

    #[test]
    fn a_state_of_tomorrow_is_not_an_end() {
        let reading =
            read(&pipeline("pondering"), &workflows(&[("build", "success", 1)]), GRACE, Some(at(300)));
        assert_eq!(reading.status, RunStatus::Unknown);
        assert!(reading.detail.unwrap().contains("\"pondering\""));
    }

    #[test]
    fn a_pipeline_without_workflows_is_skipped_after_its_grace() {
        let reading = |second| read(&pipeline("created"), &[], GRACE, Some(at(second))).status;
        assert_eq!(reading(120), RunStatus::Queued);
        assert_eq!(reading(121), RunStatus::Skipped);
    }

    #[test]
    fn a_clock_ahead_of_ours_makes_no_pipeline_old() {
        let an_hour_before = at(0) - chrono::Duration::hours(1);
        let reading = read(&pipeline("created"), &[], GRACE, Some(an_hour_before));
        assert_eq!(reading.status, RunStatus::Queued);
    }

    #[test]
    fn the_newest_workflow_of_each_name_counts_in_any_order() {
        let rerun = [("build", "success", 50), ("build", "failed", 1)];
        assert_eq!(reading_of(&rerun).status, RunStatus::Succeeded);
        assert_eq!(reading_of(&[rerun[1], rerun[0]]).status, RunStatus::Succeeded);
        assert_eq!(
            reading_of(&[("build", "success", 1), ("build", "running", 50)]).status,
            RunStatus::Running
        );
    }

    #[test]
    fn nothing_is_over_while_one_workflow_goes_on() {
        for open in ["queued", "running", "failing", "on_hold", "hibernating"] {
            for over in ["success", "failed", "error", "canceled", "not_run"] {
                let status = reading_of(&[("a", over, 1), ("b", open, 1)]).status;
                assert!(!status.is_final(), "{over} and {open} came to {status}");
            }
        }
    }

    #[test]
    fn the_worst_of_the_ended_workflows_decides() {
        let from_best_to_worst = ["success", "not_run", "canceled", "error", "failed"];
        for (place, worse) in from_best_to_worst.into_iter().enumerate() {
            for better in &from_best_to_worst[..=place] {
                assert_eq!(reading_of(&[("a", worse, 1), ("b", better, 1)]).status, status(worse));
            }
        }
    }

    #[test]
    fn the_line_names_the_workflows_that_matter_and_not_too_many() {
        let reading = reading_of(&[("lint", "success", 1), ("apply", "failed", 1), ("check", "canceled", 1)]);
        assert_eq!(reading, expected(RunStatus::Failed, "apply failed, check was cancelled"));

        let many =
            reading_of(&[("a", "failed", 1), ("b", "failed", 1), ("c", "failed", 1), ("d", "failed", 1)]);
        assert_eq!(many.detail.unwrap(), "a failed, b failed, c failed");
    }

    #[test]
    fn the_job_to_blame_is_the_one_that_failed() {
        let job = |name: &str, status: &str| WorkflowJob { name: name.into(), status: status.into() };
        let workflow = &workflows(&[("build", "failed", 1)])[0];
        let jobs = [job("checks", "success"), job("apply", "timedout"), job("notify", "blocked")];
        assert_eq!(blame(workflow, &jobs).unwrap(), "build failed at apply");
        assert_eq!(blame(workflow, &jobs[..1]), None);
    }
}
