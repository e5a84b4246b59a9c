//! The debt to destroy a cluster. It is written before anything can exist, and outlives every job.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::cloud::CloudMark;
use crate::extension::Extension;
use crate::record::Evidence;
use crate::spelling::spelled_enum;
use crate::spread::spread;
use crate::stay::StayLimits;
use crate::step::Action;

spelled_enum! {
    /// How far the debt is from being paid.
    ObligationState ("obligation state") {
        /// The cluster is wanted until its auto-destroy time.
        Open = "open",
        /// To be destroyed now.
        Due = "due",
        Destroying = "destroying",
        /// The CI says destroyed; the proof is outstanding.
        Verifying = "verifying",
        Settled = "settled",
        /// A named person took it over, with a reason.
        Closed = "closed",
    }
}

impl ObligationState {
    /// Whether nothing is owed any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Settled | Self::Closed)
    }
}

/// One debt. At most one per cluster is unsettled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    pub id: i64,
    pub cluster: String,
    pub state: ObligationState,
    pub opened_at: Time,
    /// The job whose step may have created something first; none for a cluster that was found and adopted.
    pub opened_by_job: Option<i64>,
    /// None when only somebody can end it.
    pub destroys_at: Option<Time>,
    /// As the config of that day said.
    pub limits: StayLimits,
    /// When a job last ended on it, or somebody wanted it for longer.
    pub active_at: Time,
    /// How many warnings were given of the present end.
    pub warnings: i32,
    /// The person who chose the present auto-destroy time, at the start or later.
    pub chosen_by: Option<String>,
    pub extended: Option<Extension>,
    /// How the cluster was destroyed by the config of that day: the debt outlives the config.
    pub teardown: Vec<PlannedTeardown>,
    /// By what the cluster is recognised in the cloud: it too outlives the config.
    pub cloud: Option<CloudMark>,
    /// Since when it has been to be destroyed.
    pub due_since: Option<Time>,
    /// How many alarms were raised since then.
    pub alarms: i32,
    /// Since when the CI says destroyed and the cloud is asked.
    pub verifying_since: Option<Time>,
    /// How many destroys have been begun and did not succeed.
    pub failed_attempts: i32,
    pub last_error: Option<String>,
    pub next_attempt_at: Time,
    pub settled_at: Option<Time>,
    pub settled_by_job: Option<i64>,
    /// On whose word it was settled.
    pub evidence: Option<Evidence>,
    /// Who took it over, and why.
    pub closed: Option<Closing>,
}

/// A debt that a named person took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    pub by: String,
    pub because: String,
}

/// One step of a teardown, kept with the obligation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTeardown {
    pub title: String,
    pub action: Action,
}

/// What an obligation asks for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Nothing before this time.
    RestUntil(Time),
    /// The cluster's time is over, and so is the patience with the job at work on it: cancel the job.
    Interrupt,
    /// Start a job that destroys the cluster.
    Destroy,
    /// Ask the cloud whether it is gone.
    Prove,
    /// Nothing ever again.
    Nothing,
}

/// What waits for no moment of its own is asked again after so long.
const LOOK_AGAIN: Duration = Duration::seconds(5);

/// What the obligation asks for at `now`. A job at work on the cluster is waited for, since it may settle it; but for no
/// longer than the terms of the obligation say.
pub fn duty(obligation: &Obligation, job_is_active: bool, now: Time) -> Duty {
    let over_since = match obligation.state {
        ObligationState::Open => obligation.ends_at(job_is_active),
        ObligationState::Due => obligation.due_since,
        _ => None,
    };
    match obligation.state {
        ObligationState::Settled | ObligationState::Closed => Duty::Nothing,
        ObligationState::Open if over_since.is_none_or(|end| now < end) => {
            Duty::RestUntil(over_since.unwrap_or(now + LOOK_AGAIN))
        }
        _ if job_is_active => {
            let grace = Duration::minutes(i64::from(obligation.limits.grace_minutes));
            match over_since {
                Some(since) if now >= since + grace => Duty::Interrupt,
                _ => Duty::RestUntil(now + LOOK_AGAIN),
            }
        }
        ObligationState::Open => Duty::Destroy,
        ObligationState::Verifying => Duty::Prove,
        ObligationState::Due | ObligationState::Destroying => {
            if now < obligation.next_attempt_at {
                Duty::RestUntil(obligation.next_attempt_at)
            } else {
                Duty::Destroy
            }
        }
    }
}

