//! Destroys that do less than they say.

use serde_json::json;
use simulator::{Cluster, Endpoint, Fault, FaultKind};

use crate::support::{Outside, outside, read, text};

const PENDING: u64 = 2;

async fn everything_up() -> Outside {
    let outside = outside().await;
    outside.ended_pipeline("release-cluster").await;
    outside.ended_pipeline("release").await;
    outside
}

async fn outcome(outside: &Outside, pipeline: &str) -> String {
    text(&outside.workflows(pipeline).await[0]["status"])
}

fn destroy(kind: FaultKind) -> Fault {
    Fault::on(Endpoint::CircleciTrigger, kind)
}

#[tokio::test]
async fn a_destroy_can_leave_the_load_balancer_and_the_volume() {
    let outside = everything_up().await;
    let cluster = text(&outside.in_the_cloud("kubernetes_clusters").await[0]["id"]);
    outside.sim.inject(destroy(FaultKind::Leftovers)).unwrap();
    let pipeline = outside.ended_pipeline("destroy-cluster").await;
    assert_eq!(outcome(&outside, &pipeline).await, "success");
    assert_eq!(outside.sim.stacks().cluster, Cluster::None);
    assert_eq!(outside.cloud_counts().await, [0, 0, 1, 1]);
    for list in ["load_balancers", "volumes"] {
        let left = &outside.in_the_cloud(list).await[0];
        assert_eq!((&left["tags"], &left["droplet_ids"]), (&json!([format!("k8s:{cluster}")]), &json!([])));
    }
}

#[tokio::test]
async fn what_the_destroy_of_the_workloads_left_outlives_the_cluster() {
    let outside = everything_up().await;
    outside.sim.inject(destroy(FaultKind::Leftovers)).unwrap();
    outside.ended_pipeline("destroy-release").await;
    assert_eq!(outside.cloud_counts().await, [1, 1, 1, 1]);
    assert!(!outside.sim.stacks().workloads);
    outside.ended_pipeline("destroy-cluster").await;
    assert_eq!(outside.cloud_counts().await, [0, 0, 1, 1]);

    outside.ended_pipeline("release-cluster").await;
    outside.ended_pipeline("release").await;
    assert_eq!(outside.cloud_counts().await, [1, 1, 2, 2]);
}

#[tokio::test]
async fn the_cloud_can_need_three_minutes_more_than_the_pipeline() {
    let outside = everything_up().await;
    outside.sim.inject(destroy(FaultKind::SlowDelete)).unwrap();
    let pipeline = outside.pipeline("destroy-cluster").await;
    outside.wait(PENDING + 110);
    assert_eq!(outcome(&outside, &pipeline).await, "success");
    assert_eq!(outside.sim.stacks().cluster, Cluster::None);

    outside.wait(179);
    assert_eq!(outside.cloud_counts().await, [1, 1, 1, 1]);
    assert_eq!(outside.in_the_cloud("kubernetes_clusters").await[0]["status"]["state"], "deleting");
    outside.wait(1);
    assert_eq!(outside.cloud_counts().await, [0, 0, 0, 0]);
}

#[tokio::test]
async fn a_new_cluster_can_come_up_while_the_old_one_still_goes() {
    let outside = everything_up().await;
    outside.sim.inject(destroy(FaultKind::SlowDelete).seconds(1000.0)).unwrap();
    outside.ended_pipeline("destroy-cluster").await;
    outside.ended_pipeline("release-cluster").await;
    let states: Vec<_> = outside.in_the_cloud("kubernetes_clusters").await;
    let states: Vec<_> = states.iter().map(|cluster| text(&cluster["status"]["state"])).collect();
    assert_eq!(states, ["deleting", "running"]);

    outside.wait(1000);
    assert_eq!(outside.cloud_counts().await, [1, 1, 0, 0]);
    assert!(outside.sim.cluster_is_up());
}

#[tokio::test]
async fn a_destroy_can_say_success_and_touch_nothing() {
    let outside = everything_up().await;
    outside.sim.inject(destroy(FaultKind::DestroysNothing)).unwrap();
    let pipeline = outside.pipeline("destroy-cluster").await;
    outside.wait(PENDING + 109);
    assert_eq!(outside.sim.stacks().cluster, Cluster::Up);
    outside.wait(1);
    assert_eq!(outcome(&outside, &pipeline).await, "success");
    assert!(outside.sim.cluster_is_up());
    assert_eq!(outside.cloud_counts().await, [1, 1, 1, 1]);

    outside.ended_pipeline("destroy-cluster").await;
    assert_eq!(outside.cloud_counts().await, [0, 0, 0, 0]);
}

#[tokio::test]
async fn a_rerun_of_such_a_destroy_destroys() {
    let outside = everything_up().await;
    outside.sim.inject(destroy(FaultKind::DestroysNothing)).unwrap();
    let pipeline = outside.ended_pipeline("destroy-cluster").await;
    let workflow = text(&outside.workflows(&pipeline).await[0]["id"]);
    read(outside.circleci(reqwest::Method::POST, &format!("/workflow/{workflow}/rerun"))).await;
    outside.wait(110);
    assert_eq!(outside.cloud_counts().await, [0, 0, 0, 0]);
}
