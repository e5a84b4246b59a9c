//! What is tried again by itself, and what waits for a person.

use domain::routine::{Routine, RoutineStep};
use domain::step::{BatchCall, BodyValue, CiTarget, Verdict};
use rstest::rstest;
use server::config::parse;

use super::{SHIPPED, error_after, line_of, shipped_with};

const DEPLOY_LIMIT: &str = "time_limit = \"25min\"";
const BATCH_LIMIT: &str = "time_limit = \"24h\"";
const BATCH_STEP: &str = "{ batch = \"s3-orgs-job\" }";
const FINALLY: &str = "finally = [\"down\"]";

/// The target of the one service, after one line more.
fn deploy_target(line: &str) -> CiTarget {
    let text = shipped_with(DEPLOY_LIMIT, &format!("{DEPLOY_LIMIT}\n{line}"));
    parse("f.toml", &text).unwrap().catalogue.services[0].deploy.clone()
}

fn guide(text: &str) -> Routine {
    parse("f.toml", text).unwrap().catalogue.routine("guide").unwrap().clone()
}

#[rstest]
#[case("", 0, 0)]
#[case("retries = 0", 0, 0)]
#[case("retries = 5", 5, 60)]
#[case("retries = 1\nretry_pause = \"90s\"", 1, 90)]
fn a_target_is_tried_again_as_often_as_it_says(#[case] line: &str, #[case] retries: u32, #[case] pause: u32) {
    let target = deploy_target(line);
    assert_eq!((target.retries.count, target.retries.pause_seconds), (retries, pause));
}

#[test]
fn a_batch_job_without_a_key_has_no_retries() {
    let line = line_of(BATCH_LIMIT) + 1;
    let error = error_after(BATCH_LIMIT, &format!("{BATCH_LIMIT}\nretries = 1"));
    let expected = "asked again with the same body, the service reports the job that failed; if it starts one job for each \
                    key, add the key to the body, as in idempotencyKey = { key_of = \"attempt\" }; else leave out the retries";
    let place = format!("cluster-head.toml:{line}: batches.s3-orgs-job.retries: ");
    assert!(error.ends_with(&format!("{place}{expected}")), "{error}");
    assert!(parse("f.toml", &shipped_with(BATCH_LIMIT, &format!("{BATCH_LIMIT}\nretries = 0"))).is_ok());
}

/// The one batch job, with a key in its body, after one line more.
fn batch_with_key(line: &str) -> BatchCall {
    let text = shipped_with(BATCH_LIMIT, &format!("{BATCH_LIMIT}\n{line}"));
    parse("f.toml", &with_key(&text)).unwrap().catalogue.batches[0].clone()
}

fn with_key(text: &str) -> String {
    text.replacen("singleton = \"true\"", "idempotencyKey = { key_of = \"attempt\" }", 1)
}

#[rstest]
#[case("", 0, 0)]
#[case("retries = 5", 5, 60)]
#[case("retries = 1\nretry_pause = \"90s\"", 1, 90)]
fn a_batch_job_with_a_key_is_tried_again_as_often_as_it_says(
    #[case] line: &str,
    #[case] retries: u32,
    #[case] pause: u32,
) {
    let batch = batch_with_key(line);
    assert_eq!(batch.body["idempotencyKey"], BodyValue::AttemptKey);
    assert_eq!((batch.retries.count, batch.retries.pause_seconds), (retries, pause));
}

#[rstest]
#[case("retries = 6", "retries: 6 is not allowed; write a whole number from 0 to 5")]
#[case("retry_pause = \"1min\"", "retry_pause: without retries there is no pause before them")]
fn retries_of_a_batch_job_that_make_no_sense_are_refused(#[case] line: &str, #[case] expected: &str) {
    let text = with_key(&shipped_with(BATCH_LIMIT, &format!("{BATCH_LIMIT}\n{line}")));
    let error = parse("f.toml", &text).unwrap_err().to_string();
    assert!(error.contains(&format!("batches.s3-orgs-job.{expected}")), "{error}");
}

#[rstest]
#[case("{ key_of = \"job\" }", "singleton.key_of: there is no key of \"job\"; write \"attempt\"")]
#[case(
    "{ key_of = \"attempt\", env = \"KEY\" }",
    "singleton: a value comes from one place; a value is a text in quotes, { env = \"NAME\" } or { key_of = \"attempt\" }"
)]
#[case("{}", "singleton: a value comes from one place; a value is")]
#[case("{ key = \"attempt\" }", "singleton.key: there is no key \"key\"; known keys: env, key_of")]
fn a_value_of_a_body_that_comes_from_nowhere_is_refused(#[case] value: &str, #[case] expected: &str) {
    let error = error_after("singleton = \"true\"", &format!("singleton = {value}"));
    assert!(error.contains(&format!("batches.s3-orgs-job.body.{expected}")), "{error}");
}

