//! What should stand at the CI for a debt, as it is now.

use chrono::{Duration, DurationRound};

use super::{BackupDestroy, BackupPolicy, BackupState};
use crate::Time;
use crate::obligation::Obligation;
use crate::run::ProviderKind;
use crate::step::{Action, CiTarget};

/// What should stand at the CI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Nothing, and what stands is removed.
    Nothing(WhyNone),
    /// One destroy for each stack, in order.
    These(Vec<Stand>),
}

/// One destroy as it should be planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// Its place in the teardown, from 1 on.
    pub position: i32,
    pub target: CiTarget,
    /// The beginning of the hour within which the CI fires it.
    pub fires_at: Time,
}

/// Why nothing should be planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNone {
    NothingOwed,
    SwitchedOff,
    /// There is no way to destroy it that a CI knows.
    NoTeardown,
    NotOffered(ProviderKind),
    /// Somebody wants the cluster without an end.
    Endless,
}

impl std::fmt::Display for WhyNone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NothingOwed => f.write_str("nothing is owed"),
            Self::SwitchedOff => f.write_str("switched off in the config"),
            Self::NoTeardown => f.write_str("no CI is known that destroys this cluster"),
            Self::NotOffered(ci) => f.write_str(ci.why_no_backup().unwrap_or_default()),
            Self::Endless => f.write_str("the cluster has no auto-destroy time"),
        }
    }
}

/// What should stand at the CI for this debt. `planted` are its rows, `is_busy` is whether a job is at work on the
/// cluster.
///
/// The hour is counted from the auto-destroy time. Once that has passed, a service that is alive puts the backup off as
/// long as a job is at work: two destroys at the same time spoil each other.
pub fn wish(
    owed: &Obligation,
    is_busy: bool,
    planted: &[BackupDestroy],
    policy: Option<BackupPolicy>,
    now: Time,
) -> Wish {
    let Plantable { end, policy, targets } = match plantable(owed, policy) {
        Ok(plantable) => plantable,
        Err(why) => return Wish::Nothing(why),
    };
    let margin = Duration::minutes(i64::from(policy.margin_minutes));
    let first = first_hour(end, margin, is_busy, planted, now);
    Wish::These(one_after_the_other(first, targets))
}

/// What can be planted for a debt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plantable<'a> {
    /// From when on the cluster is not wanted.
    pub end: Time,
    pub policy: BackupPolicy,
    /// Its stacks in order.
    pub targets: Vec<&'a CiTarget>,
}

/// What can be planted for this debt.
///
/// # Errors
/// Says why nothing should be.
pub fn plantable(owed: &Obligation, policy: Option<BackupPolicy>) -> Result<Plantable<'_>, WhyNone> {
    if owed.state.is_final() {
        return Err(WhyNone::NothingOwed);
    }
    let policy = policy.ok_or(WhyNone::SwitchedOff)?;
    let end = owed.destroys_at.or(owed.due_since).ok_or(WhyNone::Endless)?;
    Ok(Plantable { end, policy, targets: targets(owed)? })
}

/// The stacks in order, all of them at a CI that can be asked to fire by itself: half a teardown is no backup.
fn targets(owed: &Obligation) -> Result<Vec<&CiTarget>, WhyNone> {
    let targets: Option<Vec<&CiTarget>> = owed
        .teardown
        .iter()
        .map(|step| match &step.action {
            Action::Trigger { target, .. } => Some(target),
            _ => None,
        })
        .collect();
    let targets = targets.filter(|targets| !targets.is_empty()).ok_or(WhyNone::NoTeardown)?;
    match targets.iter().find(|target| target.provider.why_no_backup().is_some()) {
        Some(target) => Err(WhyNone::NotOffered(target.provider)),
        None => Ok(targets),
    }
}

fn first_hour(end: Time, margin: Duration, is_busy: bool, planted: &[BackupDestroy], now: Time) -> Time {
    let usual = full_hour(end + margin);
    if now < end {
        return usual;
    }
    let standing = planted
        .iter()
        .find(|row| row.position == 1 && row.state == BackupState::Planted)
        .and_then(|row| row.fires_at);
    let put_off = full_hour(now + margin);
    match standing {
        Some(standing) if is_busy => standing.max(put_off),
        Some(standing) => standing,
        None => usual.max(put_off),
    }
}

