//! What the account holds at one moment. Ids and names are made from the workflow that something came from, so they
//! are the same in every answer and new for each new cluster.

use uuid::Uuid;

use crate::clock::Moment;
use crate::life::{Extras, Life};
use crate::outside::Outside;
use crate::world::{Cluster, World};

/// Of a cluster for which the pipeline was not told one, and of one that was made by hand.
const DEFAULT_MACHINE: &str = "s-4vcpu-8gb";

// The zeros keep a random UUID one.
const POOL: u128 = 0x4f1c_9a27_63d8_0b15_08e4_7c0d_92ab_3361;
const NODE: u128 = 0xb860_1d5e_24c7_0f93_0a71_d239_4e8c_05fa;
const DROPLET: u128 = 0x27d3_84f6_b91e_0c40_0d5a_6b17_f382_e90c;
const LOAD_BALANCER: u128 = 0xe15b_70c8_3a9d_0246_07f3_91de_5c64_b82a;
const LOAD_BALANCER_NAME: u128 = 0x93a2_e64d_0f7b_08d1_0bc5_2e48_a719_6df0;
const VOLUME: u128 = 0x6c0e_3fb5_d812_0a79_0194_f85a_3bd7_204e;
const VOLUME_NAME: u128 = 0xd947_5b82_e6a0_0d3c_0628_04f1_c95e_7ab3;

#[derive(Debug, Default)]
pub(super) struct Inventory {
    pub clusters: Vec<OneNodeCluster>,
    pub extras: Vec<Attached>,
}

/// All clusters here have one pool with one machine.
#[derive(Clone, Debug)]
pub(super) struct OneNodeCluster {
    pub id: Uuid,
    pub name: String,
    pub state: &'static str,
    pub machine: String,
    pub since: Moment,
}

/// A load balancer and a volume. A cluster that is gone may have left them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attached {
    origin: Uuid,
    pub cluster: Uuid,
    /// `None` where the machine is gone.
    pub droplet: Option<u64>,
    pub since: Moment,
}

impl Inventory {
    /// The oldest first.
    pub fn take(outside: &Outside, now: Moment) -> Self {
        let memory = outside.memory();
        let world = memory.world(outside.settings(), now);
        let mut inventory = Self::default();
        for life in &world.lives {
            let cluster = OneNodeCluster::living(life, &world, &outside.settings().cluster_name);
            let droplet = life.is_there(now).then(|| cluster.droplet());
            let extras = life.extras.iter().filter(|extras| extras.are_there(now));
            inventory.extras.extend(extras.map(|extras| Attached::to(cluster.id, droplet, extras)));
            if life.is_there(now) {
                inventory.clusters.push(cluster);
            }
        }
        inventory.clusters.extend(memory.digitalocean.strangers().iter().map(|stranger| OneNodeCluster {
            id: stranger.origin,
            name: stranger.name.clone(),
            state: "running",
            machine: DEFAULT_MACHINE.to_owned(),
            since: stranger.since,
        }));
        inventory
    }
}

impl OneNodeCluster {
    fn living(life: &Life, world: &World, name: &str) -> Self {
        let is_going = life.end.is_some() || world.cluster == Cluster::Destroying;
        Self {
            id: life.origin,
            name: name.to_owned(),
            state: match life.up {
                _ if is_going => "deleting",
                Some(_) => "running",
                None => "provisioning",
            },
            machine: life.machine.clone().unwrap_or_else(|| DEFAULT_MACHINE.to_owned()),
            since: life.begun,
        }
    }

    pub fn pool(&self) -> Uuid {
        derived(self.id, POOL)
    }

    pub fn node(&self) -> Uuid {
        derived(self.id, NODE)
    }

    /// Droplets have numbers.
    pub fn droplet(&self) -> u64 {
        let within_range = derived(self.id, DROPLET).as_u128() % 300_000_000;
        200_000_000 + within_range as u64
    }

    pub fn node_name(&self) -> String {
        format!("{}-pool-{}", self.name, &self.node().simple().to_string()[..5])
    }

    pub fn is_provisioning(&self) -> bool {
        self.state == "provisioning"
    }
}

impl Attached {
    fn to(cluster: Uuid, droplet: Option<u64>, extras: &Extras) -> Self {
        Self { origin: extras.origin, cluster, droplet, since: extras.since }
    }

    pub fn load_balancer(&self) -> Uuid {
        derived(self.origin, LOAD_BALANCER)
    }

    /// Kubernetes takes the letter `a` and the UID of the service, and cuts it at 32 characters.
    pub fn load_balancer_name(&self) -> String {
        format!("a{}", &derived(self.origin, LOAD_BALANCER_NAME).simple().to_string()[..31])
    }

    pub fn volume(&self) -> Uuid {
        derived(self.origin, VOLUME)
    }

    pub fn volume_name(&self) -> String {
        format!("pvc-{}", derived(self.origin, VOLUME_NAME))
    }
}

fn derived(origin: Uuid, purpose: u128) -> Uuid {
    Uuid::from_u128(origin.as_u128() ^ purpose)
}
