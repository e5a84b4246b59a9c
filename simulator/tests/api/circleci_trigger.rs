//! Both trigger routes, and what an accepted trigger does not promise.

use reqwest::Method;
use serde_json::json;
use simulator::Settings;

use crate::support::{SLUG, TOKEN, outside, outside_with, read, text};

#[tokio::test]
async fn a_trigger_without_a_token_is_refused_and_starts_nothing() {
    let outside = outside().await;
    let url = format!("{}/project/{SLUG}/pipeline", outside.sim.circleci_url());
    let (status, body) = read(outside.http.post(url).json(&json!({ "branch": "release" }))).await;
    assert_eq!((status, &body["message"]), (401, &json!("You must log in first.")));
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn a_token_that_is_not_known_is_refused() {
    let settings = Settings { accepted_tokens: vec!["other".to_owned()], ..Settings::default() };
    let outside = outside_with(settings).await;
    let (status, body) = read(outside.circleci(Method::GET, "/me")).await;
    assert_eq!((status, &body["message"]), (401, &json!("Invalid token provided.")));
}

#[tokio::test]
async fn all_four_ways_to_show_a_token_are_taken() {
    let outside = outside().await;
    let me = format!("{}/me", outside.sim.circleci_url());
    let ways = [
        outside.http.get(&me).bearer_auth(TOKEN),
        outside.http.get(&me).header("Circle-Token", TOKEN),
        outside.http.get(&me).basic_auth(TOKEN, Some("")),
        outside.http.get(format!("{me}?circle-token={TOKEN}")),
    ];
    for way in ways {
        assert_eq!(read(way).await.0, 200);
    }
}

#[tokio::test]
async fn an_unknown_project_is_not_found() {
    let settings = Settings { known_projects: vec!["acme/shop".to_owned()], ..Settings::default() };
    let outside = outside_with(settings).await;
    let (status, body) = read(outside.circleci_trigger("release")).await;
    assert_eq!((status, &body["message"]), (404, &json!("Project not found")));
    assert_eq!(read(outside.circleci(Method::GET, "/project/github/acme/shop")).await.0, 200);
}

#[tokio::test]
async fn the_receipt_of_a_trigger_has_four_fields() {
    let outside = outside().await;
    let (status, receipt) = read(outside.circleci_trigger("release")).await;
    assert_eq!((status, &receipt["state"], &receipt["number"]), (201, &json!("pending"), &json!(1)));
    let mut keys: Vec<&String> = receipt.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["created_at", "id", "number", "state"]);
    assert!(text(&receipt["created_at"]).ends_with('Z'));
}

#[tokio::test]
async fn a_slug_may_be_long_or_short_raw_or_encoded() {
    let outside = outside().await;
    let spellings = [
        "gh/acme/shop",
        "github/acme/shop",
        "gh%2Facme%2Fshop",
        "github%2Facme%2Fshop",
        "github%2facme%2fshop",
    ];
    for slug in spellings {
        let (status, _) = read(outside.circleci(Method::POST, &format!("/project/{slug}/pipeline"))).await;
        assert_eq!(status, 201, "{slug}");
    }
    let page = outside.circleci_get("/project/gh/acme/shop/pipeline").await;
    let slugs: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|item| text(&item["project_slug"])).collect();
    assert_eq!(slugs, ["gh/acme/shop"; 5]);
}

#[tokio::test]
async fn a_body_that_contradicts_itself_or_breaks_a_limit_is_refused() {
    let outside = outside().await;
    let bodies = [
        json!({ "branch": "release", "tag": "v1" }),
        json!({ "parameters": { "kubernetes-cluster-droplet-size": "s".repeat(513) } }),
        json!({ "parameters": { "kubernetes-cluster-droplet-size": ["s-1vcpu-3gb"] } }),
        json!({ "parameters": { "n".repeat(129): "s" } }),
        json!(["release"]),
    ];
    for body in bodies {
        let trigger = outside.circleci(Method::POST, &format!("/project/{SLUG}/pipeline")).json(&body);
        assert_eq!(read(trigger).await.0, 400, "{body}");
    }
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn an_undeclared_parameter_shows_only_later() {
    let outside = outside().await;
    let body = json!({ "branch": "release-cluster", "parameters": { "cluster-size": "s-1vcpu-3gb" } });
    let trigger = outside.circleci(Method::POST, &format!("/project/{SLUG}/pipeline")).json(&body);
    let (status, receipt) = read(trigger).await;
    assert_eq!(status, 201);

    let pipeline = format!("/pipeline/{}", text(&receipt["id"]));
    let pending = outside.circleci_get(&pipeline).await;
    assert_eq!((&pending["state"], &pending["errors"]), (&json!("pending"), &json!([])));

    outside.wait(2);
    let errored = outside.circleci_get(&pipeline).await;
    assert_eq!(errored["state"], "errored");
    let error = json!({ "type": "config", "message": "Unexpected argument(s): cluster-size" });
    assert_eq!(errored["errors"], json!([error]));
    assert!(outside.workflows(&text(&receipt["id"])).await.is_empty());
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn a_marker_parameter_that_is_declared_stands_in_the_run_and_in_the_log() {
    let declared_parameters = vec!["cluster-head-marker".to_owned()];
    let outside = outside_with(Settings { declared_parameters, ..Settings::default() }).await;
    let body = json!({ "branch": "release", "parameters": { "cluster-head-marker": "op-1" } });
    read(outside.circleci(Method::POST, &format!("/project/{SLUG}/pipeline")).json(&body)).await;

    assert_eq!(outside.sim.effective_runs()[0].marker.as_deref(), Some("op-1"));
    assert_eq!(outside.sim.log()[0].marker.as_deref(), Some("op-1"));
}

#[tokio::test]
async fn the_same_trigger_twice_makes_two_pipelines() {
    let outside = outside().await;
    let first = outside.pipeline("release").await;
    let second = outside.pipeline("release").await;
    assert_ne!(first, second);
    let numbers: Vec<_> = outside.sim.effective_runs().iter().map(|run| run.number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn the_new_form_triggers_too() {
    let outside = outside().await;
    let body = json!({ "config": { "branch": "main" }, "checkout": { "branch": "release" } });
    let (status, _) =
        read(outside.circleci(Method::POST, &format!("/project/{SLUG}/pipeline/run")).json(&body)).await;
    assert_eq!(status, 201);
    assert_eq!(outside.sim.effective_runs()[0].branch.as_deref(), Some("release"));
}

#[tokio::test]
async fn the_new_form_does_not_take_an_encoded_slug() {
    let outside = outside().await;
    let run = outside.circleci(Method::POST, "/project/gh%2Facme%2Fshop/pipeline/run");
    assert_eq!(read(run).await.0, 404);
}

#[tokio::test]
async fn a_skipped_commit_is_answered_with_200_and_starts_nothing() {
    let settings = Settings { skipped_branches: vec!["docs".to_owned()], ..Settings::default() };
    let outside = outside_with(settings).await;
    let run = outside.circleci(Method::POST, &format!("/project/{SLUG}/pipeline/run"));
    let (status, body) = read(run.json(&json!({ "checkout": { "branch": "docs" } }))).await;
    assert_eq!((status, &body["message"]), (200, &json!("Ignoring pipeline due to CI skip in the commit")));
    assert!(outside.sim.effective_runs().is_empty());
}
