//! What the cloud shows of the work of the pipelines.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::Settings;

use crate::support::{Outside, SLUG, outside, outside_with, read, text};

const PENDING: u64 = 2;

async fn everything_up(outside: &Outside) {
    outside.ended_pipeline("release-cluster").await;
    outside.ended_pipeline("release").await;
}

fn tags(shown: &Value) -> Vec<String> {
    shown["tags"].as_array().unwrap().iter().map(text).collect()
}

#[tokio::test]
async fn a_cluster_is_there_from_the_first_attempt_and_runs_when_it_is_up() {
    let outside = outside().await;
    outside.pipeline("release-cluster").await;
    assert_eq!(outside.cloud_counts().await, [0, 0, 0, 0]);
    outside.wait(PENDING);
    let provisioning = &outside.in_the_cloud("kubernetes_clusters").await[0];
    assert_eq!(
        (&provisioning["name"], &provisioning["status"]["state"]),
        (&json!("iriversland2"), &json!("provisioning"))
    );
    assert_eq!(outside.in_the_cloud("droplets").await[0]["status"], "new");

    outside.wait(300);
    let running = &outside.in_the_cloud("kubernetes_clusters").await[0];
    assert_eq!((&running["status"]["state"], &running["id"]), (&json!("running"), &provisioning["id"]));
    assert_eq!(running["created_at"], provisioning["created_at"]);
    let one = outside.digitalocean_get(&format!("/v2/kubernetes/clusters/{}", text(&running["id"]))).await;
    assert_eq!(one["kubernetes_cluster"], *running);
}

#[tokio::test]
async fn its_machine_is_the_one_that_the_pipeline_was_asked_for() {
    let outside = outside().await;
    let parameters = json!({ "kubernetes-cluster-droplet-size": "s-1vcpu-3gb" });
    let body = json!({ "branch": "release-cluster", "parameters": parameters });
    read(outside.circleci(Method::POST, &format!("/project/{SLUG}/pipeline")).json(&body)).await;
    outside.wait(PENDING + 300);

    let cluster = &outside.in_the_cloud("kubernetes_clusters").await[0];
    let pool = &cluster["node_pools"][0];
    assert_eq!((&pool["size"], &pool["count"]), (&json!("s-1vcpu-3gb"), &json!(1)));
    let droplet = &outside.in_the_cloud("droplets").await[0];
    assert_eq!(pool["nodes"][0]["droplet_id"], droplet["id"].to_string());
    assert_eq!((&droplet["size_slug"], &droplet["status"]), (&json!("s-1vcpu-3gb"), &json!("active")));
    assert_eq!(droplet["size"]["price_monthly"], 15.0);
    assert!(droplet["size"]["price_hourly"].is_f64());
    let of_the_cluster = format!("k8s:{}", text(&cluster["id"]));
    assert_eq!(tags(droplet), ["k8s", &of_the_cluster, "k8s:worker"]);
}

