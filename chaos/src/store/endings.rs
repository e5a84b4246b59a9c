//! The end of a cluster: it is moved, taken back, and enforced against a job that is at work for too long.

use domain::Time;
use domain::act::may_interrupt;
use domain::actor::{Actor, Role};
use domain::extension::{ExtendError, Extension, extended, may_undo};
use domain::job::Asked;
use domain::obligation::{Duty, duty};
use domain::stay::Stay;

use super::{Refusal, Store};

impl Store {
    /// Moves the auto-destroy time of a cluster.
    pub fn extend(&mut self, cluster: &str, stay: Stay, actor: &Actor, now: Time) -> Result<(), Refusal> {
        let not_owed = || Refusal::Extend(ExtendError::NotOwed { cluster: cluster.to_owned() });
        let owed = self.unsettled(cluster).ok_or_else(not_owed)?;
        let to = extended(owed, stay, None, Role::Operator, now).map_err(Refusal::Extend)?;
        let id = owed.extended.as_ref().map_or(1, |last| last.id + 1);
        let owed = self.unsettled_mut(cluster).ok_or_else(not_owed)?;
        owed.extended = Some(Extension {
            id,
            at: now,
            by: actor.name.clone(),
            from: owed.destroys_at,
            to,
            chosen_before: owed.chosen_by.replace(actor.name.clone()),
        });
        owed.destroys_at = to;
        owed.active_at = now;
        owed.due_since = None;
        owed.alarms = 0;
        self.touch(cluster);
        Ok(())
    }

    /// Takes the last move back.
    pub fn undo_extension(&mut self, cluster: &str, now: Time) -> Result<(), Refusal> {
        let not_owed = || Refusal::Extend(ExtendError::NotOwed { cluster: cluster.to_owned() });
        let owed = self.unsettled_mut(cluster).ok_or_else(not_owed)?;
        let last = may_undo(owed, now).map_err(Refusal::Extend)?.clone();
        owed.destroys_at = last.from;
        owed.chosen_by = last.chosen_before;
        owed.extended = None;
        owed.active_at = now;
        owed.due_since = None;
        owed.alarms = 0;
        self.touch(cluster);
        Ok(())
    }

    /// The job that is at work on a cluster for longer than its debt waits.
    pub fn overstays(&self, cluster: &str, now: Time) -> Option<i64> {
        let owed = self.unsettled(cluster)?;
        let is_over = duty(owed, self.is_busy(cluster), now) == Duty::Interrupt;
        let job = self.job(self.first_of(cluster)?.job.number)?;
        (is_over && may_interrupt(&job)).then_some(job.job.number)
    }

    /// Cancels that job.
    pub fn interrupt(&mut self, cluster: &str, now: Time) -> Option<i64> {
        let number = self.overstays(cluster, now)?;
        self.row_mut(number)?.job.cancelled = Some(Asked { by: Actor::system(), at: now });
        self.nudge(number, now);
        Some(number)
    }
}
