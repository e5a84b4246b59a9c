//! What pipelines do to the cloud.

use reqwest::Method;
use simulator::Cluster;

use crate::support::{Outside, outside, read, text};

const PENDING: u64 = 2;

async fn up(outside: &Outside) {
    outside.pipeline("release-cluster").await;
    outside.wait(PENDING + 300);
    assert!(outside.sim.cluster_is_up());
}

#[tokio::test]
async fn a_cluster_comes_up_gets_its_workloads_and_goes_down_again() {
    let outside = outside().await;
    assert_eq!(outside.sim.stacks().cluster, Cluster::None);
    outside.pipeline("release-cluster").await;
    outside.wait(PENDING);
    assert_eq!(outside.sim.stacks().cluster, Cluster::Creating);
    outside.wait(300);
    assert!(outside.sim.cluster_is_up() && !outside.sim.stacks().workloads);

    outside.pipeline("release").await;
    outside.wait(PENDING + 120);
    assert!(outside.sim.stacks().workloads);
    outside.pipeline("destroy-release").await;
    outside.wait(PENDING + 90);
    assert!(outside.sim.cluster_is_up() && !outside.sim.stacks().workloads);

    outside.pipeline("destroy-cluster").await;
    outside.wait(PENDING);
    assert_eq!(outside.sim.stacks().cluster, Cluster::Destroying);
    outside.wait(110);
    assert_eq!(outside.sim.stacks().cluster, Cluster::None);
}

#[tokio::test]
async fn removing_the_workloads_alone_leaves_the_cluster_up() {
    let outside = outside().await;
    up(&outside).await;
    outside.pipeline("destroy-release").await;
    outside.wait(3600);
    assert!(outside.sim.cluster_is_up());
}

#[tokio::test]
async fn a_failed_create_leaves_something_behind() {
    let outside = outside().await;
    outside.sim.fail_next("release-cluster").unwrap();
    outside.pipeline("release-cluster").await;
    outside.wait(3600);
    assert_eq!(outside.sim.stacks().cluster, Cluster::Creating);
}

#[tokio::test]
async fn a_failed_destroy_leaves_the_cluster_up_until_its_rerun_succeeds() {
    let outside = outside().await;
    up(&outside).await;
    outside.sim.fail_next("destroy-cluster").unwrap();
    let pipeline = outside.pipeline("destroy-cluster").await;
    outside.wait(3600);
    assert!(outside.sim.cluster_is_up());

    let workflow = text(&outside.workflows(&pipeline).await[0]["id"]);
    read(outside.circleci(Method::POST, &format!("/workflow/{workflow}/rerun"))).await;
    outside.wait(110);
    assert_eq!(outside.sim.stacks().cluster, Cluster::None);
}

#[tokio::test]
async fn a_cancelled_destroy_destroys_nothing() {
    let outside = outside().await;
    up(&outside).await;
    let pipeline = outside.pipeline("destroy-cluster").await;
    outside.wait(PENDING);
    let workflow = text(&outside.workflows(&pipeline).await[0]["id"]);
    read(outside.circleci(Method::POST, &format!("/workflow/{workflow}/cancel"))).await;
    outside.wait(3600);
    assert!(outside.sim.cluster_is_up());
}

#[tokio::test]
async fn the_world_can_be_asked_for_over_http() {
    let outside = outside().await;
    up(&outside).await;
    let (status, world) = read(outside.behind_the_scenes(Method::GET, "/_world")).await;
    assert_eq!((status, text(&world["cluster"]).as_str(), &world["workloads"]), (200, "up", &false.into()));
    assert!(world["since"].is_string());
}
