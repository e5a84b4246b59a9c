//! The judgement on what clients did, found in the runs and clusters that came of it.

use reqwest::Method;
use serde_json::json;
use simulator::{ClusterCounts, Endpoint, Fault, FaultKind, Invariant, Settings};

use crate::support::{Outside, SLUG, outside, outside_with, read, text};

async fn cancel_newest(outside: &Outside, pipeline: &str) {
    let workflow = text(&outside.workflows(pipeline).await[0]["id"]);
    read(outside.circleci(Method::POST, &format!("/workflow/{workflow}/cancel"))).await;
    outside.wait(2);
}

#[tokio::test]
async fn an_orderly_life_has_no_violations() {
    let outside = outside().await;
    for branch in ["release-cluster", "release", "destroy-release", "destroy-cluster"] {
        outside.ended_pipeline(branch).await;
    }
    outside.travis_request("op-1").await;
    outside.travis_request("op-2").await;
    let judgement = outside.sim.judge();
    assert_eq!(judgement.violations, []);
    assert_eq!((judgement.runs, judgement.duplicates), (6, 0));
    assert_eq!(judgement.clusters, ClusterCounts { found: 0, created: 1, destroyed: 1, standing: 0 });
}

#[tokio::test]
async fn a_request_that_was_sent_twice_is_a_violation_of_i2() {
    let outside = outside().await;
    let first = outside.travis_request("op-1").await;
    let second = outside.travis_request("op-1").await;
    let violations = outside.sim.judge().violations;
    assert_eq!((violations.len(), violations[0].invariant), (1, Invariant::EffectiveOnce));
    assert_eq!(violations[0].ids, [first.to_string(), second.to_string()]);
}

#[tokio::test]
async fn two_pipelines_without_a_marker_are_a_violation_until_one_is_cancelled() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::Twin)).unwrap();
    let pipeline = outside.pipeline("destroy-cluster").await;
    outside.wait(2);
    assert_eq!(outside.sim.judge().violations.len(), 1);

    cancel_newest(&outside, &pipeline).await;
    let judgement = outside.sim.judge();
    assert_eq!(judgement.violations, []);
    assert_eq!(judgement.duplicates, 1);
}

#[tokio::test]
async fn pipelines_of_one_branch_are_fine_one_after_the_other() {
    let outside = outside().await;
    outside.ended_pipeline("release").await;
    outside.ended_pipeline("release").await;
    assert_eq!(outside.sim.judge().duplicates, 0);
}

#[tokio::test]
async fn a_marker_that_travels_is_what_counts_on_circleci_too() {
    let declared_parameters = vec!["cluster-head-marker".to_owned()];
    let outside = outside_with(Settings { declared_parameters, ..Settings::default() }).await;
    for marker in ["op-1", "op-2", "op-1"] {
        let body = json!({ "branch": "release", "parameters": { "cluster-head-marker": marker } });
        read(outside.circleci(Method::POST, &format!("/project/{SLUG}/pipeline")).json(&body)).await;
        outside.wait(3600);
    }
    let violations = outside.sim.judge().violations;
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].what.contains("op-1"), "{violations:?}");
}

#[tokio::test]
async fn what_was_accepted_and_never_started_is_no_run() {
    let outside = outside().await;
    outside.sim.inject(Fault::on(Endpoint::TravisTrigger, FaultKind::NeverStarts)).unwrap();
    outside.travis_request("op-1").await;
    outside.travis_request("op-1").await;
    let judgement = outside.sim.judge();
    assert_eq!((judgement.violations.len(), judgement.runs), (0, 1));
}

#[tokio::test]
async fn a_destroy_that_overtakes_a_create_is_a_violation_of_i4() {
    let outside = outside().await;
    outside.pipeline("destroy-cluster").await;
    outside.wait(10);
    outside.pipeline("release-cluster").await;
    outside.wait(2 + 110);
    let violations = outside.sim.judge().violations;
    assert_eq!((violations.len(), violations[0].invariant), (1, Invariant::NoClusterLost));
    assert!(violations[0].what.contains("10 s"), "{violations:?}");
}

