//! Debts: how records change them, and what becomes of them without a job.

use domain::Time;
use domain::actor::Actor;
use domain::cluster::ClusterState;
use domain::obligation::{Closing, Duty, Obligation, ObligationState, duty};
use domain::order::{Order, PlannedStep};
use domain::record::{Evidence, ObligationChange};
use domain::stay::StayTerms;
use domain::step::Phase;

use super::{News, Store};

/// An unsettled obligation, with what its duty depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    pub obligation: Obligation,
    /// Whether a job is at work on the cluster, or lined up to pay this debt.
    pub is_busy: bool,
    pub now: Time,
}

impl Store {
    /// Every obligation that is not settled, those with the fewest failed attempts first.
    pub fn owed(&self, now: Time) -> Vec<Owed> {
        let mut owed: Vec<Owed> = self
            .obligations
            .iter()
            .filter(|obligation| !obligation.state.is_final())
            .map(|obligation| Owed {
                obligation: obligation.clone(),
                is_busy: self.is_busy(&obligation.cluster),
                now,
            })
            .collect();
        owed.sort_by_key(|owed| {
            (owed.obligation.failed_attempts, owed.obligation.next_attempt_at, owed.obligation.id)
        });
        owed
    }

    pub(super) fn is_busy(&self, cluster: &str) -> bool {
        self.unfinished(cluster).any(|row| row.fence > 0 || row.job.pays_obligation)
    }

    /// Accepts the job that pays an obligation, unless a job is at work on the cluster by now or nothing is owed any more.
    pub fn accept_teardown(&mut self, cluster: &str, now: Time) -> Option<i64> {
        let is_busy = self.is_busy(cluster);
        let owed = self.unsettled(cluster).filter(|owed| duty(owed, is_busy, now) == Duty::Destroy)?.clone();
        let steps = owed.teardown.into_iter();
        let order = Order {
            routine: "down".into(),
            cluster: owed.cluster,
            size: None,
            service: None,
            steps: steps
                .map(|step| PlannedStep { phase: Phase::Forward, title: step.title, action: step.action })
                .collect(),
            teardown: Vec::new(),
            stay: StayTerms::default(),
            hold_seconds: 0,
            time_limit_minutes: None,
            cloud: owed.cloud,
            offer: None,
            resumes: None,
        };
        let number = self.insert(&order, &Actor::system(), None, now);
        if let Some(row) = self.row_mut(number) {
            row.job.pays_obligation = true;
        }
        if let Some(owed) = self.obligation_mut(owed.id)
            && matches!(owed.state, ObligationState::Open | ObligationState::Due)
        {
            owed.state = ObligationState::Due;
            owed.due_since.get_or_insert(now);
        }
        Some(number)
    }

    /// Settles a debt whose destroy the CI has reported.
    pub fn settle(&mut self, owed: &Obligation, evidence: Evidence, now: Time) -> bool {
        let Some(row) = self.obligation_mut(owed.id) else { return false };
        let is_the_same =
            row.state == ObligationState::Verifying && row.verifying_since == owed.verifying_since;
        if is_the_same {
            row.state = ObligationState::Settled;
            row.settled_at = Some(now);
            row.evidence = Some(evidence);
            self.news.push(News::Settled { obligation: owed.id });
        }
        self.touch(&owed.cluster);
        is_the_same
    }

    /// The cloud still shows what the CI calls destroyed.
    pub fn destroy_again(&mut self, owed: &Obligation, because: &str, next_attempt_at: Time, now: Time) {
        if let Some(row) = self.obligation_mut(owed.id)
            && row.state == ObligationState::Verifying
        {
            row.state = ObligationState::Due;
            row.failed_attempts += 1;
            row.last_error = Some(because.to_owned());
            row.next_attempt_at = next_attempt_at;
            row.verifying_since = None;
        }
        let cluster = self.clusters.iter_mut().map(|row| &mut row.0).find(|row| row.name == owed.cluster);
        if let Some(cluster) = cluster.filter(|cluster| cluster.state == ClusterState::Down) {
            cluster.state = ClusterState::Failed;
            cluster.failure = Some(because.to_owned());
            cluster.since = now;
        }
        self.touch(&owed.cluster);
    }