#[rstest]
#[case("retries = 6", "retries: 6 is not allowed; write a whole number from 0 to 5")]
#[case("retries = -1", "retries: -1 is not allowed; write a whole number from 0 to 5")]
#[case("retries = 4294967297", "retries: 4294967297 is not allowed")]
#[case(
    "retries = 1\nretry_pause = \"0s\"",
    "retry_pause: \"0s\" is not allowed; the longest duration is 7d, the shortest 1s"
)]
#[case(
    "retry_pause = \"1min\"",
    "retry_pause: without retries there is no pause before them; add retries = 1 or leave the key out"
)]
fn retries_that_make_no_sense_are_refused(#[case] line: &str, #[case] expected: &str) {
    let error = error_after(DEPLOY_LIMIT, &format!("{DEPLOY_LIMIT}\n{line}"));
    assert!(error.contains(&format!("targets.slack-middleware.{expected}")), "{error}");
}

#[rstest]
#[case(
    "branch = \"release-cluster\"\n",
    "clusters.iriversland2.up: the target \"release-cluster\" has retries, but a failed create is cleaned up before it is \
     tried again; leave out its retries"
)]
#[case(
    "branch = \"destroy-cluster\"\n",
    "clusters.iriversland2.down: the target \"destroy-cluster\" has retries, but a destroy is tried again until the \
     cluster is gone; leave out its retries"
)]
fn the_stacks_of_a_cluster_have_no_retries_of_their_own(#[case] branch: &str, #[case] expected: &str) {
    let error = error_after(branch, &format!("{branch}retries = 1\n"));
    assert!(error.ends_with(expected), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn a_question_waits_a_day_and_is_refused_unless_the_file_says_otherwise() {
    let asked = |step: &str| guide(&shipped_with(BATCH_STEP, step)).steps.pop();
    let approval = |time_limit_minutes, without_answer| RoutineStep::Approval {
        question: "Go on?".into(),
        time_limit_minutes,
        without_answer,
    };
    assert_eq!(asked("{ approval = \"Go on?\" }"), Some(approval(24 * 60, Verdict::Refuse)));
    assert_eq!(
        asked("{ approval = \"Go on?\", time_limit = \"4h\", without_answer = \"approve\" }"),
        Some(approval(4 * 60, Verdict::Approve))
    );
}

#[rstest]
#[case("{ approval = \"\" }", "approval: \"\" is no title; a title is one line of 1 to 120 characters")]
#[case(
    "{ approval = \"Go on with {size}?\" }",
    "approval: there is no placeholder \"{size}\"; known placeholders: none here"
)]
#[case(
    "{ approval = \"Go on?\", without_answer = \"wait\" }",
    "without_answer: \"wait\" is no verdict; known: approve, refuse"
)]
#[case(
    "{ approval = \"Go on?\", time_limit = \"8d\" }",
    "time_limit: \"8d\" is not allowed; the longest duration is 7d"
)]
fn a_question_that_cannot_be_asked_is_refused(#[case] step: &str, #[case] expected: &str) {
    let error = error_after(BATCH_STEP, step);
    assert!(error.contains(&format!("routines.guide.steps.{expected}")), "{error}");
}

#[test]
fn no_question_holds_up_what_has_to_happen_in_any_case() {
    let error = error_after(FINALLY, "finally = [{ approval = \"Destroy it?\" }, \"down\"]");
    let expected = "routines.guide.finally.approval: a question would hold up what has to happen in any case; ask it in steps";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn a_routine_may_have_a_time_limit() {
    let limited = |limit: &str| shipped_with(FINALLY, &format!("{FINALLY}\ntime_limit = \"{limit}\""));
    assert_eq!(guide(SHIPPED).time_limit_minutes, None);
    assert_eq!(guide(&limited("6h")).time_limit_minutes, Some(360));
    let error = parse("f.toml", &limited("8d")).unwrap_err().to_string();
    assert!(
        error.contains("routines.guide.time_limit: \"8d\" is not allowed; the longest duration is 7d"),
        "{error}"
    );
}
