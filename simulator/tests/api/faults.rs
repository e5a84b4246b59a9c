//! Faults that refuse, delay or lose an answer.

use std::error::Error;
use std::io;

use reqwest::Method;
use serde_json::json;
use simulator::{Answer, Endpoint, Fault, FaultKind, Settings};

use crate::support::{REPOSITORY, SLUG, outside, outside_with, read, read_text};

pub fn was_reset(error: reqwest::Error) -> bool {
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(error) = cause {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::ConnectionReset)
        {
            return true;
        }
        cause = error.source();
    }
    false
}

#[tokio::test]
async fn a_refused_trigger_starts_nothing() {
    let refusals = [
        (FaultKind::Status500, 500),
        (FaultKind::RateLimited, 429),
        (FaultKind::RateLimitedWithoutHint, 429),
        (FaultKind::Unauthorized, 401),
        (FaultKind::Forbidden, 403),
        (FaultKind::NotFound, 404),
        (FaultKind::Html, 502),
    ];
    for (kind, expected) in refusals {
        let outside = outside().await;
        outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, kind)).unwrap();
        let (status, _) = read(outside.circleci_trigger("release")).await;
        assert_eq!(status, expected);
        assert!(outside.sim.effective_runs().is_empty());
        assert_eq!(outside.sim.log()[0].fault, Some(kind));
    }
}

#[tokio::test]
async fn each_service_refuses_in_its_own_words() {
    let outside = outside_with(Settings { starts_with_a_cluster: true, ..Settings::default() }).await;
    for endpoint in [Endpoint::TravisTrigger, Endpoint::BatchTrigger, Endpoint::SlackPost] {
        outside.sim.inject(Fault::on(endpoint, FaultKind::Unauthorized)).unwrap();
    }
    let (status, _, text) = read_text(outside.travis_trigger("op-1")).await;
    assert_eq!((status, text.as_str()), (403, "access denied"));
    assert_eq!(read(outside.batch()).await, (401, json!({ "error": "Not authorized" })));
    let (status, _, text) = read_text(outside.slack(json!({ "text": "hello" }))).await;
    assert_eq!((status, text.as_str()), (403, "invalid_token"));
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back_or_it_does_not() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciMe, FaultKind::RateLimited)).unwrap();
    outside.sim.inject(Fault::on(Endpoint::CircleciMe, FaultKind::RateLimitedWithoutHint).nth(2)).unwrap();
    let hinted = outside.circleci(Method::GET, "/me").send().await.unwrap();
    assert_eq!(hinted.headers()["retry-after"], "1");
    outside
        .sim
        .inject(Fault::on(Endpoint::CircleciMe, FaultKind::RateLimited).nth(2).seconds(119.5))
        .unwrap();
    let bare = outside.circleci(Method::GET, "/me").send().await.unwrap();
    assert_eq!((bare.status().as_u16(), bare.headers().get("retry-after")), (429, None));
    let hinted = outside.circleci(Method::GET, "/me").send().await.unwrap();
    assert_eq!(hinted.headers()["retry-after"], "120");
    assert_eq!(read(outside.circleci(Method::GET, "/me")).await.0, 200);
}

#[tokio::test]
async fn a_dropped_answer_has_taken_effect_and_resets_the_connection() {
    let outside = outside_with(Settings { starts_with_a_cluster: true, ..Settings::default() }).await;
    let calls = [
        (Endpoint::CircleciTrigger, outside.circleci_trigger("release")),
        (Endpoint::TravisTrigger, outside.travis_trigger("op-1")),
        (Endpoint::BatchTrigger, outside.batch()),
        (Endpoint::SlackPost, outside.slack(json!({ "text": "hello" }))),
        (Endpoint::CircleciMe, outside.circleci(Method::GET, "/me")),
    ];
    for (endpoint, call) in calls {
        outside.sim.drop_next_answer(endpoint).unwrap();
        let before = outside.sim.log().len();
        assert!(was_reset(call.send().await.unwrap_err()), "{endpoint:?}");
        let seen = &outside.sim.log()[before..];
        assert_eq!(seen.len(), 1, "a client does not try again by itself");
        assert_eq!((seen[0].answer, seen[0].fault), (Answer::ConnectionReset, Some(FaultKind::DropAnswer)));
    }
    assert_eq!(outside.sim.effective_runs().len(), 3);
    assert_eq!(outside.sim.slack_messages(), ["hello"]);
    assert_eq!(outside.sim.log()[0].made_effective, [outside.sim.effective_runs()[0].id.clone()]);
}

#[tokio::test]
async fn other_connections_live_on_when_one_is_reset() {
    let outside = outside().await;
    outside.sim.drop_next_answer(Endpoint::CircleciTrigger).unwrap();
    let others = outside_with(Settings::default()).await.http;
    let me = || others.get(format!("{}/me", outside.sim.circleci_url())).header("Circle-Token", "t");
    assert_eq!(read(me()).await.0, 200);
    outside.circleci_trigger("release").send().await.unwrap_err();
    assert_eq!(read(me()).await.0, 200);
}

#[tokio::test]
async fn a_hanging_call_is_never_answered_and_starts_nothing() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::Hang)).unwrap();
    let hanging = tokio::spawn(outside.circleci_trigger("release").send());
    while outside.sim.log().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(read(outside.circleci(Method::GET, "/me")).await.0, 200, "others are served meanwhile");
    assert!(!hanging.is_finished());
    assert_eq!(outside.sim.log()[0].answer, Answer::Never);
    assert!(outside.sim.effective_runs().is_empty());
    hanging.abort();
}