#[tokio::test]
async fn a_destroy_that_lied_leaves_a_cluster_standing() {
    let outside = outside_with(Settings { starts_with_a_cluster: true, ..Settings::default() }).await;
    outside.sim.add_stranger("by-hand");
    outside.sim.inject(Fault::on(Endpoint::CircleciTrigger, FaultKind::DestroysNothing)).unwrap();
    outside.ended_pipeline("destroy-cluster").await;
    let standing = ClusterCounts { found: 2, created: 0, destroyed: 0, standing: 2 };
    assert_eq!(outside.sim.judge().clusters, standing);
    outside.ended_pipeline("destroy-cluster").await;
    assert_eq!(outside.sim.judge().clusters, ClusterCounts { destroyed: 1, standing: 1, ..standing });
}

#[tokio::test]
async fn the_judge_can_be_asked_over_http() {
    let outside = outside().await;
    let ids = [outside.travis_request("op-1").await, outside.travis_request("op-1").await];
    let (status, judgement) = read(outside.behind_the_scenes(Method::GET, "/_judge")).await;
    let violation = json!({
        "invariant": "I2", "what": "2 runs carry the marker \"op-1\"", "ids": ids.map(|id| id.to_string()),
    });
    let clusters = json!({ "found": 0, "created": 0, "destroyed": 0, "standing": 0 });
    let expected = json!({ "violations": [violation], "runs": 2, "duplicates": 1, "clusters": clusters });
    assert_eq!((status, judgement), (200, expected));
}

/// A breach of each law that somebody has to be a witness of, and the law.
#[tokio::test]
async fn what_witnesses_saw_is_judged_by_the_laws_of_the_product() {
    let outside = outside().await;
    let breaches = [
        (
            "I1",
            json!([{ "fact": "accepted", "command": "up", "job": 1, "by": "anna" },
                   { "fact": "noted", "act": "up", "job": 1, "by": "anna" },
                   { "fact": "looked", "job": 1, "through": "a", "state": null }]),
        ),
        (
            "I3",
            json!([{ "fact": "claimed", "job": 1, "fence_before": 1, "fence": 2, "by": "b" },
                   { "fact": "moved", "job": 1, "fence": 2, "what": "the state", "by": "a" }]),
        ),
        ("I4", json!([{ "fact": "wanted", "clusters": 1 }])),
        (
            "I5",
            json!([{ "fact": "wrote", "thing": "shop", "version_before": 2, "version": 1, "transaction": "9" }]),
        ),
        ("I6", json!([{ "fact": "verified", "links": 4, "broken": "act 3 was altered" }])),
        ("I7", json!([{ "fact": "searched", "place": "the log of a", "found": true }])),
        ("I8", json!([{ "fact": "left_behind", "job": 1, "by": "a", "for_milliseconds": 5_001 }])),
    ];
    for (law, facts) in breaches {
        let (status, _) = read(outside.behind_the_scenes(Method::POST, "/_facts").json(&facts)).await;
        assert_eq!(status, 204);
        let (_, judgement) = read(outside.behind_the_scenes(Method::GET, "/_judge")).await;
        let broken: Vec<_> = judgement["violations"].as_array().unwrap().iter().collect();
        assert_eq!((broken.len(), &broken[0]["invariant"]), (1, &json!(law)), "{judgement}");
        let (_, heard) = read(outside.behind_the_scenes(Method::GET, "/_facts")).await;
        assert_eq!(heard["items"], facts);

        assert_eq!(read(outside.behind_the_scenes(Method::DELETE, "/_facts")).await.0, 204);
        assert_eq!(outside.sim.judge().violations, []);
    }
}

#[tokio::test]
async fn what_no_witness_can_have_seen_is_refused_whole() {
    let outside = outside().await;
    let wanted = json!({ "fact": "wanted", "clusters": 1 });
    for nonsense in [
        json!(wanted),
        json!([wanted, { "fact": "wondered" }]),
        json!([wanted, { "fact": "wanted", "clusters": -1 }]),
        json!([wanted, { "fact": "wanted", "clusters": 1, "colour": "red" }]),
    ] {
        let (status, refusal) =
            read(outside.behind_the_scenes(Method::POST, "/_facts").json(&nonsense)).await;
        assert_eq!(status, 422, "{nonsense}");
        assert!(refusal["error"].is_string(), "{refusal}");
        assert_eq!(outside.sim.judge().violations, []);
    }
}