impl Obligation {
    /// How long to wait when one more destroy did not succeed.
    pub fn pause_after_another_failure(&self) -> Duration {
        pause_after_failure(&[self.id], self.failed_attempts + 1)
    }

    /// Since when it should have been destroyed; none before. One that is still wanted by its row is overdue too, once its
    /// time is over and the patience with the job at work on it.
    pub fn overdue_since(&self, job_is_active: bool) -> Option<Time> {
        if !self.is_open() {
            return self.due_since;
        }
        let minutes = if job_is_active { self.limits.grace_minutes } else { 0 };
        self.ends_at(job_is_active).map(|end| end + Duration::minutes(i64::from(minutes)))
    }
}

/// How many alarms an obligation is worth that has been due for so long: one after a quarter of an hour, one after an
/// hour, then one a day without end.
pub fn alarms_owed(due_for: Duration) -> i32 {
    if due_for < Duration::minutes(15) {
        0
    } else if due_for < Duration::hours(1) {
        1
    } else {
        2 + i32::try_from(due_for.num_days()).unwrap_or(i32::MAX - 2)
    }
}

/// How long to wait after so many failures: slower and slower, up to a quarter of an hour, for ever. The second half is
/// spread by `of`, which is what failed.
pub fn pause_after_failure(of: &[i64], failures: i32) -> Duration {
    let whole = match failures {
        ..=0 => Duration::zero(),
        1 => Duration::seconds(30),
        2 => Duration::minutes(1),
        3 => Duration::minutes(2),
        4 => Duration::minutes(5),
        _ => Duration::minutes(15),
    };
    spread(whole, whole / 2, &[of, &[failures.into()]].concat())
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    pub fn at(minute: i64) -> Time {
        chrono::DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    pub fn obligation(state: ObligationState) -> Obligation {
        Obligation {
            id: 1,
            cluster: "c".into(),
            state,
            opened_at: at(0),
            opened_by_job: Some(1),
            destroys_at: Some(at(240)),
            limits: StayLimits::default(),
            active_at: at(0),
            warnings: 0,
            chosen_by: None,
            extended: None,
            teardown: Vec::new(),
            cloud: None,
            due_since: None,
            alarms: 0,
            verifying_since: None,
            failed_attempts: 0,
            last_error: None,
            next_attempt_at: at(0),
            settled_at: None,
            settled_by_job: None,
            evidence: None,
            closed: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{at, obligation};
    use super::*;

    #[test]
    fn an_open_obligation_rests_until_its_auto_destroy_time_and_then_destroys() {
        let open = obligation(ObligationState::Open);
        assert_eq!(duty(&open, false, at(239)), Duty::RestUntil(at(240)));
        assert_eq!(duty(&open, false, at(240)), Duty::Destroy);
    }

    #[test]
    fn a_failed_destroy_is_tried_again_without_end() {
        let mut due = obligation(ObligationState::Due);
        due.failed_attempts = 10_000;
        due.next_attempt_at = at(15);
        assert_eq!(duty(&due, false, at(14)), Duty::RestUntil(at(15)));
        assert_eq!(duty(&due, false, at(15)), Duty::Destroy);
        assert!(due.pause_after_another_failure() <= Duration::minutes(15));
    }

    #[test]
    fn at_its_time_a_cluster_waits_for_the_job_at_work_on_it_but_not_for_ever() {
        let open = obligation(ObligationState::Open);
        assert!(matches!(duty(&open, true, at(240)), Duty::RestUntil(_)));
        assert!(matches!(duty(&open, true, at(299)), Duty::RestUntil(_)));
        assert_eq!(duty(&open, true, at(300)), Duty::Interrupt);
        let due = Obligation { due_since: Some(at(0)), ..obligation(ObligationState::Due) };
        assert!(matches!(duty(&due, true, at(59)), Duty::RestUntil(_)));
        assert_eq!(duty(&due, true, at(60)), Duty::Interrupt);
    }

    #[test]
    fn a_cluster_that_is_destroyed_anyway_waits_for_no_job() {
        let limits = StayLimits { grace_minutes: 0, ..StayLimits::default() };
        let open = Obligation { limits, ..obligation(ObligationState::Open) };
        assert_eq!(duty(&open, true, at(240)), Duty::Interrupt);
    }

    #[test]
    fn a_job_that_destroys_or_is_being_proved_is_never_interrupted() {
        for state in [ObligationState::Destroying, ObligationState::Verifying] {
            let owed = Obligation { due_since: Some(at(0)), ..obligation(state) };
            assert!(matches!(duty(&owed, true, at(9999)), Duty::RestUntil(_)), "{state}");
        }
    }

    #[test]
    fn a_cluster_that_nobody_uses_is_destroyed_and_one_with_a_job_is_not() {
        let limits = StayLimits { idle_minutes: Some(60), ..StayLimits::default() };
        let open = Obligation { limits, ..obligation(ObligationState::Open) };
        assert_eq!(duty(&open, false, at(59)), Duty::RestUntil(at(60)));
        assert_eq!(duty(&open, false, at(60)), Duty::Destroy);
        assert_eq!(duty(&open, true, at(60)), Duty::RestUntil(at(240)));
    }

    #[test]
    fn without_an_end_it_rests() {
        let endless = Obligation { destroys_at: None, ..obligation(ObligationState::Open) };
        assert!(matches!(duty(&endless, false, at(999_999)), Duty::RestUntil(_)));
    }

    #[test]
    fn a_destroy_that_is_owed_for_long_alarms_after_15_minutes_an_hour_and_then_every_day() {
        let hours = [0, 1, 23, 24, 25, 48, 24 * 365];
        assert_eq!(alarms_owed(Duration::minutes(14)), 0);
        assert_eq!(alarms_owed(Duration::minutes(15)), 1);
        assert_eq!(hours.map(|hour| alarms_owed(Duration::hours(hour))), [0, 2, 2, 3, 3, 4, 367]);
    }

    #[test]
    fn a_cluster_whose_time_is_over_is_overdue_though_a_job_keeps_it() {
        let open = obligation(ObligationState::Open);
        assert_eq!((open.overdue_since(false), open.overdue_since(true)), (Some(at(240)), Some(at(300))));
        assert_eq!(Obligation { destroys_at: None, ..open }.overdue_since(true), None);
        let destroying = Obligation { due_since: Some(at(7)), ..obligation(ObligationState::Destroying) };
        assert_eq!(destroying.overdue_since(true), Some(at(7)));
    }

    #[test]
    fn what_the_ci_says_is_destroyed_is_proved_before_anything_else() {
        let mut verifying = obligation(ObligationState::Verifying);
        verifying.failed_attempts = 3;
        assert_eq!(duty(&verifying, false, at(999)), Duty::Prove);
    }

    #[test]
    fn a_settled_or_closed_obligation_asks_for_nothing() {
        for state in [ObligationState::Settled, ObligationState::Closed] {
            assert_eq!(duty(&obligation(state), false, at(9999)), Duty::Nothing);
        }
    }

    #[test]
    fn pauses_never_become_shorter_until_they_are_the_longest() {
        for of in 0..100 {
            let pauses: Vec<Duration> =
                (0..=20).map(|failures| pause_after_failure(&[of], failures)).collect();
            assert!(pauses[..=5].is_sorted(), "{pauses:?}");
            let longest = Duration::seconds(450)..=Duration::minutes(15);
            assert!(pauses[5..].iter().all(|pause| longest.contains(pause)), "{pauses:?}");
        }
    }

    #[test]
    fn a_pause_is_never_shorter_than_half_of_it_and_never_longer_than_the_whole() {
        for (failures, seconds) in [(0, 0), (1, 30), (2, 60), (3, 120), (4, 300), (5, 900), (10_000, 900)] {
            let whole = Duration::seconds(seconds);
            for of in 0..100 {
                let pause = pause_after_failure(&[of], failures);
                assert!((whole / 2..=whole).contains(&pause), "{pause} after {failures} failures");
            }
        }
    }

    #[test]
    fn two_debts_whose_destroys_failed_at_the_same_moment_are_not_tried_again_at_the_same_moment() {
        let one = obligation(ObligationState::Due);
        let other = Obligation { id: 2, ..one.clone() };
        assert_ne!(one.pause_after_another_failure(), other.pause_after_another_failure());
    }
}
