//! Requesting a build from Travis.

use reqwest::Method;
use serde_json::json;
use simulator::Settings;

use crate::support::{Outside, REPOSITORY, outside, outside_with, read};

fn create(outside: &Outside) -> reqwest::RequestBuilder {
    outside.travis(Method::POST, &format!("/repo/{REPOSITORY}/requests"))
}

#[tokio::test]
async fn a_request_is_noted_and_no_more() {
    let outside = outside().await;
    let (status, body) = read(outside.travis_trigger("op-1")).await;
    assert_eq!((status, &body["@type"], &body["resource_type"]), (202, &json!("pending"), &json!("request")));
    assert_eq!(body["repository"]["slug"], "rivernews/slack-middleware-server");
    assert_eq!((&body["request"]["message"], &body["request"]["branch"]), (&json!("op-1"), &json!("master")));
    assert_ne!(body["request"]["repository"]["id"], body["repository"]["id"], "one is the id at the host");
    assert_eq!(body["request"].get("sha"), None, "null is not echoed");
}

#[tokio::test]
async fn parameters_may_be_nested_flat_or_dotted_in_json_or_a_form() {
    let outside = outside().await;
    let spellings = [
        create(&outside).json(&json!({ "request": { "branch": "ship", "message": "op-1" } })),
        create(&outside).json(&json!({ "@type": "request", "branch": "ship", "message": "op-1" })),
        create(&outside).json(&json!({ "request.branch": "ship", "request.message": "op-1" })),
        create(&outside).form(&[("request.branch", "ship"), ("request.message", "op-1")]),
        create(&outside).query(&[("branch", "ship"), ("message", "op-1")]),
    ];
    for spelling in spellings {
        let (status, body) = read(spelling).await;
        assert_eq!((status, body.get("@warnings")), (202, None));
    }
    for run in outside.sim.effective_runs() {
        assert_eq!((run.branch.as_deref(), run.message.as_deref()), (Some("ship"), Some("op-1")));
    }
    assert_eq!(outside.sim.effective_runs().len(), 5);
}

#[tokio::test]
async fn an_object_as_config_is_echoed_as_the_text_of_its_json() {
    let outside = outside().await;
    let config = json!({ "env": { "DEPLOY_ID": "42" } });
    let body = json!({ "request": { "config": config, "merge_mode": "deep_merge" } });
    let (_, answer) = read(create(&outside).json(&body)).await;
    let echoed = &answer["request"];
    assert_eq!(echoed["config"], config.to_string());
    assert_eq!(echoed["configs"], json!([{ "config": config.to_string(), "mode": "deep_merge" }]));
}

#[tokio::test]
async fn an_unknown_parameter_is_warned_of_and_ignored() {
    let outside = outside().await;
    let (status, body) = read(create(&outside).query(&[("foo", "1")])).await;
    assert_eq!(status, 202);
    assert_eq!(body["@warnings"][0]["message"], "query parameter foo not safelisted, ignored");
    assert_eq!(body["@warnings"][0]["warning_type"], "ignored_parameter");
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let outside = outside().await;
    let (status, body) = read(create(&outside).body("branch: master")).await;
    assert_eq!((status, &body["error_type"]), (400, &json!("wrong_params")));
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn requests_run_out_and_come_back_after_an_hour() {
    let outside = outside_with(Settings { max_requests: 2, ..Settings::default() }).await;
    assert_eq!(read(outside.travis_trigger("op-1")).await.1["remaining_requests"], 2);
    assert_eq!(read(outside.travis_trigger("op-2")).await.1["remaining_requests"], 1);
    let (status, body) = read(outside.travis_trigger("op-3")).await;
    assert_eq!((status, &body["error_type"]), (429, &json!("request_limit_reached")));
    assert_eq!((&body["max_requests"], &body["per_seconds"]), (&json!(2), &json!(3600)));
    assert_eq!(outside.sim.effective_runs().len(), 2);

    outside.wait(3600);
    assert_eq!(read(outside.travis_trigger("op-3")).await.0, 202);
}

#[tokio::test]
async fn an_inactive_repository_takes_no_requests() {
    let inactive_repositories = vec!["rivernews/slack-middleware-server".to_owned()];
    let outside = outside_with(Settings { inactive_repositories, ..Settings::default() }).await;
    let (status, body) = read(outside.travis_trigger("op-1")).await;
    assert_eq!((status, &body["error_type"]), (406, &json!("repository_inactive")));
    assert_eq!(body["repository"]["@representation"], "minimal");
}

#[tokio::test]
async fn the_same_request_twice_makes_two_builds() {
    let outside = outside().await;
    outside.travis_request("op-1").await;
    outside.travis_request("op-1").await;
    let runs = outside.sim.effective_runs();
    let markers: Vec<_> = runs.iter().map(|run| (run.number, run.marker.as_deref())).collect();
    assert_eq!(markers, [(1, Some("op-1")), (2, Some("op-1"))]);
}