/// Each so late that the one before is over, though it was begun in the last minute of its hour and took all its time.
fn one_after_the_other(first: Time, targets: Vec<&CiTarget>) -> Vec<Stand> {
    let mut fires_at = first;
    let mut stands = Vec::new();
    for (position, target) in (1..).zip(targets) {
        stands.push(Stand { position, target: target.clone(), fires_at });
        let takes = Duration::minutes(i64::from(target.time_limit_minutes));
        fires_at = full_hour(fires_at + Duration::hours(1) + takes);
    }
    stands
}

/// The CI only knows hours: the first that begins at this time or later.
fn full_hour(time: Time) -> Time {
    let begun = time.duration_trunc(Duration::hours(1)).unwrap_or(time);
    if begun == time { begun } else { begun + Duration::hours(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::samples::{at, obligation, planted, target};
    use crate::obligation::ObligationState;

    const POLICY: Option<BackupPolicy> = Some(BackupPolicy { margin_minutes: 60 });

    fn hours(owed: &Obligation, is_busy: bool, rows: &[BackupDestroy], now: Time) -> Vec<Time> {
        match wish(owed, is_busy, rows, POLICY, now) {
            Wish::These(stands) => stands.into_iter().map(|stand| stand.fires_at).collect(),
            Wish::Nothing(why) => panic!("{why}"),
        }
    }

    #[test]
    fn the_first_stack_fires_in_the_first_full_hour_after_the_end_and_the_margin() {
        // 18:30 and an hour: 20:00, and when that is surely over, 22:00.
        assert_eq!(hours(&obligation(), false, &[], at(0)), [at(300), at(420)]);
        let sharp = Obligation { destroys_at: Some(at(180)), ..obligation() };
        assert_eq!(hours(&sharp, false, &[], at(0))[0], at(240));
    }

    #[test]
    fn an_extension_moves_it_and_an_earlier_end_moves_it_back() {
        let rows = planted([300, 420]);
        let later = Obligation { destroys_at: Some(at(330)), ..obligation() };
        assert_eq!(hours(&later, true, &rows, at(100)), [at(420), at(540)]);
        let sooner = Obligation { destroys_at: Some(at(60)), ..obligation() };
        assert_eq!(hours(&sooner, false, &rows, at(30)), [at(120), at(240)]);
    }

    #[test]
    fn while_a_job_is_at_work_after_the_end_it_is_put_off_and_never_moved_back() {
        let rows = planted([300, 420]);
        assert_eq!(hours(&obligation(), true, &rows, at(215)), [at(300), at(420)]);
        assert_eq!(hours(&obligation(), true, &rows, at(245)), [at(360), at(480)]);
        let put_off = planted([360, 480]);
        assert_eq!(hours(&obligation(), false, &put_off, at(250)), [at(360), at(480)], "the job has ended");
    }

    #[test]
    fn what_was_never_planted_in_time_is_planted_for_an_hour_that_is_still_to_come() {
        assert_eq!(hours(&obligation(), false, &[], at(400))[0], at(480));
    }

    #[test]
    fn nothing_is_planted_without_a_debt_or_a_ci_that_fires_by_itself() {
        let settled = Obligation { state: ObligationState::Settled, ..obligation() };
        let mut elsewhere = obligation();
        elsewhere.teardown[1].action = Action::Trigger {
            target: target("master", ProviderKind::Travis),
            effect: crate::step::Effect::DestroysCluster,
        };
        let unknown = Obligation { teardown: Vec::new(), ..obligation() };
        let endless = Obligation { destroys_at: None, ..obligation() };
        for (owed, policy, why) in [
            (settled, POLICY, WhyNone::NothingOwed),
            (obligation(), None, WhyNone::SwitchedOff),
            (elsewhere, POLICY, WhyNone::NotOffered(ProviderKind::Travis)),
            (unknown, POLICY, WhyNone::NoTeardown),
            (endless, POLICY, WhyNone::Endless),
        ] {
            assert_eq!(wish(&owed, false, &[], policy, at(0)), Wish::Nothing(why));
            assert_eq!(plantable(&owed, policy), Err(why), "pages and programs give the same reason");
        }
    }
}
