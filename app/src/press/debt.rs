//! A press about what is owed for a cluster or stands in the cloud: it leads to the cluster's page, or back to the form
//! with the reason.

use std::sync::Arc;

use domain::actor::Actor;
use domain::catalogue::Catalogue;
use domain::stay::Stay;
use leptos_router::location::Url;
use store::{Error, Store};

use crate::act_problem::ActProblem;
use crate::adoption::{AdoptionError, adoption};
use crate::error::AppError;
use crate::facts::ClusterFacts;
use crate::reason;
use crate::respond::see_other;
use crate::stay;

/// Who pressed, and about which cluster.
pub struct ClusterPress {
    pub(super) store: Store,
    catalogue: Arc<Catalogue>,
    pub(super) actor: Actor,
    /// As the form sent it.
    pub(super) cluster: String,
}

impl ClusterPress {
    /// # Errors
    /// When there is no store or no catalogue.
    pub fn new(cluster: Option<String>, actor: Actor) -> Result<Self, AppError> {
        let (store, catalogue) = super::world()?;
        Ok(Self { store, catalogue, actor, cluster: cluster.unwrap_or_default().trim().to_owned() })
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn close_obligation(self, typed_name: String, because: String) -> Result<(), AppError> {
        if self.facts().await?.is_none() {
            return Ok(());
        }
        let entered = [("typed", typed_name.as_str()), ("because", because.as_str())];
        let back = |problem| self.go_back("close-obligation", problem, &entered);
        if typed_name.trim() != self.cluster {
            return back(ActProblem::Name);
        }
        let Ok(reason) = reason::required(&because) else { return back(ActProblem::Reason) };
        // Where nothing is owed any more, whoever settled or closed it stands on the page that this leads to.
        let closed = self.store.close_obligation(&self.cluster, &self.actor, &reason).await;
        closed.map_err(|error| AppError::internal(&error))?;
        see_other(&self.path());
        Ok(())
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn accept_leftover(self, kind: String, id: String, because: String) -> Result<(), AppError> {
        let Some(facts) = self.facts().await? else { return Ok(()) };
        let entered = [("kind", kind.as_str()), ("id", id.as_str()), ("because", because.as_str())];
        let back = |problem| self.go_back("accept-leftover", problem, &entered);
        let Ok(kind) = kind.parse() else { return back(ActProblem::Refused) };
        let Ok(reason) = reason::required(&because) else { return back(ActProblem::Reason) };
        if facts.accepted.iter().any(|taken| taken.kind == kind && taken.resource_id == id) {
            see_other(&self.path());
            return Ok(());
        }
        match self.store.accept_leftover(&self.cluster, kind, &id, &self.actor, &reason).await {
            Ok(()) => see_other(&self.path()),
            Err(error) if error.is_meant_for_people() => return back(ActProblem::Refused),
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    /// # Errors
    /// When the store cannot be reached.
    pub async fn adopt(self, length: String, until: String) -> Result<(), AppError> {
        let Some(facts) = self.facts().await? else { return Ok(()) };
        let entered = [("for", length.as_str()), ("until", until.as_str())];
        let back = |problem| self.go_back("adopt", problem, &entered);
        let now = self.store.now().await.map_err(|error| AppError::internal(&error))?;
        let Ok(stay) = Stay::from_form(&length, &until) else { return back(ActProblem::Time) };
        let adoption = match adoption(&facts, &self.catalogue, stay::end(stay, now), now) {
            Ok(adoption) => adoption,
            // Owed by now: somebody adopted it, or pressed twice.
            Err(_) if facts.unsettled().is_some() => {
                see_other(&self.path());
                return Ok(());
            }
            Err(AdoptionError::Time(_)) => return back(ActProblem::Time),
            Err(_) => return back(ActProblem::Refused),
        };
        match self.store.adopt_cluster(&adoption, &self.actor).await {
            Ok(_) => see_other(&self.path()),
            Err(Error::NotIdle(_)) => return back(ActProblem::Refused),
            Err(error) => return Err(AppError::internal(&error)),
        }
        Ok(())
    }

    /// None when there is no such cluster; the browser is then sent to the page that says so.
    async fn facts(&self) -> Result<Option<ClusterFacts>, AppError> {
        let facts = ClusterFacts::load(&self.store, &self.catalogue, &self.cluster).await;
        let facts = facts.map_err(|error| AppError::internal(&error))?;
        if facts.is_none() {
            see_other(&self.path());
        }
        Ok(facts)
    }

    pub(super) fn path(&self) -> String {
        format!("/clusters/{}", Url::escape(&self.cluster))
    }

    pub(super) fn go_back(
        &self,
        form: &str,
        problem: ActProblem,
        entered: &[(&str, &str)],
    ) -> Result<(), AppError> {
        see_other(&problem.path_back(&format!("{}/{form}", self.path()), entered));
        Ok(())
    }
}
