//! The JSON of clusters, droplets, load balancers, volumes and sizes ("DigitalOcean API", the OpenAPI of 2026). What
//! belongs to a cluster carries its tag; the tags of a load balancer are in no documentation, but there.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::inventory::{Attached, OneNodeCluster};
use super::sizes::{self, Size};
use crate::clock::Moment;
use crate::outside::Outside;

const REGION: &str = "sfo2";
const KUBERNETES: &str = "1.34.1-do.0";
const NETWORK: &str = "c33931f2-a26a-4e61-b85c-4e95a2ec431b";

pub(super) fn cluster(cluster: &OneNodeCluster, outside: &Outside) -> Value {
    let created = stamp(cluster.since, outside);
    json!({
        "id": cluster.id,
        "name": cluster.name,
        "region": REGION,
        "version": KUBERNETES,
        "cluster_subnet": "10.244.0.0/16",
        "service_subnet": "10.245.0.0/16",
        "vpc_uuid": NETWORK,
        "ipv4": "",
        "endpoint": format!("https://{}.k8s.ondigitalocean.com", cluster.id),
        "tags": ["k8s", format!("k8s:{}", cluster.id)],
        "node_pools": [node_pool(cluster, outside)],
        "maintenance_policy": { "start_time": "04:00", "duration": "4h0m0s", "day": "any" },
        "auto_upgrade": false,
        "status": { "state": cluster.state, "message": "" },
        "created_at": created,
        "updated_at": created,
        "surge_upgrade": false,
        "ha": false,
        "registry_enabled": false,
        "key_of_tomorrow": { "open": true },
    })
}

fn node_pool(cluster: &OneNodeCluster, outside: &Outside) -> Value {
    let created = stamp(cluster.since, outside);
    json!({
        "id": cluster.pool(),
        "name": format!("{}-pool", cluster.name),
        "size": cluster.machine,
        "count": 1,
        "tags": worker_tags(cluster),
        "labels": null,
        "taints": [],
        "auto_scale": false,
        "min_nodes": 0,
        "max_nodes": 0,
        "nodes": [{
            "id": cluster.node(),
            "name": cluster.node_name(),
            "status": { "state": cluster.state },
            "droplet_id": cluster.droplet().to_string(),
            "created_at": created,
            "updated_at": created,
        }],
    })
}

pub(super) fn droplet(cluster: &OneNodeCluster, outside: &Outside) -> Value {
    let size = sizes::named(&cluster.machine);
    json!({
        "id": cluster.droplet(),
        "name": cluster.node_name(),
        "memory": size.map(|size| size.memory_mb),
        "vcpus": size.map(|size| size.vcpus),
        "disk": size.map(|size| size.disk_gb),
        "locked": false,
        "status": if cluster.is_provisioning() { "new" } else { "active" },
        "kernel": null,
        "created_at": stamp(cluster.since, outside),
        "features": ["private_networking"],
        "backup_ids": [],
        "next_backup_window": null,
        "snapshot_ids": [],
        "image": { "id": 117533468, "distribution": "Debian", "slug": null, "public": false },
        "volume_ids": [],
        "size": size.map_or_else(|| json!({ "slug": cluster.machine }), self::size),
        "size_slug": cluster.machine,
        "networks": { "v4": [], "v6": [] },
        "region": { "name": "San Francisco 2", "slug": REGION, "available": true },
        "tags": worker_tags(cluster),
        "vpc_uuid": NETWORK,
        "key_of_tomorrow": 1,
    })
}

pub(super) fn load_balancer(extras: &Attached, outside: &Outside) -> Value {
    json!({
        "id": extras.load_balancer(),
        "name": extras.load_balancer_name(),
        "ip": "203.0.113.17",
        "size": "lb-small",
        "size_unit": 1,
        "type": "REGIONAL",
        "algorithm": "round_robin",
        "status": "active",
        "created_at": stamp(extras.since, outside),
        "forwarding_rules": [],
        "region": { "name": "San Francisco 2", "slug": REGION, "available": true },
        "tag": "",
        "tags": [format!("k8s:{}", extras.cluster)],
        "droplet_ids": extras.droplet.into_iter().collect::<Vec<_>>(),
        "redirect_http_to_https": false,
        "vpc_uuid": NETWORK,
        "key_of_tomorrow": [],
    })
}

pub(super) fn volume(extras: &Attached, outside: &Outside) -> Value {
    json!({
        "id": extras.volume(),
        "name": extras.volume_name(),
        "region": { "name": "San Francisco 2", "slug": REGION, "available": true },
        "droplet_ids": extras.droplet.into_iter().collect::<Vec<_>>(),
        "description": "Created by DigitalOcean CSI driver",
        "size_gigabytes": 1,
        "filesystem_type": "ext4",
        "filesystem_label": "",
        "created_at": stamp(extras.since, outside),
        "tags": [format!("k8s:{}", extras.cluster)],
        "key_of_tomorrow": null,
    })
}

pub(super) fn size(size: &Size) -> Value {
    json!({
        "slug": size.slug,
        "memory": size.memory_mb,
        "vcpus": size.vcpus,
        "disk": size.disk_gb,
        "transfer": size.transfer_tb,
        "price_monthly": size.monthly,
        "price_hourly": f64::from(size.hourly),
        "regions": [REGION],
        "available": true,
        "description": "Basic",
        "disk_info": [{ "type": "local", "size": { "amount": size.disk_gb, "unit": "gib" } }],
    })
}

fn worker_tags(cluster: &OneNodeCluster) -> Value {
    json!(["k8s", format!("k8s:{}", cluster.id), "k8s:worker"])
}

/// In whole seconds.
fn stamp(moment: Moment, outside: &Outside) -> String {
    outside.date(moment).to_rfc3339_opts(SecondsFormat::Secs, true)
}
