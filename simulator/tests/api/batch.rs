//! The batch service of the seed, which lives and dies with its cluster.

use serde_json::{Value, json};
use simulator::{Cluster, Endpoint, Fault, FaultKind, Settings};

use crate::support::{Outside, TOKEN, outside, outside_with, read, read_text};

async fn outside_with_a_cluster() -> Outside {
    outside_with(Settings { starts_with_a_cluster: true, ..Settings::default() }).await
}

#[tokio::test]
async fn without_a_cluster_there_is_no_host() {
    let outside = outside().await;
    let (status, kind, text) = read_text(outside.batch()).await;
    assert_eq!(status, 503);
    assert!(kind.starts_with("text/html") && text.contains("503"), "{kind} {text}");
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn a_missing_or_wrong_token_is_refused_and_starts_nothing() {
    let accepted_tokens = vec![TOKEN.to_owned()];
    let settings = Settings { starts_with_a_cluster: true, accepted_tokens, ..Settings::default() };
    let outside = outside_with(settings).await;
    for body in [json!({}), json!({ "token": "" }), json!({ "token": "other" })] {
        let (status, answer) = read(outside.http.post(outside.sim.batch_url()).json(&body)).await;
        assert_eq!(status, 401, "{body}");
        assert!(answer["error"].is_string(), "{answer}");
    }
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn another_queue_is_not_found_and_a_body_that_is_no_object_is_refused() {
    let outside = outside_with_a_cluster().await;
    let other = outside.http.post(format!("{}-2", outside.sim.batch_url())).json(&json!({ "token": TOKEN }));
    assert_eq!(read(other).await.0, 404);
    assert_eq!(read(outside.http.post(outside.sim.batch_url()).body("token")).await.0, 400);
}

#[tokio::test]
async fn the_first_post_starts_the_job_and_later_ones_report_it() {
    let outside = outside_with_a_cluster().await;
    let started = outside.batch_report().await;
    assert_eq!((&started["status"], &started["progress"]), (&json!("waiting"), &json!(0.0)));

    outside.wait(200);
    let report = outside.batch_report().await;
    assert_eq!((&report["status"], &report["id"]), (&json!("active"), &started["id"]));
    let progress = report["progress"].as_f64().unwrap();
    assert!((33.0..34.0).contains(&progress), "{progress}");

    outside.wait(400);
    let completed = outside.batch_report().await;
    assert_eq!((&completed["status"], &completed["progress"]), (&json!("completed"), &json!(100.0)));
    assert_eq!(outside.sim.effective_runs().len(), 1);
}

#[tokio::test]
async fn progress_is_a_float_that_never_falls() {
    let outside = outside_with_a_cluster().await;
    let mut last = 0.0;
    for _ in 0..60 {
        outside.wait(11);
        let progress = outside.batch_report().await["progress"].as_f64().unwrap();
        assert!((last..=100.0).contains(&progress), "{last} then {progress}");
        last = progress;
    }
    assert_eq!(last, 100.0);
}

#[tokio::test]
async fn fewer_items_take_less_time() {
    let settings = Settings { starts_with_a_cluster: true, batch_items: 100, ..Settings::default() };
    let outside = outside_with(settings).await;
    outside.batch_report().await;
    outside.wait(60);
    assert_eq!(outside.batch_report().await["status"], "completed");
}

#[tokio::test]
async fn a_job_that_is_no_singleton_starts_each_time() {
    let outside = outside_with_a_cluster().await;
    for _ in 0..2 {
        read(outside.http.post(outside.sim.batch_url()).json(&json!({ "token": TOKEN }))).await;
    }
    assert_eq!(outside.sim.effective_runs().len(), 2);
}

#[tokio::test]
async fn an_ended_singleton_is_reported_for_ever() {
    let outside = outside_with_a_cluster().await;
    outside.sim.inject(Fault::on(Endpoint::BatchTrigger, FaultKind::FailJob)).unwrap();
    outside.batch_report().await;
    outside.wait(240);
    let failed = outside.batch_report().await;
    assert_eq!((&failed["status"], &failed["progress"]), (&json!("failed"), &json!(40.0)));
    assert!(failed["jobError"].is_string());

    outside.wait(100_000);
    assert_eq!(outside.batch_report().await, failed);
}

/// What is answered to a body with this key. Whoever has one needs to be no singleton.
async fn asked_with(outside: &Outside, key: &str) -> Value {
    let body = json!({ "token": TOKEN, "idempotencyKey": key });
    let (status, report) = read(outside.http.post(outside.sim.batch_url()).json(&body)).await;
    assert_eq!(status, 200, "{report}");
    report
}

#[tokio::test]
async fn each_key_has_one_job_and_what_becomes_of_one_is_nothing_to_the_other() {
    let outside = outside_with_a_cluster().await;
    outside.sim.inject(Fault::on(Endpoint::BatchTrigger, FaultKind::FailJob)).unwrap();
    asked_with(&outside, "first").await;
    outside.wait(240);
    let failed = asked_with(&outside, "first").await;
    assert_eq!(failed["status"], "failed");
    let second = asked_with(&outside, "second").await;
    assert_eq!((&second["status"], &second["id"]), (&json!("waiting"), &json!("2")));
    outside.wait(1_000);
    assert_eq!(asked_with(&outside, "second").await["status"], "completed");
    assert_eq!(asked_with(&outside, "first").await, failed);
    let runs = outside.sim.effective_runs();
    let keys: Vec<_> = runs.iter().map(|run| run.marker.as_deref()).collect();
    assert_eq!(keys, [Some("first"), Some("second")]);
}

#[tokio::test]
async fn a_new_cluster_knows_nothing_of_the_jobs_of_the_old_one() {
    let outside = outside_with_a_cluster().await;
    let before = outside.batch_report().await;
    outside.wait(1);
    outside.pipeline("destroy-cluster").await;
    outside.wait(2 + 110);
    assert_eq!(outside.sim.stacks().cluster, Cluster::None);
    assert_eq!(read(outside.batch()).await.0, 503);
    assert_eq!(outside.sim.effective_runs()[0].state, "lost");

    outside.pipeline("release-cluster").await;
    outside.wait(2 + 300);
    let after = outside.batch_report().await;
    assert_eq!(after["status"], "waiting");
    assert_ne!(after["id"], before["id"]);
}

#[tokio::test]
async fn a_job_can_hang_never_start_or_show_an_unknown_status() {
    let courses = [
        (FaultKind::RunHangs, "active"),
        (FaultKind::NeverStarts, "waiting"),
        (FaultKind::UnknownStatus, "hibernating"),
    ];
    for (kind, status) in courses {
        let outside = outside_with_a_cluster().await;
        outside.sim.inject(Fault::on(Endpoint::BatchTrigger, kind)).unwrap();
        outside.batch_report().await;
        outside.wait(100_000);
        assert_eq!(outside.batch_report().await["status"], status);
    }
}
