//! What the cloud showed of each cluster.

use chrono::TimeDelta;
use domain::Time;
use domain::cloud::Resource;
use domain::obligation::ObligationState;
use domain::proof::Observation;

use super::Store;

impl Store {
    /// Takes the turn to look at the account, when nobody has for `gap`.
    pub fn take_account_look(&mut self, gap: TimeDelta, now: Time) -> bool {
        let is_due = self.account_asked_at.is_none_or(|asked| asked <= now - gap);
        if is_due {
            self.account_asked_at = Some(now);
        }
        is_due
    }

    pub fn observation(&self, cluster: &str) -> Option<Observation> {
        self.observations.get(cluster).cloned()
    }

    /// Writes down what the cloud showed. A clean look counts only for the destroy that was being verified since `clears`
    /// when the look was begun.
    pub fn observed(&mut self, cluster: &str, resources: &[Resource], clears: Option<Time>, now: Time) {
        let is_clean = self
            .unsettled(cluster)
            .is_some_and(|owed| owed.state == ObligationState::Verifying && owed.verifying_since == clears);
        let known = self.observations.entry(cluster.to_owned()).or_insert_with(|| unseen(cluster, now));
        known.known_ids.extend(resources.iter().map(|resource| resource.id.clone()));
        known.known_ids.sort_unstable();
        known.known_ids.dedup();
        known.asked_at = now;
        known.answered_at = Some(now);
        known.resources = resources.to_vec();
        known.error = None;
        known.clean_looks = if is_clean { known.clean_looks + 1 } else { 0 };
    }

    pub fn not_observed(&mut self, cluster: &str, error: &str, now: Time) {
        let known = self.observations.entry(cluster.to_owned()).or_insert_with(|| unseen(cluster, now));
        known.asked_at = now;
        known.error = Some(error.to_owned());
    }

    pub fn is_accepted(&self, cluster: &str, resource: &Resource) -> bool {
        self.accepted_leftovers
            .iter()
            .any(|(of, kind, id)| of == cluster && *kind == resource.kind && *id == resource.id)
    }

    /// A named person takes over what the cloud showed of a cluster.
    pub fn accept_leftovers(&mut self, cluster: &str) {
        let shown = self.observations.get(cluster).map(|known| known.resources.clone()).unwrap_or_default();
        for resource in shown {
            if !self.is_accepted(cluster, &resource) {
                self.accepted_leftovers.push((cluster.to_owned(), resource.kind, resource.id));
            }
        }
        self.touch(cluster);
    }
}

fn unseen(cluster: &str, now: Time) -> Observation {
    Observation {
        cluster: cluster.to_owned(),
        first_asked_at: now,
        asked_at: now,
        answered_at: None,
        resources: Vec::new(),
        known_ids: Vec::new(),
        clean_looks: 0,
        error: None,
    }
}
