//! Reading pipelines, workflows and jobs: the lists, the shapes and what is not found.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::Settings;

use crate::support::{SLUG, outside, outside_with, read, read_text, text};

fn numbers(page: &Value) -> Vec<u64> {
    page["items"].as_array().unwrap().iter().map(|pipeline| pipeline["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_in_words() {
    let outside = outside().await;
    let missing = [
        ("/pipeline/5034460f-c7c4-4c43-9457-de07e2029e7b", "Pipeline not found"),
        ("/pipeline/5034460f-c7c4-4c43-9457-de07e2029e7b/workflow", "Pipeline not found"),
        ("/workflow/fda08377-fe7e-46b1-8992-3a7aaecac9c3", "Workflow not found"),
        ("/workflow/fda08377-fe7e-46b1-8992-3a7aaecac9c3/job", "Workflow not found"),
        ("/project/gh/acme/shop/pipeline/7", "Pipeline not found"),
        ("/project/svn/acme/shop/pipeline", "Project not found"),
        ("/insights/gh/acme/shop/workflows", "Not found"),
    ];
    for (path, text) in missing {
        let answer = read(outside.circleci(Method::GET, path)).await;
        assert_eq!(answer, (404, json!({ "message": text })), "{path}");
    }
}

#[tokio::test]
async fn a_pipeline_shows_who_triggered_it_on_what_and_with_what() {
    let outside = outside().await;
    let parameters = json!({ "kubernetes-cluster-droplet-size": "s-2vcpu-4gb" });
    let body = json!({ "branch": "release-cluster", "parameters": parameters });
    let (_, receipt) =
        read(outside.circleci(Method::POST, &format!("/project/{SLUG}/pipeline")).json(&body)).await;

    let pipeline = outside.circleci_get(&format!("/pipeline/{}", text(&receipt["id"]))).await;
    assert_eq!(pipeline["trigger"]["type"], "api");
    assert_eq!(pipeline["trigger"]["actor"]["login"], "deploybot");
    assert_eq!(pipeline["vcs"]["branch"], "release-cluster");
    assert_eq!(pipeline["trigger_parameters"], parameters);
    assert_eq!(pipeline["created_at"], receipt["created_at"]);
    assert_eq!(outside.circleci_get(&format!("/project/{SLUG}/pipeline/1")).await["id"], receipt["id"]);
}

#[tokio::test]
async fn objects_have_keys_that_no_documentation_knows() {
    let outside = outside().await;
    let pipeline = outside.pipeline("main").await;
    outside.wait(2);
    let workflow = &outside.workflows(&pipeline).await[0];
    let jobs = outside.circleci_get(&format!("/workflow/{}/job", text(&workflow["id"]))).await;
    let pipeline = outside.circleci_get(&format!("/pipeline/{pipeline}")).await;
    for object in [&pipeline, workflow, &jobs["items"][0]] {
        assert!(object.get("key_of_tomorrow").is_some(), "{object}");
    }
}

#[tokio::test]
async fn pipelines_are_listed_newest_first_by_branch_and_page() {
    let outside = outside_with(Settings { page_size: 2, ..Settings::default() }).await;
    for branch in ["release", "main", "release", "release"] {
        outside.pipeline(branch).await;
    }
    let list = format!("/project/{SLUG}/pipeline?branch=release");
    let first = outside.circleci_get(&list).await;
    assert_eq!(numbers(&first), [4, 3]);

    // One that is triggered between two pages moves neither of them.
    outside.pipeline("release").await;
    let token = text(&first["next_page_token"]);
    let second = outside.circleci_get(&format!("{list}&page-token={token}")).await;
    assert_eq!((numbers(&second), &second["next_page_token"]), (vec![1], &json!(null)));
}

#[tokio::test]
async fn a_page_token_that_was_never_given_out_is_refused() {
    let outside = outside().await;
    let list = outside.circleci(Method::GET, &format!("/project/{SLUG}/pipeline?page-token=2"));
    assert_eq!(read(list).await.0, 400);
}

#[tokio::test]
async fn mine_are_all_that_this_token_triggered() {
    let outside = outside().await;
    outside.pipeline("release").await;
    outside.pipeline("main").await;
    assert_eq!(numbers(&outside.circleci_get(&format!("/project/{SLUG}/pipeline/mine")).await), [2, 1]);
}

#[tokio::test]
async fn projects_do_not_share_their_pipelines() {
    let outside = outside().await;
    outside.pipeline("release").await;
    let others = outside.circleci_get("/project/gh/acme/shop/pipeline").await;
    assert_eq!(others, json!({ "items": [], "next_page_token": null }));
}

#[tokio::test]
async fn a_job_gets_its_number_and_start_when_it_runs() {
    let outside = outside().await;
    let pipeline = outside.pipeline("release-cluster").await;
    outside.wait(2);
    let workflow = text(&outside.workflows(&pipeline).await[0]["id"]);
    let apply = async || outside.circleci_get(&format!("/workflow/{workflow}/job")).await["items"][1].clone();

    let queued = apply().await;
    assert_eq!((&queued["status"], &queued["started_at"]), (&json!("queued"), &json!(null)));
    assert_eq!(queued.get("job_number"), None);

    outside.wait(30);
    let running = apply().await;
    assert_eq!((&running["status"], &running["job_number"]), (&json!("running"), &json!(2)));
    assert!(running["started_at"].is_string());
}

#[tokio::test]
async fn a_workflow_is_read_by_its_id() {
    let outside = outside().await;
    let pipeline = outside.pipeline("release-cluster").await;
    outside.wait(2);
    let listed = &outside.workflows(&pipeline).await[0];
    assert_eq!(outside.circleci_get(&format!("/workflow/{}", text(&listed["id"]))).await, *listed);
    assert_eq!((&listed["pipeline_id"], &listed["project_slug"]), (&json!(pipeline), &json!(SLUG)));
}

#[tokio::test]
async fn the_link_to_a_pipeline_leads_to_a_page_about_it() {
    let outside = outside().await;
    outside.pipeline("release-cluster").await;
    outside.wait(2);
    let page = "/circleci/app/pipelines/github/rivernews/iriversland2-kubernetes/1";
    let (status, kind, text) = read_text(outside.behind_the_scenes(Method::GET, page)).await;
    assert_eq!(status, 200);
    assert!(kind.starts_with("text/plain"), "{kind}");
    assert!(text.contains("release-cluster") && text.contains("build-master: running"), "{text}");
}