#[tokio::test]
async fn workloads_bring_a_load_balancer_and_a_volume_of_the_cluster() {
    let outside = outside().await;
    everything_up(&outside).await;
    assert_eq!(outside.cloud_counts().await, [1, 1, 1, 1]);

    let cluster = text(&outside.in_the_cloud("kubernetes_clusters").await[0]["id"]);
    let droplet = &outside.in_the_cloud("droplets").await[0]["id"];
    let load_balancer = &outside.in_the_cloud("load_balancers").await[0];
    let name = text(&load_balancer["name"]);
    assert!(
        name.len() == 32 && name.starts_with('a') && name.chars().all(|c| c.is_ascii_hexdigit()),
        "{name}"
    );
    let volume = &outside.in_the_cloud("volumes").await[0];
    assert!(text(&volume["name"]).starts_with("pvc-"), "{volume}");
    for extra in [load_balancer, volume] {
        assert_eq!(tags(extra), [format!("k8s:{cluster}")]);
        assert_eq!(extra["droplet_ids"], json!([droplet]));
    }

    outside.ended_pipeline("release").await;
    assert_eq!(outside.in_the_cloud("load_balancers").await[0]["id"], load_balancer["id"], "once is enough");
    assert_eq!(outside.cloud_counts().await, [1, 1, 1, 1]);
    outside.ended_pipeline("destroy-release").await;
    assert_eq!(outside.cloud_counts().await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn everything_is_gone_when_the_cluster_is_destroyed() {
    let outside = outside().await;
    everything_up(&outside).await;
    let cluster = text(&outside.in_the_cloud("kubernetes_clusters").await[0]["id"]);
    outside.pipeline("destroy-cluster").await;
    outside.wait(PENDING);
    assert_eq!(outside.in_the_cloud("kubernetes_clusters").await[0]["status"]["state"], "deleting");
    assert_eq!(outside.cloud_counts().await, [1, 1, 1, 1]);

    outside.wait(110);
    assert_eq!(outside.cloud_counts().await, [0, 0, 0, 0]);
    let gone = outside.digitalocean(&format!("/v2/kubernetes/clusters/{cluster}"));
    assert_eq!(read(gone).await.0, 404);
}

#[tokio::test]
async fn a_new_cluster_has_nothing_of_the_old_one_but_its_name() {
    let outside = outside().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        everything_up(&outside).await;
        let cluster = outside.in_the_cloud("kubernetes_clusters").await.remove(0);
        let others = ["droplets", "load_balancers", "volumes"];
        seen.push(cluster["id"].clone());
        seen.push(cluster["node_pools"][0]["id"].clone());
        for list in others {
            seen.push(outside.in_the_cloud(list).await[0]["id"].clone());
            seen.push(outside.in_the_cloud(list).await[0]["name"].clone());
        }
        outside.ended_pipeline("destroy-cluster").await;
    }
    let (first, second) = seen.split_at(seen.len() / 2);
    for (one, other) in first.iter().zip(second) {
        assert_ne!(one, other);
    }
}

#[tokio::test]
async fn a_failed_create_leaves_something_that_is_shown() {
    let outside = outside().await;
    outside.sim.fail_next("release-cluster").unwrap();
    outside.ended_pipeline("release-cluster").await;
    assert_eq!(outside.in_the_cloud("kubernetes_clusters").await[0]["status"]["state"], "provisioning");
    outside.ended_pipeline("destroy-cluster").await;
    assert_eq!(outside.cloud_counts().await, [0, 0, 0, 0]);
}

#[tokio::test]
async fn a_cluster_that_was_there_before_is_shown_under_the_name_of_the_settings() {
    let settings = Settings {
        starts_with_a_cluster: true,
        cluster_name: "night-shift".to_owned(),
        ..Settings::default()
    };
    let outside = outside_with(settings).await;
    let cluster = &outside.in_the_cloud("kubernetes_clusters").await[0];
    assert_eq!((&cluster["name"], &cluster["status"]["state"]), (&json!("night-shift"), &json!("running")));
    outside.ended_pipeline("destroy-cluster").await;
    assert_eq!(outside.cloud_counts().await, [0, 0, 0, 0]);
}

#[tokio::test]
async fn droplets_and_volumes_are_found_by_name_and_droplets_by_tag() {
    let outside = outside().await;
    everything_up(&outside).await;
    outside.sim.add_stranger("by-hand");
    let cluster = text(&outside.in_the_cloud("kubernetes_clusters").await[0]["id"]);
    let droplet = text(&outside.in_the_cloud("droplets").await[0]["name"]);
    let volume = text(&outside.in_the_cloud("volumes").await[0]["name"]);
    let found = [
        (format!("droplets?tag_name=k8s:{cluster}"), 1),
        ("droplets?tag_name=k8s".to_owned(), 2),
        (format!("droplets?name={droplet}"), 1),
        (format!("volumes?name={volume}"), 1),
        ("volumes?name=other".to_owned(), 0),
    ];
    for (path, count) in found {
        assert_eq!(outside.digitalocean_get(&format!("/v2/{path}")).await["meta"]["total"], count, "{path}");
    }
}

#[tokio::test]
async fn a_cluster_made_by_hand_stays_whatever_the_pipelines_do() {
    let outside = outside().await;
    let by_hand = outside.behind_the_scenes(Method::POST, "/_strangers").json(&json!({ "name": "by-hand" }));
    let (status, stranger) = read(by_hand).await;
    assert_eq!(status, 201);
    assert_eq!(outside.sim.stacks().cluster, simulator::Cluster::None);
    outside.ended_pipeline("destroy-cluster").await;

    let shown = &outside.in_the_cloud("kubernetes_clusters").await[0];
    assert_eq!((&shown["id"], &shown["name"]), (&stranger["id"], &json!("by-hand")));
    assert_eq!(shown["status"]["state"], "running");
    let droplet = &outside.in_the_cloud("droplets").await[0];
    assert!(tags(droplet).contains(&format!("k8s:{}", text(&stranger["id"]))));
}

#[tokio::test]
async fn a_cluster_made_by_hand_needs_a_name() {
    let outside = outside().await;
    let nameless =
        [(json!({}), "name"), (json!({ "name": "" }), "name"), (json!({ "name": "a", "size": "l" }), "size")];
    for (body, reason) in nameless {
        let (status, refused) =
            read(outside.behind_the_scenes(Method::POST, "/_strangers").json(&body)).await;
        assert_eq!(status, 422);
        assert!(text(&refused["error"]).contains(reason), "{refused}");
    }
    assert_eq!(outside.cloud_counts().await, [0, 0, 0, 0]);
}