    /// Raises the nth alarm over a debt, once for all replicas.
    pub fn raise_alarm(&mut self, owed: &Obligation, nth: i32, overdue_since: Time) -> bool {
        let Some(row) = self.obligation_mut(owed.id) else { return false };
        let is_new = row.alarms < nth && !row.state.is_final();
        if is_new {
            row.alarms = nth;
            row.due_since.get_or_insert(overdue_since);
        }
        self.touch(&owed.cluster);
        is_new
    }

    /// A named person takes the debt over.
    pub fn close_obligation(&mut self, cluster: &str, actor: &Actor, because: &str) -> bool {
        let Some(id) = self.unsettled(cluster).map(|owed| owed.id) else { return false };
        if let Some(row) = self.obligation_mut(id) {
            row.state = ObligationState::Closed;
            row.closed = Some(Closing { by: actor.name.clone(), because: because.to_owned() });
        }
        self.touch(cluster);
        self.news.push(News::Closed { obligation: id });
        true
    }

    pub(super) fn change_obligation(
        &mut self,
        job: i64,
        cluster: &str,
        change: &ObligationChange,
        now: Time,
    ) {
        self.touch(cluster);
        let known =
            self.obligations.iter_mut().find(|owed| owed.cluster == cluster && !owed.state.is_final());
        if let ObligationChange::Open { .. } = change {
            return self.open(job, cluster, change, now);
        }
        let Some(owed) = known else { return };
        match change {
            ObligationChange::Open { .. } => {}
            ObligationChange::Destroying => {
                owed.state = ObligationState::Destroying;
                owed.due_since.get_or_insert(now);
            }
            ObligationChange::Verify => {
                owed.state = ObligationState::Verifying;
                owed.verifying_since = Some(now);
                owed.settled_by_job = Some(job);
                if let Some(observation) = self.observations.get_mut(cluster) {
                    observation.clean_looks = 0;
                }
            }
            ObligationChange::Settle => {
                owed.state = ObligationState::Settled;
                owed.settled_at = Some(now);
                owed.settled_by_job = Some(job);
                owed.evidence = Some(Evidence::Ci);
                self.news.push(News::Settled { obligation: owed.id });
            }
            ObligationChange::Due { failed, error, next_attempt_at } => {
                owed.state = ObligationState::Due;
                owed.last_error = Some(error.clone());
                owed.next_attempt_at = *next_attempt_at;
                owed.due_since.get_or_insert(now);
                owed.failed_attempts += i32::from(*failed);
            }
            ObligationChange::LeaveUp { until, by, warnings } => {
                owed.state = ObligationState::Open;
                owed.destroys_at = Some(*until);
                owed.chosen_by = Some(by.clone());
                owed.warnings = *warnings;
                owed.active_at = now;
                owed.next_attempt_at = *until;
                owed.due_since = None;
                owed.alarms = 0;
            }
        }
    }

    /// Opens a debt. An unsettled one is taken over by the new wish.
    fn open(&mut self, job: i64, cluster: &str, change: &ObligationChange, now: Time) {
        let ObligationChange::Open { destroys_at, chosen_by, limits, warnings, teardown, cloud } = change
        else {
            return;
        };
        let known =
            self.obligations.iter_mut().find(|owed| owed.cluster == cluster && !owed.state.is_final());
        let wish = Obligation {
            id: 0,
            cluster: cluster.to_owned(),
            state: ObligationState::Open,
            opened_at: now,
            opened_by_job: Some(job),
            destroys_at: *destroys_at,
            limits: *limits,
            active_at: now,
            warnings: *warnings,
            chosen_by: chosen_by.clone(),
            extended: None,
            teardown: teardown.clone(),
            cloud: cloud.clone(),
            due_since: None,
            alarms: 0,
            verifying_since: None,
            failed_attempts: 0,
            last_error: None,
            next_attempt_at: destroys_at.unwrap_or(now),
            settled_at: None,
            settled_by_job: None,
            evidence: None,
            closed: None,
        };
        match known {
            Some(owed) => {
                *owed = Obligation { id: owed.id, settled_by_job: owed.settled_by_job, ..wish };
            }
            None => {
                let id = i64::try_from(self.obligations.len()).unwrap_or(i64::MAX) + 1;
                self.obligations.push(Obligation { id, ..wish });
            }
        }
    }

    fn obligation_mut(&mut self, id: i64) -> Option<&mut Obligation> {
        self.obligations.iter_mut().find(|owed| owed.id == id)
    }
}
