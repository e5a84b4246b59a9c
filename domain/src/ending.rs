//! When a cluster ends by itself: at its auto-destroy time, or before, when nobody has used it for long; and who is warned.

use chrono::Duration;

use crate::Time;
use crate::obligation::{Obligation, ObligationState};
use crate::text;

/// So many minutes before the end somebody is warned.
pub const WARN_MINUTES: [i64; 3] = [60, 30, 10];

/// A run of a schedule that is going to destroy a cluster before it ends by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDestroy {
    /// Of the schedule.
    pub id: i64,
    /// Its name.
    pub schedule: String,
    pub at: Time,
    /// Whether another cluster takes its place at once.
    pub replaces: bool,
    /// Whether it comes after a job that is at work then, or not at all.
    pub waits_for_job: bool,
}

impl PlannedDestroy {
    /// What becomes of it while a job is at work.
    pub const fn patience(&self) -> &'static str {
        if self.waits_for_job {
            "the schedule waits for the end of a job at work then"
        } else {
            "the schedule is skipped while a job is at work"
        }
    }
}

impl Obligation {
    /// When it is destroyed if nobody does anything with it; none while a job is at work on it, and where idling is no
    /// reason: the end that a person chose holds, whether he uses the cluster until then or not.
    pub fn idle_end(&self, job_is_active: bool) -> Option<Time> {
        let may_idle = !job_is_active && self.is_open() && !self.is_end_chosen();
        let idle = self.limits.idle_minutes.filter(|_| may_idle)?;
        Some(self.active_at + Duration::minutes(i64::from(idle)))
    }

    /// When it ends by itself; none when only somebody can end it, and when it is to be destroyed already.
    pub fn ends_at(&self, job_is_active: bool) -> Option<Time> {
        let by_time = self.destroys_at.filter(|_| self.is_open());
        by_time.into_iter().chain(self.idle_end(job_is_active)).min()
    }

    /// When it ends by itself or by a schedule, whichever is first.
    pub fn first_end(&self, job_is_active: bool, planned: Option<&PlannedDestroy>) -> Option<Time> {
        let planned = planned.filter(|_| self.is_open()).map(|planned| planned.at);
        self.ends_at(job_is_active).into_iter().chain(planned).min()
    }

    /// Whether only somebody can end it.
    pub fn is_endless(&self) -> bool {
        let idles = self.limits.idle_minutes.is_some() && !self.is_end_chosen();
        self.is_open() && self.destroys_at.is_none() && !idles
    }

    /// Whether the cluster is wanted.
    pub fn is_open(&self) -> bool {
        self.state == ObligationState::Open
    }

    /// Whether a named person said how long the cluster is to stay, at its start or later.
    pub const fn is_end_chosen(&self) -> bool {
        self.chosen_by.is_some()
    }
}

/// How many of the warnings are due that a cluster gets which ends then. None after the end: by then it is destroyed.
pub fn warnings_owed(ends_at: Option<Time>, now: Time) -> i32 {
    let Some(left) = ends_at.map(|end| end - now).filter(|left| *left > Duration::zero()) else { return 0 };
    WARN_MINUTES.iter().map(|minutes| i32::from(left <= Duration::minutes(*minutes))).sum()
}

/// "It is destroyed at 18:30 UTC at the latest (in 4 h).", with the day when that is not today.
pub fn told(destroys_at: Option<Time>, now: Time) -> String {
    let Some(at) = destroys_at else { return "It has no automatic destroy.".to_owned() };
    let day = if at.date_naive() == now.date_naive() { "" } else { "%Y-%m-%d " };
    let left = text::duration(Duration::minutes(((at - now).num_seconds() + 59) / 60));
    format!("It is destroyed at {} at the latest (in {left}).", at.format(&format!("{day}%H:%M UTC")))
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
    fn a_schedule_that_destroys_before_is_the_first_end() {
        let by_schedule = |at| PlannedDestroy {
            id: 3,
            schedule: "evenings".into(),
            at,
            replaces: false,
            waits_for_job: false,
        };
        let open = obligation(ObligationState::Open);
        assert_eq!(open.first_end(false, Some(&by_schedule(at(100)))), Some(at(100)));
        assert_eq!(idles_after(60).first_end(false, Some(&by_schedule(at(100)))), Some(at(60)));
        assert_eq!(open.first_end(false, None), open.ends_at(false));
        assert_eq!(obligation(ObligationState::Due).first_end(false, Some(&by_schedule(at(100)))), None);
        assert_eq!(open.ends_at(false), Some(at(240)), "the debt itself is due at its own time");
    }

    #[test]
    fn the_end_that_a_person_chose_is_not_overtaken_by_idling() {
        let chosen = Obligation { chosen_by: Some("ana".into()), ..idles_after(120) };
        assert_eq!((chosen.idle_end(false), chosen.ends_at(false)), (None, Some(at(240))));
        let endless = Obligation { destroys_at: None, ..chosen };
        assert_eq!(endless.ends_at(false), None);
        assert!(endless.is_endless() && !idles_after(120).is_endless());
    }

    #[test]
    fn without_an_auto_destroy_time_only_idling_ends_it() {
        let endless = Obligation { destroys_at: None, ..obligation(ObligationState::Open) };
        assert_eq!(endless.ends_at(false), None);
        let idles = Obligation { destroys_at: None, ..idles_after(120) };
        assert_eq!((idles.ends_at(false), idles.is_endless()), (Some(at(120)), false));
    }

    #[test]
    fn what_is_to_be_destroyed_already_has_no_end_to_come() {
        assert_eq!(obligation(ObligationState::Due).ends_at(false), None);
    }

    #[test]
    fn an_end_is_told_with_the_time_that_is_left() {
        assert_eq!(told(Some(at(240)), at(0)), "It is destroyed at 12:00 UTC at the latest (in 4 h).");
        assert_eq!(
            told(Some(at(24 * 60)), at(0)),
            "It is destroyed at 2027-01-16 08:00 UTC at the latest (in 1 d)."
        );
        assert_eq!(told(None, at(0)), "It has no automatic destroy.");
    }

    #[test]
    fn warnings_are_due_an_hour_half_an_hour_and_ten_minutes_before_the_end() {
        let owed = |left| warnings_owed(Some(at(left)), at(0));
        assert_eq!([61, 60, 31, 30, 11, 10, 1, 0, -5].map(owed), [0, 1, 1, 2, 2, 3, 3, 0, 0]);
        assert_eq!(warnings_owed(None, at(0)), 0);
    }
}
