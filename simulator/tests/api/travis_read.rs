//! From a request to its build, and how the build goes.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Endpoint, Fault, FaultKind};

use crate::support::{Outside, REPOSITORY, outside, read, read_text, text};

async fn request(outside: &Outside, id: u64) -> Value {
    outside.travis_get(&format!("/repo/{REPOSITORY}/request/{id}")).await
}

fn outcome(request: &Value) -> (&str, Option<&str>, usize) {
    (
        request["state"].as_str().unwrap(),
        request["result"].as_str(),
        request["builds"].as_array().unwrap().len(),
    )
}

#[tokio::test]
async fn a_request_is_pending_and_has_no_build_at_first() {
    let outside = outside().await;
    let id = outside.travis_request("op-1").await;
    let pending = request(&outside, id).await;
    assert_eq!(outcome(&pending), ("pending", None, 0));
    assert_eq!((&pending["branch_name"], &pending["commit"]), (&json!(null), &json!(null)));

    outside.wait(3);
    let finished = request(&outside, id).await;
    assert_eq!(outcome(&finished), ("finished", Some("approved"), 1));
    assert_eq!((&finished["branch_name"], &finished["message"]), (&json!("master"), &json!("op-1")));
}

#[tokio::test]
async fn a_rejected_request_never_gets_a_build() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::NeverStarts)).unwrap();
    let id = outside.travis_request("op-1").await;
    outside.wait(3600);
    assert_eq!(outcome(&request(&outside, id).await), ("finished", Some("rejected"), 0));
    let messages = outside.travis_get(&format!("/repo/{REPOSITORY}/request/{id}/messages")).await;
    assert_eq!(messages["messages"][0]["level"], "error");
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn a_build_passes_through_its_states() {
    let outside = outside().await;
    let build = outside.travis_build("op-1").await;
    for (seconds, state) in [(0, "created"), (3, "received"), (4, "started"), (189, "started"), (1, "passed")]
    {
        outside.wait(seconds);
        assert_eq!(outside.build_state(build).await, state, "after {seconds} s");
    }
}

#[tokio::test]
async fn a_failing_build_fails() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::FailJob)).unwrap();
    let build = outside.travis_build("op-1").await;
    outside.wait(120);
    assert_eq!(outside.build_state(build).await, "failed");
}

#[tokio::test]
async fn a_hanging_build_stays_started() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::RunHangs)).unwrap();
    let build = outside.travis_build("op-1").await;
    outside.wait(100_000);
    assert_eq!(outside.build_state(build).await, "started");
}

#[tokio::test]
async fn a_state_that_nobody_knows_is_shown_for_three_reads() {
    let outside = outside().await;
    let build = outside.travis_build("op-1").await;
    outside.sim.inject(Fault::on(Endpoint::TravisBuild, FaultKind::UnknownStatus)).unwrap();
    for _ in 0..3 {
        assert_eq!(outside.build_state(build).await, "hibernating");
    }
    assert_eq!(outside.build_state(build).await, "created");
}

#[tokio::test]
async fn a_build_says_how_long_it_took_and_what_may_be_done_with_it() {
    let outside = outside().await;
    let id = outside.travis_build("op-1").await;
    let created = outside.travis_get(&format!("/build/{id}")).await;
    assert_eq!((&created["number"], &created["duration"]), (&json!("1"), &json!(null)));
    assert_eq!(
        (&created["@permissions"]["cancel"], &created["@permissions"]["restart"]),
        (&json!(true), &json!(false))
    );

    outside.wait(197);
    let passed = outside.travis_get(&format!("/build/{id}")).await;
    assert_eq!((&passed["duration"], &passed["branch"]["name"]), (&json!(190), &json!("master")));
    assert_eq!(passed["@permissions"]["restart"], true);
}

#[tokio::test]
async fn the_jobs_of_a_build_are_all_on_one_page() {
    let outside = outside().await;
    let build = outside.travis_build("op-1").await;
    let jobs = outside.travis_get(&format!("/build/{build}/jobs")).await;
    assert_eq!((&jobs["@type"], jobs.get("@pagination")), (&json!("jobs"), None));
    assert_eq!((&jobs["jobs"][0]["number"], &jobs["jobs"][0]["state"]), (&json!("1.1"), &json!("created")));
}

#[tokio::test]
async fn requests_are_listed_newest_first_with_their_messages() {
    let outside = outside().await;
    for message in ["op-1", "op-2", "op-3"] {
        outside.travis_request(message).await;
    }
    let first = outside.travis_get(&format!("/repo/{REPOSITORY}/requests?limit=2")).await;
    let messages: Vec<_> =
        first["requests"].as_array().unwrap().iter().map(|it| text(&it["message"])).collect();
    assert_eq!(messages, ["op-3", "op-2"]);
    assert_eq!(
        (&first["@pagination"]["count"], &first["@pagination"]["is_last"]),
        (&json!(3), &json!(false))
    );

    let next = outside.travis_get(&text(&first["@pagination"]["next"]["@href"])).await;
    assert_eq!(
        (&next["requests"][0]["message"], &next["@pagination"]["is_last"]),
        (&json!("op-1"), &json!(true))
    );
}

#[tokio::test]
async fn lists_are_narrowed_by_branch_and_state() {
    let outside = outside().await;
    outside.travis_request("op-1").await;
    let count = async |query: &str| {
        let list = outside.travis_get(&format!("/repo/{REPOSITORY}/{query}")).await;
        list["@pagination"]["count"].as_u64().unwrap()
    };
    assert_eq!(count("requests?branch=other").await, 0);
    assert_eq!(count("requests?state=pending").await, 1);
    assert_eq!(count("builds").await, 0);
    outside.wait(3);
    assert_eq!(count("requests?state=pending").await, 0);
    assert_eq!(count("requests?result=approved").await, 1);
    assert_eq!(count("builds?branch.name=master&state=created").await, 1);
    assert_eq!(count("builds?branch.name=other").await, 0);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_in_words() {
    let outside = outside().await;
    let missing = [("/build/1", "build"), ("/build/1/jobs", "build"), ("/repo/a%2Fb/request/1", "request")];
    for (path, what) in missing {
        let (status, body) = read(outside.travis(Method::GET, path)).await;
        assert_eq!((status, &body["resource_type"]), (404, &json!(what)), "{path}");
        assert_eq!(body["error_message"], format!("{what} not found (or insufficient access)"));
    }
}

#[tokio::test]
async fn the_link_to_a_build_leads_to_a_page_about_it() {
    let outside = outside().await;
    let build = outside.travis_build("op-1").await;
    for slug in [REPOSITORY, "rivernews/slack-middleware-server"] {
        let page = outside.behind_the_scenes(Method::GET, &format!("/travis/app/{slug}/builds/{build}"));
        let (status, _, text) = read_text(page).await;
        assert!(status == 200 && text.contains("op-1") && text.contains("state: created"), "{status} {text}");
    }
}

#[tokio::test]
async fn the_link_to_the_requests_leads_to_a_page_that_lists_them() {
    let outside = outside().await;
    outside.travis_build("op-1").await;
    let page =
        outside.behind_the_scenes(Method::GET, "/travis/app/rivernews/slack-middleware-server/requests");
    let (status, _, text) = read_text(page).await;
    assert!(status == 200 && text.contains("branch master"), "{status} {text}");
}
