//! Looking at clusters, droplets, load balancers, volumes, sizes and the account ("DigitalOcean API", sections of those
//! names).

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::inventory::Inventory;
use super::page::Paging;
use super::{refuse, show, sizes};
use crate::outside::Outside;
use crate::service::Refusal;

#[derive(Deserialize)]
pub(super) struct DropletQuery {
    tag_name: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct VolumeQuery {
    name: Option<String>,
}

pub(super) async fn clusters(State(outside): State<Outside>, paging: Paging) -> Response {
    let inventory = Inventory::take(&outside, outside.now());
    let clusters = inventory.clusters.iter().map(|cluster| show::cluster(cluster, &outside));
    paging.page("kubernetes_clusters", clusters.collect())
}

pub(super) async fn cluster(State(outside): State<Outside>, Path(id): Path<String>) -> Response {
    let inventory = Inventory::take(&outside, outside.now());
    match inventory.clusters.iter().find(|cluster| cluster.id.to_string() == id) {
        Some(cluster) => {
            Json(json!({ "kubernetes_cluster": show::cluster(cluster, &outside) })).into_response()
        }
        None => refuse(Refusal::NotFound),
    }
}

pub(super) async fn droplets(
    State(outside): State<Outside>,
    Query(query): Query<DropletQuery>,
    paging: Paging,
) -> Response {
    let inventory = Inventory::take(&outside, outside.now());
    let has_tag = |droplet: &Value| {
        let tags = droplet["tags"].as_array();
        query.tag_name.is_none()
            || tags.into_iter().flatten().any(|tag| tag.as_str() == query.tag_name.as_deref())
    };
    let droplets = inventory
        .clusters
        .iter()
        .map(|cluster| show::droplet(cluster, &outside))
        .filter(has_tag)
        .filter(|droplet| has_name(droplet, query.name.as_deref()));
    paging.page("droplets", droplets.collect())
}

pub(super) async fn load_balancers(State(outside): State<Outside>, paging: Paging) -> Response {
    let inventory = Inventory::take(&outside, outside.now());
    let load_balancers = inventory.extras.iter().map(|extras| show::load_balancer(extras, &outside));
    paging.page("load_balancers", load_balancers.collect())
}

pub(super) async fn volumes(
    State(outside): State<Outside>,
    Query(query): Query<VolumeQuery>,
    paging: Paging,
) -> Response {
    let inventory = Inventory::take(&outside, outside.now());
    let volumes = inventory
        .extras
        .iter()
        .map(|extras| show::volume(extras, &outside))
        .filter(|volume| has_name(volume, query.name.as_deref()));
    paging.page("volumes", volumes.collect())
}

pub(super) async fn sizes(paging: Paging) -> Response {
    paging.page("sizes", sizes::ALL.iter().map(show::size).collect())
}

pub(super) async fn account() -> Response {
    Json(json!({
        "account": {
            "droplet_limit": 25,
            "floating_ip_limit": 5,
            "name": "Deploy Bot",
            "email": "deploybot@example.com",
            "uuid": "b6fr89dbf6d9156cace5f3c78dc9851d957381ef",
            "email_verified": true,
            "status": "active",
            "status_message": "",
        }
    }))
    .into_response()
}

fn has_name(shown: &Value, wanted: Option<&str>) -> bool {
    wanted.is_none() || shown["name"].as_str() == wanted
}
