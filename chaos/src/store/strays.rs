//! Runs that no step follows any more.

use chrono::TimeDelta;
use domain::Time;
use domain::step::{Action, Step};
use domain::stray::{Left, Stray, Watched};

use super::Store;

/// One of them, with what the others do not need.
pub struct StrayRow {
    pub stray: Stray,
    pub cluster: String,
    pub may_create: bool,
    next_check_at: Time,
}

impl Store {
    /// Within the transaction of a record. A run is left once.
    pub(super) fn leave(&mut self, job: i64, cluster: &str, step: &Step, left: &[Left], now: Time) {
        let Action::Trigger { target, .. } = &step.action else { return };
        for Left { run, is_ours } in left {
            if self.is_stray(&run.id) {
                continue;
            }
            let stray = Stray {
                id: i64::try_from(self.strays.len()).unwrap_or(i64::MAX),
                job,
                position: step.position,
                target: target.clone(),
                run: run.clone(),
                is_ours: *is_ours,
                looks: 0,
                missing_looks: 0,
                ended_at: None,
            };
            let (cluster, may_create) = (cluster.to_owned(), step.action.creates_cluster());
            self.strays.push(StrayRow { stray, cluster, may_create, next_check_at: now });
        }
    }

    pub(super) fn is_stray(&self, run: &str) -> bool {
        self.strays.iter().any(|row| row.stray.run.id == run)
    }

    /// Takes those that are due for so long.
    pub fn take_strays(&mut self, hold: TimeDelta, now: Time) -> Vec<Stray> {
        let is_due = |row: &&mut StrayRow| row.stray.ended_at.is_none() && row.next_check_at <= now;
        let due = self.strays.iter_mut().filter(is_due);
        due.map(|row| {
            row.next_check_at = now + hold;
            row.stray.clone()
        })
        .collect()
    }

    /// When one of them is due next.
    pub fn next_stray_at(&self) -> Option<Time> {
        let at_work = self.strays.iter().filter(|row| row.stray.ended_at.is_none());
        at_work.map(|row| row.next_check_at).min()
    }

    pub fn watched(&mut self, stray: &Stray, watched: &Watched, now: Time) {
        let row = self.strays.iter_mut().find(|row| row.stray.id == stray.id);
        let Some(row) = row.filter(|row| row.stray.ended_at.is_none()) else { return };
        row.stray.looks = watched.looks;
        row.stray.missing_looks = watched.missing_looks;
        row.stray.ended_at = watched.has_ended.then_some(now);
        row.next_check_at = now + watched.pause;
        self.touch_job(stray.job);
    }

    /// Those that may create something on the cluster, or might have since `since`.
    pub fn strays_beside(&self, cluster: &str, since: Option<Time>) -> Vec<Stray> {
        let is_beside = |row: &&StrayRow| {
            let ended_since = |ended| since.is_some_and(|since| ended >= since);
            row.cluster == cluster && row.may_create && row.stray.ended_at.is_none_or(ended_since)
        };
        self.strays.iter().filter(is_beside).map(|row| row.stray.clone()).collect()
    }
}
