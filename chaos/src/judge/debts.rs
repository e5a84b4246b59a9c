//! Debts: there before anything can exist, and until nothing does.

use chrono::TimeDelta;
use domain::Time;
use domain::cloud::ResourceKind;
use domain::cluster::ClusterState;
use domain::obligation::{Obligation, ObligationState};
use domain::plan::MAX_NOT_FOUND;
use domain::proof::CLEAN_LOOKS;
use domain::record::Evidence;
use domain::standing::{Doubt, Source, doubt};

use super::Law;
use crate::stage::Stage;
use crate::world::{Origin, Run, RunId, RunState, Thing, Window};

impl Stage {
    /// A call that may create something has arrived.
    pub(super) fn judge_debt_of_create(&self, run: &Run, origin: &Origin, cluster: &str) {
        let store = self.store.borrow();
        let is_owed = store.unsettled(cluster).is_some();
        let accepted_at = store.row(origin.job).map(|row| row.job.created_at);
        let was_closed = self.judge.borrow().closed_at.get(cluster).copied() >= accepted_at;
        if !is_owed && !was_closed && run.window != Some(Window::StaleCall) {
            self.judge_breach(Law::DebtBeforeCreate, || {
                format!("{} may create {cluster}, and nothing is owed for it", run.name())
            });
        }
    }

    /// What stands of a cluster is owed, or somebody has taken it over, or it could not be known.
    pub fn judge_cluster(&self, cluster: &str) {
        let store = self.store.borrow();
        if store.unsettled(cluster).is_some() {
            return;
        }
        let last = store.obligations.iter().rfind(|owed| owed.cluster == cluster);
        let world = self.world.borrow();
        let unowed = world.standing(cluster).find(|thing| !self.is_excused(thing, last));
        if let Some(thing) = unowed {
            self.judge_breach(Law::DebtWhileItStands, || {
                format!("{} of {cluster} stands, and nothing is owed for it", thing.resource.id)
            });
        }
    }

    /// Whether nobody is to blame that nothing is owed for it any more.
    fn is_excused(&self, thing: &Thing, last: Option<&Obligation>) -> bool {
        let world = self.world.borrow();
        let maker = &world.runs[thing.made_by];
        let is_stray = maker.origin.is_none() || maker.window.is_some();
        let Some(last) = last else { return is_stray };
        let is_taken = self.store.borrow().is_accepted(&thing.cluster, &thing.resource);
        let is_unproved = last.evidence == Some(Evidence::Ci) && thing.was_lied_about;
        is_stray
            || is_taken
            || is_unproved
            || last.state == ObligationState::Closed
            || !self.is_recognisable(thing)
    }

    /// Whether the cloud shows by a name or a tag to which cluster it belongs.
    fn is_recognisable(&self, thing: &Thing) -> bool {
        let store = self.store.borrow();
        let is_known = store.observations.get(&thing.cluster).is_some_and(|observation| {
            observation
                .known_ids
                .iter()
                .any(|id| *id == thing.resource.id || thing.resource.tags.contains(&format!("k8s:{id}")))
        });
        thing.resource.kind == ResourceKind::Cluster || self.scenario.tag.is_some() || is_known
    }

    /// A debt counts as paid.
    pub(super) fn judge_settled(&self, id: i64) {
        let store = self.store.borrow();
        let Some(owed) = store.obligations.iter().find(|owed| owed.id == id) else { return };
        let can_be_proved = self.scenario.has_observer && owed.cloud.is_some();
        let is_proved = match owed.evidence {
            Some(Evidence::Ci) | None => !can_be_proved && !self.has_stray_at_work(&owed.cluster),
            Some(Evidence::Cloud | Evidence::Accepted) => self.was_looked_at(owed),
        };
        if !is_proved {
            self.judge_breach(Law::SettledOnProof, || {
                format!("the debt of {} is settled without the proof that it needs", owed.cluster)
            });
        }
        self.judge_cluster(&owed.cluster);
    }

    /// Whether a run that the service knows of, and that nobody follows, may still create something.
    fn has_stray_at_work(&self, cluster: &str) -> bool {
        let world = self.world.borrow();
        self.store.borrow().strays.iter().any(|row| {
            let run = row.stray.run.id.parse::<RunId>().ok().and_then(|id| world.runs.get(id));
            let is_at_work = run.is_some_and(|run| !matches!(run.state, RunState::Ended(_)));
            let is_denied = row.stray.missing_looks >= MAX_NOT_FOUND;
            row.cluster == cluster && row.may_create && is_at_work && !is_denied
        })
    }

    fn was_looked_at(&self, owed: &Obligation) -> bool {
        let judge = self.judge.borrow();
        let looks = judge.looks.get(&owed.cluster).map(Vec::as_slice).unwrap_or_default();
        let since = |at: Time| owed.verifying_since.is_some_and(|since| at >= since);
        let clean = looks.iter().filter(|(at, is_empty)| *is_empty && since(*at)).count();
        i32::try_from(clean).is_ok_and(|clean| clean >= CLEAN_LOOKS)
    }

    /// The cloud was asked at that moment.
    pub fn judge_looked(&self, cluster: &str, asked_at: Time, is_empty: bool) {
        self.judge.borrow_mut().looks.entry(cluster.to_owned()).or_default().push((asked_at, is_empty));
    }

    /// Looks, while somebody is there to do something about it, whether a job keeps a cluster for longer than it may.
    pub fn judge_deadlines(&self) {
        const PATIENCE: u32 = 5;
        let now = self.clock.now();
        for cluster in &self.scenario.catalogue.clusters {
            let overstays = self.store.borrow().overstays(&cluster.name, now);
            let looks = {
                let mut judge = self.judge.borrow_mut();
                let looks = judge.overstays.entry(cluster.name.clone()).or_default();
                *looks = if overstays.is_some() { *looks + 1 } else { 0 };
                *looks
            };
            if let Some(job) = overstays.filter(|_| looks > PATIENCE) {
                self.judge_breach(Law::EndsInTime, || {
                    format!("job {job} keeps {} though its time is over", cluster.name)
                });
            }
        }
    }

    pub(super) fn note_closed(&self, id: i64) {
        let store = self.store.borrow();
        if let Some(owed) = store.obligations.iter().find(|owed| owed.id == id) {
            self.judge.borrow_mut().closed_at.insert(owed.cluster.clone(), self.clock.now());
        }
    }

    /// What stands though nothing is owed for it is shown to people, where the cloud can be asked.
    pub(super) fn judge_shown(&self, name: &str) {
        let now = self.clock.now();
        let spec = self.scenario.catalogue.cluster(name).filter(|spec| spec.cloud.is_some());
        if spec.is_none() || !self.scenario.has_observer || !self.has_config.get() {
            return;
        }
        let store = self.store.borrow();
        let Some(cluster) = store.cluster(name).filter(|cluster| cluster.state == ClusterState::Down) else {
            return;
        };
        let is_there = self.world.borrow().standing(name).any(|thing| self.is_recognisable(thing));
        if !is_there || store.unsettled(name).is_some() {
            return;
        }
        let answered_at = store.observations.get(name).and_then(|observation| observation.answered_at);
        let source =
            Source { who: "cloud".to_owned(), answered_at: answered_at.unwrap_or(now - TimeDelta::days(1)) };
        let seen = doubt(&cluster, None, store.observations.get(name), Some(&source), None, now);
        if !matches!(seen, Some(Doubt::Disagreement { .. })) {
            self.judge_breach(Law::LeakIsShown, || {
                format!("{name} stands, and is shown as down without a doubt")
            });
        }
    }
}
