//! Behind the scenes: the log, the runs, the faults over HTTP, and the simulator's own life.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{Endpoint, FaultKind, Settings, Simulator};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Outside, TOKEN, outside, outside_with, read, text};

async fn items(outside: &Outside, path: &str) -> Vec<Value> {
    let (status, body) = read(outside.behind_the_scenes(Method::GET, path)).await;
    assert_eq!(status, 200);
    body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_log_tells_each_request_its_answer_and_what_came_of_it() {
    let outside = outside().await;
    let id = outside.travis_request("op-1").await;
    outside.sim.drop_next_answer(Endpoint::CircleciTrigger).unwrap();
    outside.circleci_trigger("release").send().await.unwrap_err();

    let log = items(&outside, "/_log").await;
    assert_eq!(log.len(), 2, "{log:?}");
    let travis = &log[0];
    assert_eq!((&travis["service"], &travis["endpoint"]), (&json!("travis"), &json!("trigger")));
    assert_eq!((&travis["method"], &travis["answer"]), (&json!("POST"), &json!(202)));
    assert_eq!(travis["path"], "/travis/repo/rivernews%2Fslack-middleware-server/requests");
    assert_eq!((&travis["marker"], &travis["fault"]), (&json!("op-1"), &json!(null)));
    assert_eq!(travis["made_effective"], json!([id.to_string()]));
    assert!(travis["at"].is_string());
    let circleci = &log[1];
    assert_eq!(
        (&circleci["answer"], &circleci["fault"]),
        (&json!("connection reset"), &json!("drop_answer"))
    );
    assert_eq!((&circleci["branch"], &circleci["marker"]), (&json!("release"), &json!(null)));
    assert_eq!(circleci["made_effective"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_that_strays_is_logged_without_an_endpoint() {
    let outside = outside().await;
    for (method, path) in [(Method::GET, "/circleci/api/v1.1/me"), (Method::GET, "/batch/queues/s3-orgs-job")]
    {
        assert_eq!(read(outside.behind_the_scenes(method, path)).await.0, 404, "{path}");
    }
    let log = items(&outside, "/_log").await;
    assert_eq!((&log[0]["service"], &log[0]["endpoint"]), (&json!("circleci"), &json!(null)));
    assert_eq!((&log[1]["path"], &log[1]["answer"]), (&json!("/batch/queues/s3-orgs-job"), &json!(404)));
}

#[tokio::test]
async fn time_passes_when_it_is_told_to_and_not_when_nobody_understands_for_how_long() {
    let outside = outside().await;
    read(outside.circleci_trigger("release-cluster")).await;
    let state = async || items(&outside, "/_runs").await[0]["state"].clone();
    let begun = state().await;
    for unclear in [json!({ "seconds": -1 }), json!({ "minutes": 60 }), json!(null)] {
        let asked = outside.behind_the_scenes(Method::POST, "/_advance").json(&unclear);
        assert_eq!(read(asked).await.0, 422, "{unclear}");
    }
    assert_eq!(state().await, begun);
    let asked = outside.behind_the_scenes(Method::POST, "/_advance").json(&json!({ "seconds": 3_600 }));
    assert_eq!(read(asked).await.0, 204);
    assert_eq!((begun, state().await), (json!("pending"), json!("success")));
}

#[tokio::test]
async fn tokens_are_not_logged() {
    let outside = outside().await;
    read(outside.circleci(Method::GET, &format!("/me?circle-token={TOKEN}"))).await;
    let (_, log) = read(outside.behind_the_scenes(Method::GET, "/_log")).await;
    assert!(!log.to_string().contains(TOKEN), "{log}");
}

#[tokio::test]
async fn effective_runs_of_all_services_stand_in_one_list() {
    let outside = outside_with(Settings { starts_with_a_cluster: true, ..Settings::default() }).await;
    let pipeline = outside.pipeline("release").await;
    outside.wait(1);
    outside.travis_request("op-1").await;
    outside.wait(1);
    outside.batch_report().await;
    outside.wait(1);

    let runs = items(&outside, "/_runs").await;
    let summary: Vec<_> = runs.iter().map(|run| (text(&run["service"]), text(&run["state"]))).collect();
    let expected = [("circleci", "running"), ("travis", "pending"), ("batch", "waiting")];
    assert_eq!(summary, expected.map(|(service, state)| (service.to_owned(), state.to_owned())));
    assert_eq!((&runs[0]["id"], &runs[0]["branch"]), (&json!(pipeline), &json!("release")));
    assert_eq!((&runs[1]["message"], &runs[1]["marker"]), (&json!("op-1"), &json!("op-1")));
    assert_eq!((&runs[2]["project"], &runs[2]["ended_at"]), (&json!("s3-orgs-job"), &json!(null)));
    assert_eq!(runs[2]["parameters"].get("token"), None);
}

#[tokio::test]
async fn a_fault_can_be_injected_listed_and_cleared_over_http() {
    let outside = outside().await;
    let fault = json!({ "service": "circleci", "endpoint": "trigger", "nth": 1, "fault": "fail_job" });
    let (status, injected) = outside.post_fault(fault).await;
    assert_eq!((status, &injected["fault"], &injected["calls_seen"]), (201, &json!("fail_job"), &json!(0)));

    outside.pipeline("release").await;
    outside.wait(3600);
    assert_eq!(outside.sim.effective_runs()[0].state, "failed");
    let seen = &items(&outside, "/_faults").await[0];
    assert_eq!((&seen["calls_seen"], &seen["struck"]), (&json!(1), &json!(1)));
    assert_eq!((&seen["service"], &seen["endpoint"]), (&json!("circleci"), &json!("trigger")));

    assert_eq!(read(outside.behind_the_scenes(Method::DELETE, "/_faults")).await.0, 204);
    assert!(items(&outside, "/_faults").await.is_empty());
}

#[tokio::test]
async fn an_unknown_service_endpoint_or_fault_is_refused_with_the_known_ones() {
    let outside = outside().await;
    let fault = |service: &str, endpoint: &str, fault: &str| json!({ "service": service, "endpoint": endpoint, "fault": fault });
    let unknown = [
        (fault("jenkins", "trigger", "hang"), "circleci"),
        (fault("travis", "pipeline", "hang"), "requests"),
        (fault("circleci", "trigger", "explode"), "drop_answer"),
    ];
    for (fault, known) in unknown {
        let (status, refused) = outside.post_fault(fault).await;
        assert_eq!(status, 422);
        assert!(refused["known"].as_array().unwrap().contains(&json!(known)), "{refused}");
    }
}

#[tokio::test]
async fn a_fault_that_makes_no_sense_is_refused_with_a_reason() {
    let outside = outside().await;
    let senseless = [
        (json!({ "service": "slack", "endpoint": "post", "fault": "fail_job" }), "changes a run"),
        (json!({ "service": "slack", "endpoint": "post", "fault": "hang", "nth": 0 }), "nth"),
        (json!({ "service": "slack", "endpoint": "post", "fault": "hang", "when": "now" }), "when"),
        (json!({ "service": "slack", "fault": "hang" }), "endpoint"),
        (json!({ "service": "slack", "endpoint": "post", "fault": "hang", "chance": 0.5 }), "seed"),
        (json!({ "service": "slack", "endpoint": "post", "fault": "hang", "seed": 7 }), "by chance"),
        (
            json!({ "service": "slack", "endpoint": "post", "fault": "hang", "chance": 0.5, "seed": 7, "nth": 1 }),
            "not both",
        ),
        (
            json!({ "service": "slack", "endpoint": "post", "fault": "hang", "chance": 2, "seed": 7 }),
            "chance",
        ),
        (json!({ "service": "slack", "endpoint": "post", "fault": "hang", "times": 2 }), "times"),
        (json!({ "service": "slack", "endpoint": "post", "fault": "hang", "seconds": 2 }), "seconds"),
        (json!({ "service": "tls", "endpoint": "handshake", "fault": "hang" }), "an answer"),
        (
            json!({ "service": "tls", "endpoint": "handshake", "fault": "expired_certificate" }),
            "in the clear",
        ),
        (
            json!({ "service": "circleci", "endpoint": "trigger", "fault": "leftovers", "branch": "release" }),
            "begins none",
        ),
    ];
    for (fault, reason) in senseless {
        let (status, refused) = outside.post_fault(fault).await;
        assert_eq!(status, 422);
        assert!(text(&refused["error"]).contains(reason), "{refused}");
    }
    assert!(items(&outside, "/_faults").await.is_empty());
}

#[tokio::test]
async fn every_fault_has_a_target_and_every_endpoint_takes_a_fault() {
    let outside = outside_with(Settings { tls: true, ..Settings::default() }).await;
    for &endpoint in Endpoint::ALL {
        let names = (endpoint.service().name(), endpoint.name());
        let kind = match endpoint {
            Endpoint::CircleciHook => "hook_lost",
            Endpoint::CircleciScheduledRun => "fail_job",
            Endpoint::TlsHandshake => "expired_certificate",
            _ => "status_500",
        };
        // So late that it does not strike the handshake with which the next one is sent.
        let fault = json!({ "service": names.0, "endpoint": names.1, "fault": kind, "nth": 1_000 });
        assert_eq!(outside.post_fault(fault).await.0, 201, "{names:?}");
    }
    for &kind in FaultKind::ALL {
        let mut is_taken = false;
        for (service, endpoint) in [("circleci", "trigger"), ("circleci", "hook"), ("tls", "handshake")] {
            let fault =
                json!({ "service": service, "endpoint": endpoint, "fault": kind.name(), "nth": 1_000 });
            is_taken |= outside.post_fault(fault).await.0 == 201;
        }
        assert!(is_taken, "{kind:?}");
    }
}

#[tokio::test]
async fn a_reset_forgets_everything_that_has_happened() {
    let outside = outside().await;
    outside.pipeline("release-cluster").await;
    outside.slack(json!({ "text": "hello" })).send().await.unwrap();
    outside.post_fault(json!({ "service": "circleci", "endpoint": "me", "fault": "hang" })).await;
    outside.wait(10);
    assert_eq!(read(outside.behind_the_scenes(Method::POST, "/_reset")).await.0, 204);
    for list in ["/_log", "/_runs", "/_slack", "/_faults"] {
        assert!(items(&outside, list).await.is_empty(), "{list}");
    }
    assert_eq!(outside.sim.stacks().cluster, simulator::Cluster::None);
}

#[tokio::test]
async fn a_speed_that_is_no_speed_is_refused() {
    for speed in [-1.0, f64::NAN, f64::INFINITY] {
        let refused = Simulator::start(Settings { speed, ..Settings::default() }).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("speed")));
    }
}

#[tokio::test]
async fn a_dropped_simulator_gives_up_its_port() {
    let outside = outside().await;
    let address = outside.sim.url().trim_start_matches("http://").to_owned();
    TcpStream::connect(&address).await.unwrap();
    drop(outside.sim);
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn it_serves_a_listener_that_it_is_given_until_it_is_told_to_stop() {
    let client = outside().await.http;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/_world", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(simulator::serve(listener, Settings::default(), async {
        let _ = stopped.await;
    }));
    assert_eq!(read(client.get(url)).await.0, 200);
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
