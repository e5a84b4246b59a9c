//! One cluster, with its prices and the job that was last at work on it.

use domain::Time;
#[cfg(feature = "ssr")]
use domain::catalogue::{Catalogue, ClusterSpec};
#[cfg(feature = "ssr")]
use domain::cluster::Cluster;
use domain::cluster::{ClusterState, Deployment};
use domain::size::Size;
use serde::Deserialize;
#[cfg(feature = "ssr")]
use serde::Serialize;

use super::{JobRow, OwedView, Versioned};

/// A cluster as its card and its page show it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct ClusterView {
    pub name: String,
    pub state: ClusterState,
    pub since: Time,
    pub size: Option<Size>,
    /// "$0.036/h", of the present size.
    pub rate: Option<String>,
    pub failure: Option<String>,
    pub deployments: Vec<Deployment>,
    pub destroys_at: Option<Time>,
    /// The debt to destroy it, while there is one.
    pub owed: Option<OwedView>,
    /// The job at work on it, else the last one.
    pub latest_job: Option<JobRow>,
    pub sizes: Vec<SizeCard>,
    pub default_size: Size,
    pub lifetime_minutes: u32,
    /// Whether anything can be deployed on it.
    pub takes_services: bool,
    pub version: i64,
}

/// A size with its price, as somebody chooses it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "ssr", derive(Serialize))]
pub struct SizeCard {
    pub size: Size,
    pub vcpus: u16,
    pub memory_gb: u16,
    pub hourly: String,
    pub monthly: String,
}

impl ClusterView {
    #[cfg(feature = "ssr")]
    pub fn new(
        cluster: Cluster,
        spec: Option<&ClusterSpec>,
        latest_job: Option<JobRow>,
        catalogue: &Catalogue,
    ) -> Self {
        let sizes = spec.map(size_cards).unwrap_or_default();
        Self {
            rate: cluster.size.and_then(|size| hourly(&sizes, size)),
            default_size: spec.map_or(Size::S, |spec| spec.default_size),
            lifetime_minutes: spec.map_or(0, |spec| spec.lifetime_minutes),
            takes_services: !catalogue.services.is_empty(),
            name: cluster.name,
            state: cluster.state,
            since: cluster.since,
            size: cluster.size,
            failure: cluster.failure,
            deployments: cluster.deployments,
            destroys_at: cluster.destroys_at,
            owed: None,
            latest_job,
            sizes,
            version: cluster.version,
        }
    }

    /// The job that is at work on it or waits for its turn.
    pub fn active_job(&self) -> Option<&JobRow> {
        self.latest_job.as_ref().filter(|job| !job.state.is_final())
    }

    pub fn hourly(&self, size: Size) -> Option<String> {
        hourly(&self.sizes, size)
    }

    /// What needs a person comes first, then what moves, what costs, what rests.
    pub const fn rank(&self) -> u8 {
        match self.state {
            ClusterState::Failed | ClusterState::Unknown => 0,
            ClusterState::Provisioning | ClusterState::Destroying => 1,
            ClusterState::Up => 2,
            ClusterState::Down => 3,
        }
    }
}

impl Versioned for ClusterView {
    /// The card also shows how far the job is. A press is decided on the cluster's own version alone.
    fn version(&self) -> i64 {
        self.latest_job.as_ref().map_or(self.version, |job| job.version.max(self.version))
    }

    fn is_same_as(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

#[cfg(feature = "ssr")]
fn size_cards(spec: &ClusterSpec) -> Vec<SizeCard> {
    spec.sizes
        .iter()
        .map(|offer| SizeCard {
            size: offer.size,
            vcpus: offer.vcpus,
            memory_gb: offer.memory_gb,
            hourly: domain::text::hourly(offer.hourly),
            monthly: domain::text::monthly(offer.monthly),
        })
        .collect()
}

fn hourly(sizes: &[SizeCard], size: Size) -> Option<String> {
    sizes.iter().find(|card| card.size == size).map(|card| card.hourly.clone())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_rate_is_that_of_the_present_size() {
        let catalogue = samples::catalogue();
        let view = |size| {
            let cluster = Cluster { size, ..samples::cluster(ClusterState::Up) };
            ClusterView::new(cluster, catalogue.cluster("iriversland2"), None, &catalogue)
        };
        assert_eq!(view(Some(Size::M)).rate.as_deref(), Some("$0.036/h"));
        assert_eq!(view(None).rate, None);
    }

    #[test]
    fn a_cluster_that_the_config_no_longer_knows_is_shown_without_prices() {
        let view = ClusterView::new(samples::cluster(ClusterState::Up), None, None, &samples::catalogue());
        assert_eq!((view.rate, view.sizes), (None, Vec::new()));
    }

    #[test]
    fn what_needs_attention_comes_first() {
        let rank = |state| samples::cluster_view(state).rank();
        assert!(rank(ClusterState::Failed) < rank(ClusterState::Provisioning));
        assert!(rank(ClusterState::Provisioning) < rank(ClusterState::Up));
        assert!(rank(ClusterState::Up) < rank(ClusterState::Down));
    }
}
