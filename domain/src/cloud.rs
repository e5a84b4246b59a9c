//! What the cloud itself shows: the judge of whether something still exists and costs money.
//!
//! An observer reads the whole account; which of it belongs to which cluster is decided here.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::price::{ListName, PriceSource};
use crate::spelling::spelled_enum;

spelled_enum! {
    /// A thing in the cloud that costs money, or that holds such things together.
    ResourceKind ("resource kind") {
        Cluster = "cluster",
        Machine = "machine",
        LoadBalancer = "load_balancer",
        Volume = "volume",
    }
}

impl ResourceKind {
    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Machine => "machine",
            Self::LoadBalancer => "load balancer",
            Self::Volume => "volume",
        }
    }
}

/// The day of which the built-in prices of load balancers and volumes are. A machine tells its own with each look.
const BUILT_IN_PRICES_OF: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 11, 22);

/// One thing in the cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    pub kind: ResourceKind,
    /// The cloud's id of it, unique within its kind.
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub tags: Vec<String>,
    pub created_at: Option<Time>,
    /// US dollars for a day, where the cloud or its price list says so.
    pub daily: Option<Decimal>,
    /// The machine type of its machines, where it has any: "s-2vcpu-4gb".
    pub machine: Option<String>,
}

impl Resource {
    /// By which list its price is; none where that is not known. `seen_at` is when the cloud showed it.
    pub fn list(&self, seen_at: Option<Time>) -> Option<ListName> {
        self.daily?;
        let of = match self.kind {
            ResourceKind::LoadBalancer | ResourceKind::Volume => BUILT_IN_PRICES_OF,
            ResourceKind::Cluster | ResourceKind::Machine => seen_at.map(|at| at.date_naive()),
        };
        Some(ListName { source: PriceSource::DigitalOcean, of })
    }
}

/// By what the things of one cluster are recognised in the cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudMark {
    /// The name of the cluster in the cloud.
    pub name: String,
    /// A tag that everything of the cluster carries, where the pipelines set one.
    pub tag: Option<String>,
}

/// What of the account belongs to the cluster: what carries its name or tag, what hangs on a cluster of that name, and
/// what was seen to belong to it before, or hangs on something that was.
///
/// The cloud tags what its Kubernetes service makes with `k8s:` and the id of the cluster.
pub fn belonging<'a>(account: &'a [Resource], mark: &CloudMark, known_ids: &[String]) -> Vec<&'a Resource> {
    let carries_mark = |resource: &Resource| {
        mark.tag.as_ref().is_some_and(|tag| resource.tags.contains(tag)) || resource.name == mark.name
    };
    let present = account
        .iter()
        .filter(|resource| resource.kind == ResourceKind::Cluster && carries_mark(resource))
        .map(|cluster| &cluster.id);
    let cluster_tags: Vec<String> = present.chain(known_ids).map(|id| format!("k8s:{id}")).collect();
    account
        .iter()
        .filter(|resource| {
            carries_mark(resource)
                || known_ids.contains(&resource.id)
                || resource.tags.iter().any(|tag| cluster_tags.contains(tag))
        })
        .collect()
}

/// Clusters in the account that belong to none of the marks: nobody here can destroy them.
pub fn strangers<'a>(account: &'a [Resource], marks: &[CloudMark]) -> Vec<&'a Resource> {
    account
        .iter()
        .filter(|resource| resource.kind == ResourceKind::Cluster)
        .filter(|resource| {
            marks.iter().all(|mark| belonging(account, mark, &[]).iter().all(|own| own != resource))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(kind: ResourceKind, id: &str, name: &str, tags: &[&str]) -> Resource {
        Resource {
            kind,
            id: id.into(),
            name: name.into(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            created_at: None,
            daily: None,
            machine: None,
        }
    }

    #[test]
    fn a_price_of_the_cloud_says_of_which_day_it_is() {
        let seen_at = Some("2026-11-30T12:00:00Z".parse().unwrap());
        let list = |kind, daily| Resource { daily, ..resource(kind, "1", "a", &[]) }.list(seen_at);
        let (a_dime, day) =
            (Some(Decimal::new(10, 2)), |list: Option<ListName>| list.unwrap().of.unwrap().to_string());
        assert_eq!(day(list(ResourceKind::Machine, a_dime)), "2026-11-30");
        assert_eq!(day(list(ResourceKind::Volume, a_dime)), "2026-11-22", "it is built in");
        assert_eq!(list(ResourceKind::Volume, None), None);
    }

    fn ids(found: &[&Resource]) -> Vec<String> {
        found.iter().map(|resource| resource.id.clone()).collect()
    }

    fn account() -> Vec<Resource> {
        vec![
            resource(ResourceKind::Cluster, "c1", "prod", &[]),
            resource(ResourceKind::Machine, "d1", "pool-1", &["k8s", "k8s:c1"]),
            resource(ResourceKind::Cluster, "c2", "other", &[]),
            resource(ResourceKind::Volume, "v2", "pvc-2", &["k8s:c2"]),
            resource(ResourceKind::LoadBalancer, "l1", "a77", &["prod-tag"]),
        ]
    }

    #[test]
    fn what_hangs_on_a_cluster_belongs_to_it_and_what_hangs_on_another_does_not() {
        let mark = CloudMark { name: "prod".into(), tag: Some("prod-tag".into()) };
        assert_eq!(ids(&belonging(&account(), &mark, &[])), ["c1", "d1", "l1"]);
    }

    #[test]
    fn a_volume_is_still_recognised_when_its_cluster_is_gone() {
        let mark = CloudMark { name: "other".into(), tag: None };
        let left: Vec<Resource> = account().into_iter().filter(|resource| resource.id != "c2").collect();
        assert!(belonging(&left, &mark, &[]).is_empty());
        assert_eq!(ids(&belonging(&left, &mark, &["c2".to_owned()])), ["v2"]);
        let other = CloudMark { name: "gone".into(), tag: None };
        assert_eq!(ids(&belonging(&left, &other, &["l1".to_owned()])), ["l1"]);
    }

    #[test]
    fn a_cluster_that_no_mark_knows_is_a_stranger() {
        let mark = CloudMark { name: "prod".into(), tag: None };
        assert_eq!(ids(&strangers(&account(), &[mark])), ["c2"]);
    }
}
