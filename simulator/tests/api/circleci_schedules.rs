//! Schedules: planted, listed, moved, removed, and fired within their hour.

use std::time::Duration;

use chrono::{Datelike, TimeDelta, Timelike, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Endpoint, Fault, FaultKind, Settings};

use crate::support::{Outside, SLUG, outside, outside_with, read, text};

const HOUR: Duration = Duration::from_secs(3600);

/// A body that fires once within the hour that begins so many hours from now.
fn in_hours(hours: i64, branch: &str) -> Value {
    let hour = Utc::now() + TimeDelta::hours(hours);
    json!({
        "name": format!("destroy {branch}"),
        "description": "planted by a test",
        "attribution-actor": "current",
        "parameters": { "branch": branch, "kubernetes-cluster-droplet-size": "s-1vcpu-3gb" },
        "timetable": {
            "per-hour": 1,
            "hours-of-day": [hour.hour()],
            "days-of-month": [hour.day()],
            "months": [hour.format("%b").to_string().to_uppercase()],
        },
    })
}

async fn plant(outside: &Outside, body: &Value) -> (u16, Value) {
    read(outside.circleci(Method::POST, &format!("/project/{SLUG}/schedule")).json(body)).await
}

async fn listed(outside: &Outside) -> Vec<Value> {
    let page = outside.circleci_get(&format!("/project/{SLUG}/schedule")).await;
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_is_planted_is_listed_with_hyphens_in_its_keys() {
    let outside = outside().await;
    let (status, planted) = plant(&outside, &in_hours(3, "destroy-cluster")).await;
    assert_eq!((status, &planted["project-slug"]), (201, &json!(SLUG)));
    assert_eq!(listed(&outside).await, std::slice::from_ref(&planted));
    let one = outside.circleci_get(&format!("/schedule/{}", text(&planted["id"]))).await;
    assert_eq!(one, planted);
    assert!(one["created-at"].is_string() && one["timetable"]["hours-of-day"].is_array());
}

#[tokio::test]
async fn a_schedule_fires_once_within_its_hour_and_acts_on_the_cloud() {
    let outside = outside().await;
    outside.ended_pipeline("release-cluster").await;
    assert!(outside.sim.cluster_is_up());
    // An hour of air on both sides: the pipeline took some minutes, and an hour may be about to end.
    plant(&outside, &in_hours(4, "destroy-cluster")).await;
    outside.sim.advance_dates(HOUR * 2);
    assert_eq!(outside.sim.effective_runs().len(), 1, "its hour has not come");
    outside.sim.advance_dates(HOUR * 4);
    let runs = outside.sim.effective_runs();
    assert_eq!((runs.len(), runs[1].state), (2, "success"));
    assert!(!outside.sim.cluster_is_up());
    let pipeline = outside.circleci_get(&format!("/pipeline/{}", runs[1].id)).await;
    assert_eq!(pipeline["trigger"]["type"], "scheduled_pipeline");
    assert_eq!(pipeline["vcs"]["branch"], "destroy-cluster");
    assert!(pipeline["trigger_parameters"]["branch"].is_null(), "the branch is no parameter of it");
    outside.sim.advance_dates(HOUR * 48);
    assert_eq!(outside.sim.effective_runs().len(), 2);
}

#[tokio::test]
async fn a_schedule_that_was_moved_or_removed_does_not_fire_at_its_old_hour() {
    let outside = outside().await;
    let (_, moved) = plant(&outside, &in_hours(2, "destroy-release")).await;
    let (_, removed) = plant(&outside, &in_hours(2, "destroy-cluster")).await;
    let (later, timetable) =
        (format!("/schedule/{}", text(&moved["id"])), in_hours(6, "")["timetable"].clone());
    let patch = outside.circleci(Method::PATCH, &later).json(&json!({ "timetable": timetable }));
    let (status, shown) = read(patch).await;
    assert_eq!((status, &shown["timetable"], &shown["name"]), (200, &timetable, &moved["name"]));
    let gone = format!("/schedule/{}", text(&removed["id"]));
    assert_eq!(read(outside.circleci(Method::DELETE, &gone)).await.0, 200);
    assert_eq!(read(outside.circleci(Method::DELETE, &gone)).await.0, 404);
    outside.sim.advance_dates(HOUR * 4);
    assert_eq!(outside.sim.effective_runs().len(), 0);
    outside.sim.advance_dates(HOUR * 4);
    assert_eq!(outside.sim.effective_runs().len(), 1);
}

#[tokio::test]
async fn a_schedule_without_a_branch_or_with_a_wrong_timetable_is_refused() {
    let outside = outside().await;
    let wrong = |change: fn(&mut Value)| {
        let mut body = in_hours(1, "destroy-cluster");
        change(&mut body);
        body
    };
    for body in [
        wrong(|body| body["parameters"] = json!({})),
        wrong(|body| body["timetable"]["per-hour"] = json!(0)),
        wrong(|body| body["timetable"]["days-of-week"] = json!(["MON"])),
        wrong(|body| body["attribution-actor"] = json!("nobody")),
    ] {
        assert_eq!(plant(&outside, &body).await.0, 400, "{body}");
    }
    assert!(listed(&outside).await.is_empty());
}

#[tokio::test]
async fn a_project_without_schedules_refuses_to_plant() {
    let projects_without_schedules = vec!["rivernews/iriversland2-kubernetes".to_owned()];
    let outside = outside_with(Settings { projects_without_schedules, ..Settings::default() }).await;
    assert_eq!(plant(&outside, &in_hours(1, "destroy-cluster")).await.0, 400);
    assert!(outside.sim.planted().is_empty());
}

#[tokio::test]
async fn a_planted_schedule_whose_answer_was_lost_is_there() {
    let outside = outside().await;
    outside.sim.drop_next_answer(Endpoint::CircleciPlant).unwrap();
    let body = in_hours(1, "destroy-cluster");
    let lost = outside.circleci(Method::POST, &format!("/project/{SLUG}/schedule")).json(&body);
    assert!(lost.send().await.is_err());
    assert_eq!(outside.sim.planted(), ["destroy destroy-cluster"]);
}

#[tokio::test]
async fn a_scheduled_run_fails_where_a_fault_says_so_and_has_no_answer_to_lose() {
    let outside = outside().await;
    let on = |kind| Fault::on(Endpoint::CircleciScheduledRun, kind).branch("destroy-cluster");
    outside.sim.inject(on(FaultKind::FailJob)).unwrap();
    assert!(outside.sim.inject(on(FaultKind::DropAnswer)).is_err());
    plant(&outside, &in_hours(1, "destroy-cluster")).await;
    outside.sim.advance_dates(HOUR * 3);
    assert_eq!(outside.sim.effective_runs()[0].state, "failed");
}
