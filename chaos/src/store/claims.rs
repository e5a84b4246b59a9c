//! Which worker may act for a job, until when, and the fence that keeps a late one from writing.

use chrono::TimeDelta;
use domain::Time;
use domain::cloud::CloudMark;
use domain::obligation::PlannedTeardown;

use super::{News, Refusal, Store};
use crate::variants::Variant;

/// The right to act for one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub job: i64,
    pub fence: i64,
}

/// What a job keeps from the config of its day.
pub struct Keepsake {
    pub teardown: Vec<PlannedTeardown>,
    pub cloud: Option<CloudMark>,
}

impl Store {
    /// Claims the first job of a cluster that is due and that nobody has.
    pub fn claim(&mut self, lease: TimeDelta, now: Time) -> Option<Claim> {
        let due = |row: &&super::JobRow| {
            row.next_check_at <= now && row.claimed_until.is_none_or(|until| until < now)
        };
        let job = self
            .clusters
            .iter()
            .filter_map(|cluster| self.first_of(&cluster.0.name))
            .filter(due)
            .min_by_key(|row| row.next_check_at)?
            .job
            .number;
        let row = self.row_mut(job)?;
        row.fence += 1;
        row.job.recoveries += i32::from(row.claimed_until.is_some());
        row.claimed_until = Some(now + lease);
        row.is_nudged = false;
        Some(Claim { job, fence: row.fence })
    }

    /// Whether the claim has passed on.
    pub fn is_stale(&self, claim: &Claim) -> bool {
        self.row(claim.job).is_none_or(|row| row.fence != claim.fence)
    }

    /// Lets a write through, or not.
    pub(super) fn pass(&mut self, claim: &Claim, position: Option<i32>) -> Result<(), Refusal> {
        if !self.is_stale(claim) {
            return Ok(());
        }
        if self.variant != Variant::NoFence {
            return Err(Refusal::Fenced);
        }
        self.news.push(News::StaleWrite { job: claim.job, position });
        Ok(())
    }

    /// The first read of a turn.
    pub fn keepsake(&mut self, claim: &Claim) -> Result<Keepsake, Refusal> {
        if self.is_stale(claim) && self.variant != Variant::NoFence {
            return Err(Refusal::Fenced);
        }
        let row = self.row(claim.job).ok_or(Refusal::Fenced)?;
        Ok(Keepsake { teardown: row.teardown.clone(), cloud: row.cloud.clone() })
    }

    /// Holds the claim for another lease. One that was given back stays given back.
    pub fn renew(&mut self, claim: &Claim, lease: TimeDelta, now: Time) -> Result<(), Refusal> {
        self.pass(claim, None)?;
        let row = self.row_mut(claim.job).filter(|row| row.claimed_until.is_some()).ok_or(Refusal::Fenced)?;
        row.claimed_until = Some(now + lease);
        Ok(())
    }

    /// Gives the claim back until `next_check_at`; to be looked at at once when somebody wished something meanwhile.
    pub fn release(&mut self, claim: &Claim, next_check_at: Time, now: Time) {
        self.give_back(claim, |row| {
            row.job.recoveries = 0;
            row.next_check_at = if row.is_nudged { now } else { next_check_at };
        });
    }

    /// Gives the claim back after a turn that could not be recorded.
    pub fn put_off(&mut self, claim: &Claim, pause: TimeDelta, now: Time) {
        self.give_back(claim, |row| row.next_check_at = now + pause);
    }

    /// Gives the claim back after a breakdown, which counts as a recovery.
    pub fn broke_down(&mut self, claim: &Claim, pause: TimeDelta, now: Time) {
        self.give_back(claim, |row| {
            row.job.recoveries += 1;
            row.next_check_at = now + pause;
        });
    }

    fn give_back(&mut self, claim: &Claim, change: impl FnOnce(&mut super::JobRow)) {
        if self.pass(claim, None).is_err() {
            return;
        }
        if let Some(row) = self.row_mut(claim.job) {
            row.claimed_until = None;
            change(row);
        }
    }

    /// When the next job is due for a look.
    pub fn next_look(&self) -> Option<Time> {
        self.clusters
            .iter()
            .filter_map(|cluster| self.first_of(&cluster.0.name))
            .map(super::JobRow::due_at)
            .min()
    }
}
