//! Taking a cluster under the promise that was found in the cloud.

use domain::Time;
use domain::act::ActError;
use domain::catalogue::Catalogue;
use domain::cloud::Resource;
use domain::obligation::PlannedTeardown;
use domain::order::{Ask, AskError};
use domain::size::Size;
use store::Adoption;

use crate::facts::ClusterFacts;
use crate::stay;

/// Why a cluster cannot be adopted. Told to people as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdoptionError {
    #[error("A job is at work on {0}. Nothing was changed.")]
    Busy(String),
    #[error("The destroy of {0} is owed already. Nothing was changed.")]
    Owed(String),
    #[error("The cloud shows no cluster of {0} that nobody knows of. Nothing was changed.")]
    NotFound(String),
    #[error(transparent)]
    Time(#[from] ActError),
    /// The config does not say how to destroy it.
    #[error("{0} Nothing was changed.")]
    NoTeardown(#[from] AskError),
}

/// What is adopted, and how it is destroyed by the config of today.
///
/// # Errors
/// When there is nothing to adopt, or not until then.
pub fn adoption(
    facts: &ClusterFacts,
    catalogue: &Catalogue,
    destroys_at: Time,
    now: Time,
) -> Result<Adoption, AdoptionError> {
    let name = &facts.cluster.name;
    may_adopt(facts)?;
    stay::check(destroys_at, stay::latest(catalogue, name, now), now)?;
    let down = Ask { routine: "down".into(), cluster: name.clone(), ..Ask::default() };
    let order = catalogue.order(&down)?;
    let cloud = order.cloud.ok_or_else(|| AdoptionError::NotFound(name.clone()))?;
    let teardown = order.steps.into_iter();
    Ok(Adoption {
        cluster: name.clone(),
        size: size(facts),
        offer: size(facts).and_then(|size| catalogue.cluster(name)?.offer(size)).cloned(),
        destroys_at,
        limits: stay::limits(catalogue, name),
        teardown: teardown.map(|step| PlannedTeardown { title: step.title, action: step.action }).collect(),
        cloud,
    })
}

/// # Errors
/// Says why there is nothing to adopt.
pub fn may_adopt(facts: &ClusterFacts) -> Result<&Resource, AdoptionError> {
    let name = &facts.cluster.name;
    if facts.unsettled().is_some() {
        return Err(AdoptionError::Owed(name.clone()));
    }
    if facts.active_job().is_some() {
        return Err(AdoptionError::Busy(name.clone()));
    }
    facts.found().ok_or_else(|| AdoptionError::NotFound(name.clone()))
}

/// By the machine type of what the cloud shows; none when it is none of those that are offered.
pub fn size(facts: &ClusterFacts) -> Option<Size> {
    let machine = facts.left_in_cloud().find_map(|resource| resource.machine.as_ref())?;
    facts.offers.iter().find(|offer| offer.machine == *machine).map(|offer| offer.size)
}

#[cfg(test)]
mod tests {
    use domain::cloud::{CloudMark, ResourceKind};
    use domain::cluster::ClusterState;
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, catalogue, cluster_facts, guide_at_step, observation, owed, resource};

    fn marked() -> Catalogue {
        let mut catalogue = catalogue();
        catalogue.clusters[0].cloud = Some(CloudMark { name: "iriversland2".into(), tag: None });
        catalogue
    }

    fn found() -> ClusterFacts {
        let mut cluster = resource(ResourceKind::Cluster, "c1", "iriversland2");
        cluster.machine = Some("s-2vcpu-4gb".into());
        ClusterFacts {
            observation: Some(observation(vec![cluster])),
            has_mark: true,
            ..cluster_facts(ClusterState::Down)
        }
    }

    fn refused(facts: &ClusterFacts) -> String {
        adoption(facts, &marked(), at(300), at(60)).unwrap_err().to_string()
    }

    #[test]
    fn what_is_owed_or_at_work_or_not_there_is_not_adopted() {
        let is_owed = ClusterFacts { owed: Some(owed(ObligationState::Open)), ..found() };
        assert!(refused(&is_owed).starts_with("The destroy of iriversland2 is owed already."));
        let busy = ClusterFacts { latest_job: Some(guide_at_step(1)), ..found() };
        assert_eq!(refused(&busy), "A job is at work on iriversland2. Nothing was changed.");
        assert!(refused(&cluster_facts(ClusterState::Down)).starts_with("The cloud shows no cluster"));
    }

    #[test]
    fn nothing_is_adopted_for_ever() {
        let error = adoption(&found(), &marked(), at(60 * 60), at(60)).unwrap_err();
        assert!(matches!(error, AdoptionError::Time(_)), "{error}");
    }

    #[test]
    fn what_is_adopted_carries_how_it_is_destroyed_and_its_size() {
        let adoption = adoption(&found(), &marked(), at(300), at(60)).unwrap();
        assert_eq!((adoption.size, adoption.destroys_at), (Some(Size::M), at(300)));
        assert_eq!(adoption.offer.unwrap().machine, "s-2vcpu-4gb", "what the meter needs");
        let titles: Vec<_> = adoption.teardown.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(titles, ["Remove the workloads", "Destroy the cluster"]);
    }
}
