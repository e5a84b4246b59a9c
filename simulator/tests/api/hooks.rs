//! Webhooks of CircleCI, as their receiver gets them.

use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Answer, Endpoint, Fault, FaultKind};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::support::{outside, read};

const SECRET: &str = "a-secret-of-circleci";

/// Whoever is told: what comes in, and how often that was.
struct Ear {
    heard: UnboundedReceiver<(HeaderMap, String)>,
    url: String,
}

impl Ear {
    async fn open() -> Self {
        let (tell, heard) = unbounded_channel();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let hear = post(move |headers: HeaderMap, body: String| async move {
            tell.send((headers, body)).unwrap();
        });
        tokio::spawn(async { axum::serve(listener, Router::new().route("/hooks", hear)).await });
        Self { heard, url }
    }

    async fn next(&mut self) -> (HeaderMap, Value) {
        let (headers, body) = timeout(Duration::from_secs(30), self.heard.recv()).await.unwrap().unwrap();
        (headers, serde_json::from_str(&body).unwrap())
    }
}

#[tokio::test]
async fn the_end_of_a_workflow_is_told_once_and_signed() {
    let (outside, mut ear) = (outside().await, Ear::open().await);
    outside.ended_pipeline("release-cluster").await;
    outside.sim.send_hooks_to(&ear.url, SECRET);
    let pipeline = outside.ended_pipeline("release-cluster").await;

    let (headers, event) = ear.next().await;
    assert_eq!(headers["circleci-event-type"], "workflow-completed");
    assert_eq!(headers["user-agent"], "CircleCI-Webhook/1.0");
    assert!(headers["circleci-signature"].to_str().unwrap().starts_with("v1="));
    assert_eq!(event["type"], "workflow-completed");
    assert_eq!(event["pipeline"]["id"], pipeline.as_str(), "what had ended before is not told");
    assert_eq!(event["workflow"]["status"], "success");
    assert_eq!(event["project"]["slug"], "github/rivernews/iriversland2-kubernetes");

    let another = outside.ended_pipeline("release-cluster").await;
    assert_eq!(ear.next().await.1["pipeline"]["id"], another.as_str(), "nothing is told twice");
    let is_told = |answer: &Answer| *answer == Answer::Status(200);
    let log = outside.sim.log();
    let hooks = log.iter().filter(|entry| entry.endpoint == Some(Endpoint::CircleciHook.name()));
    assert!(hooks.clone().count() >= 1 && hooks.map(|hook| &hook.answer).all(is_told), "{log:?}");
}

#[tokio::test]
async fn a_webhook_that_is_late_comes_after_those_that_were_due_later() {
    let (outside, mut ear) = (outside().await, Ear::open().await);
    outside.sim.send_hooks_to(&ear.url, SECRET);
    outside.sim.inject(Fault::on(Endpoint::CircleciHook, FaultKind::HookLate).seconds(600.0)).unwrap();
    let late = outside.ended_pipeline("release-cluster").await;
    let prompt = outside.ended_pipeline("release-cluster").await;
    let first = ear.next().await.1["pipeline"]["id"].clone();
    outside.wait(600);
    let second = ear.next().await.1["pipeline"]["id"].clone();
    // Which of the two was struck depends on when the simulator looked.
    assert!(
        [[&*late, &*prompt], [&*prompt, &*late]]
            .contains(&[first.as_str().unwrap(), second.as_str().unwrap()])
    );
}

#[tokio::test]
async fn a_webhook_may_say_that_a_run_has_ended_before_its_trigger_is_answered() {
    let (outside, mut ear) = (outside().await, Ear::open().await);
    outside.sim.send_hooks_to(&ear.url, SECRET);
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::HookEarly)).unwrap();
    let pipeline = outside.pipeline("release-cluster").await;
    let (_, event) = ear.heard.try_recv().expect("it came before the answer");
    let event: Value = serde_json::from_str(&event).unwrap();
    assert_eq!(event["pipeline"]["id"], pipeline.as_str());
}

#[tokio::test]
async fn who_is_to_be_told_can_be_said_over_http_and_is_remembered_over_a_reset() {
    let (outside, mut ear) = (outside().await, Ear::open().await);
    let tell = |body: Value| outside.behind_the_scenes(Method::POST, "/_hooks").json(&body);
    let (status, refused) = read(tell(json!({ "url": ear.url }))).await;
    assert_eq!(status, 422);
    assert!(refused["error"].as_str().unwrap().contains("secret"), "{refused}");
    assert_eq!(read(tell(json!({ "url": ear.url, "secret": SECRET }))).await.0, 204);
    outside.sim.reset();
    let pipeline = outside.ended_pipeline("release-cluster").await;
    assert_eq!(ear.next().await.1["pipeline"]["id"], pipeline.as_str());
}