#[tokio::test]
async fn a_call_may_be_carried_out_and_never_answered() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::HangAfterAccepting)).unwrap();
    let hanging = tokio::spawn(outside.circleci_trigger("release").send());
    while outside.sim.log().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!hanging.is_finished());
    let entry = &outside.sim.log()[0];
    assert_eq!((entry.answer, entry.made_effective.len()), (Answer::Never, 1));
    assert_eq!(outside.sim.effective_runs().len(), 1);
    hanging.abort();
}

#[tokio::test]
async fn a_twin_and_a_lost_answer_strike_one_call_together() {
    let outside = outside().await;
    for kind in [FaultKind::Twin, FaultKind::DropAnswer] {
        outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, kind)).unwrap();
    }
    assert!(was_reset(outside.circleci_trigger("release").send().await.unwrap_err()));
    let entry = &outside.sim.log()[0];
    assert_eq!(entry.faults().collect::<Vec<_>>(), [FaultKind::Twin, FaultKind::DropAnswer]);
    assert_eq!(entry.made_effective.len(), 2);
    assert_eq!(outside.sim.effective_runs().len(), 2);
    assert_eq!(read(outside.circleci_trigger("release")).await.0, 201, "each has struck once");
}

#[tokio::test]
async fn lists_may_be_denied_in_the_words_of_each_service() {
    let outside = outside().await;
    for endpoint in [Endpoint::CircleciPipelines, Endpoint::TravisRequests, Endpoint::DigitaloceanClusters] {
        outside.sim.inject(Fault::on(endpoint, FaultKind::NotFound)).unwrap();
        outside.sim.inject(Fault::on(endpoint, FaultKind::Forbidden).every()).unwrap();
    }
    for expected in [404, 403] {
        let pipelines = outside.circleci(Method::GET, &format!("/project/{SLUG}/pipeline"));
        assert_eq!(read(pipelines).await.0, expected);
        let requests = outside.travis(Method::GET, &format!("/repo/{REPOSITORY}/requests"));
        assert_eq!(read(requests).await.0, expected);
        assert_eq!(read(outside.digitalocean("/v2/kubernetes/clusters")).await.0, expected);
    }
}

#[tokio::test]
async fn a_fault_aimed_at_a_branch_lets_the_others_pass() {
    let outside = outside().await;
    outside
        .sim
        .inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::Status500).branch("destroy-cluster"))
        .unwrap();
    assert_eq!(read(outside.circleci_trigger("release")).await.0, 201);
    assert_eq!(read(outside.circleci_trigger("destroy-cluster")).await.0, 500);
    assert_eq!(read(outside.circleci_trigger("destroy-cluster")).await.0, 201);
}

#[tokio::test]
async fn a_fault_aimed_at_a_branch_also_finds_the_reads_of_its_runs() {
    let outside = outside().await;
    let release = outside.pipeline("release").await;
    let destroy = outside.pipeline("destroy-cluster").await;
    let on_destroy = |endpoint| Fault::on(endpoint, FaultKind::Status500).branch("destroy-cluster");
    outside.sim.inject(on_destroy(Endpoint::CircleciWorkflows)).unwrap();
    outside.sim.inject(on_destroy(Endpoint::CircleciPipelines)).unwrap();
    let workflows = |id: &str| outside.circleci(Method::GET, &format!("/pipeline/{id}/workflow"));
    let list =
        |branch: &str| outside.circleci(Method::GET, &format!("/project/{SLUG}/pipeline?branch={branch}"));
    assert_eq!(read(workflows(&release)).await.0, 200);
    assert_eq!(read(workflows(&destroy)).await.0, 500);
    assert_eq!(read(list("release")).await.0, 200);
    assert_eq!(read(list("destroy-cluster")).await.0, 500);
}

#[tokio::test]
async fn a_fault_for_every_call_lasts_until_it_is_forgiven() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciMe, FaultKind::Status500).every()).unwrap();
    for _ in 0..3 {
        assert_eq!(read(outside.circleci(Method::GET, "/me")).await.0, 500);
    }
    outside.sim.forgive();
    assert_eq!(read(outside.circleci(Method::GET, "/me")).await.0, 200);
}

#[tokio::test]
async fn a_fault_by_chance_strikes_the_same_calls_each_time() {
    let mut histories = Vec::new();
    for _ in 0..2 {
        let outside = outside().await;
        let flapping = json!({
            "service": "circleci", "endpoint": "me", "fault": "status_500", "chance": 0.5, "seed": 42, "times": 10,
        });
        let (status, injected) = outside.post_fault(flapping).await;
        assert_eq!((status, &injected["chance"], &injected["seed"]), (201, &json!(0.5), &json!(42)));
        let mut history = Vec::new();
        for _ in 0..40 {
            history.push(read(outside.circleci(Method::GET, "/me")).await.0);
        }
        histories.push(history);
    }
    assert_eq!(histories[0], histories[1]);
    assert_eq!(histories[0].iter().filter(|status| **status == 500).count(), 10);
    assert_eq!(histories[0][30..], [200; 10], "all ten are used up");
}
