//! From DigitalOcean's things to ours.

use std::collections::HashMap;

use domain::cloud::{Resource, ResourceKind};

use super::answers::{Cluster, Droplet, LoadBalancer, Volume};
use super::prices;

/// How DigitalOcean's Kubernetes service begins the tags of what it makes.
const KUBERNETES: &str = "k8s:";

/// The lists of one account.
pub struct Account {
    pub clusters: Vec<Cluster>,
    pub droplets: Vec<Droplet>,
    pub load_balancers: Vec<LoadBalancer>,
    pub volumes: Vec<Volume>,
}

/// Everything that exists, in our words.
pub fn read(account: Account) -> Vec<Resource> {
    let machines = Machines::of(&account.droplets);
    let clusters = account.clusters.into_iter().filter(exists).map(cluster);
    let droplets = account.droplets.into_iter().map(droplet);
    let balancers = account.load_balancers.into_iter().map(|found| load_balancer(found, &machines));
    let volumes = account.volumes.into_iter().map(|found| volume(found, &machines));
    clusters.chain(droplets).chain(balancers).chain(volumes).collect()
}

/// The Kubernetes tags of the machines. What serves a machine or hangs on it shares them: whether DigitalOcean shows a
/// load balancer's own tags is not documented.
struct Machines(HashMap<u64, Vec<String>>);

impl Machines {
    fn of(droplets: &[Droplet]) -> Self {
        let of_kubernetes = |tag: &&String| tag.starts_with(KUBERNETES);
        let tags = |droplet: &Droplet| droplet.tags.iter().filter(of_kubernetes).cloned().collect();
        Self(droplets.iter().map(|droplet| (droplet.id, tags(droplet))).collect())
    }

    fn add_tags(&self, machines: Option<Vec<u64>>, tags: &mut Vec<String>) {
        let shared = machines.into_iter().flatten().filter_map(|machine| self.0.get(&machine)).flatten();
        for tag in shared {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
    }
}

/// A cluster that is being deleted still exists; one that was deleted is listed for a while.
fn exists(cluster: &Cluster) -> bool {
    cluster.status.as_ref().is_none_or(|status| status.state != "deleted")
}

/// Its machines are listed, and paid for, one by one.
fn cluster(found: Cluster) -> Resource {
    let pools = found.node_pools.into_iter().flatten();
    Resource {
        kind: ResourceKind::Cluster,
        id: found.id,
        name: found.name,
        tags: found.tags,
        created_at: found.created_at,
        daily: None,
        machine: pools.map(|pool| pool.size).next(),
    }
}

fn droplet(found: Droplet) -> Resource {
    Resource {
        kind: ResourceKind::Machine,
        id: found.id.to_string(),
        name: found.name,
        tags: found.tags,
        created_at: found.created_at,
        daily: found.size.and_then(|size| prices::machine(&size.price_hourly)),
        machine: found.size_slug,
    }
}

fn load_balancer(found: LoadBalancer, machines: &Machines) -> Resource {
    let mut tags = found.tags;
    tags.extend(found.tag.filter(|tag| !tag.trim().is_empty()));
    machines.add_tags(found.droplet_ids, &mut tags);
    Resource {
        kind: ResourceKind::LoadBalancer,
        id: found.id,
        name: found.name,
        tags,
        created_at: found.created_at,
        daily: Some(prices::load_balancer(found.r#type.as_deref(), found.size_unit)),
        machine: None,
    }
}

fn volume(found: Volume, machines: &Machines) -> Resource {
    let mut tags = found.tags;
    machines.add_tags(found.droplet_ids, &mut tags);
    Resource {
        kind: ResourceKind::Volume,
        id: found.id,
        name: found.name,
        tags,
        created_at: found.created_at,
        daily: found.size_gigabytes.map(prices::volume),
        machine: None,
    }
}
