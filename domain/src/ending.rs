//! When a cluster ends by itself: at its auto-destroy time, or before, when nobody has used it for long; and who is warned.

use chrono::Duration;

use crate::Time;
use crate::obligation::{Obligation, ObligationState};

/// So many minutes before the end somebody is warned.
pub const WARN_MINUTES: [i64; 3] = [60, 30, 10];

impl Obligation {
    /// When it is destroyed if nobody does anything with it; none while a job is at work on it, and where idling is no
    /// reason.
    pub fn idle_end(&self, job_is_active: bool) -> Option<Time> {
        let idle = self.limits.idle_minutes.filter(|_| !job_is_active && self.is_open())?;
        Some(self.active_at + Duration::minutes(i64::from(idle)))
    }

    /// When it ends by itself; none when only somebody can end it, and when it is to be destroyed already.
    pub fn ends_at(&self, job_is_active: bool) -> Option<Time> {
        let by_time = self.destroys_at.filter(|_| self.is_open());
        by_time.into_iter().chain(self.idle_end(job_is_active)).min()
    }

    /// Whether the cluster is wanted.
    pub fn is_open(&self) -> bool {
        self.state == ObligationState::Open
    }

    /// Whether a named person said how long the cluster is to stay, after it was started.
    pub const fn is_end_chosen(&self) -> bool {
        self.chosen_by.is_some()
    }
}

/// How many of the warnings are due that a cluster gets which ends then. None after the end: by then it is destroyed.
pub fn warnings_owed(ends_at: Option<Time>, now: Time) -> i32 {
    let Some(left) = ends_at.map(|end| end - now).filter(|left| *left > Duration::zero()) else { return 0 };
    WARN_MINUTES.iter().map(|minutes| i32::from(left <= Duration::minutes(*minutes))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obligation::samples::{at, obligation};

    fn idles_after(minutes: u32) -> Obligation {
        let mut owed = obligation(ObligationState::Open);
        owed.limits.idle_minutes = Some(minutes);
        owed
    }

    #[test]
    fn a_cluster_that_nobody_uses_ends_before_its_time() {
        let mut owed = idles_after(120);
        assert_eq!((owed.idle_end(false), owed.ends_at(false)), (Some(at(120)), Some(at(120))));
        owed.active_at = at(200);
        assert_eq!((owed.idle_end(false), owed.ends_at(false)), (Some(at(320)), Some(at(240))));
    }

    #[test]
    fn a_cluster_with_a_job_at_work_does_not_idle() {
        assert_eq!((idles_after(120).idle_end(true), idles_after(120).ends_at(true)), (None, Some(at(240))));
    }

    #[test]
    fn without_an_auto_destroy_time_only_idling_ends_it() {
        let endless = Obligation { destroys_at: None, ..obligation(ObligationState::Open) };
        assert_eq!(endless.ends_at(false), None);
        assert_eq!(Obligation { destroys_at: None, ..idles_after(120) }.ends_at(false), Some(at(120)));
    }

    #[test]
    fn what_is_to_be_destroyed_already_has_no_end_to_come() {
        assert_eq!(obligation(ObligationState::Due).ends_at(false), None);
    }

    #[test]
    fn warnings_are_due_an_hour_half_an_hour_and_ten_minutes_before_the_end() {
        let owed = |left| warnings_owed(Some(at(left)), at(0));
        assert_eq!([61, 60, 31, 30, 11, 10, 1, 0, -5].map(owed), [0, 1, 1, 2, 2, 3, 3, 0, 0]);
        assert_eq!(warnings_owed(None, at(0)), 0);
    }
}
