//! What a backup destroy whose hour has come means for the destroy that is due here.

use chrono::Duration;

use super::{BackupDestroy, BackupRun};
use crate::Time;
use crate::run::{RunRef, RunStatus};

/// How long a destroy waits for the CI to say what became of the backup.
pub const PATIENCE_WITH_CI: Duration = Duration::minutes(3);

/// What to do about a debt that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// Destroy as usual: nothing was planted, its hour has not come, or it did not do it.
    Destroy,
    /// Its hour has come: first hear what became of it.
    Ask,
    /// It is at work. A second destroy at the same time would spoil both.
    Await { until: Time },
    /// It has destroyed the cluster, says the CI, at this time at the latest.
    Destroyed { runs: Vec<RunRef>, gone_by: Time },
}

/// What the planted destroys of one debt mean for it. `is_proved` is whether the cloud is asked afterwards: then the
/// last stack's word is enough to ask it, else every stack has to have been destroyed.
pub fn outlook(planted: &[BackupDestroy], is_proved: bool, now: Time) -> Outlook {
    let come: Vec<&BackupDestroy> = planted.iter().filter(|row| row.has_come(now)).collect();
    let is_worth_waiting =
        |row: &BackupDestroy| row.awaited_since.is_none_or(|since| now < since + PATIENCE_WITH_CI);
    if come.iter().any(|row| row.asked_at.is_none() && is_worth_waiting(row)) {
        return Outlook::Ask;
    }
    let under_way = come.iter().filter(|row| row.run.as_ref().is_some_and(|run| !run.status.is_final()));
    let until = under_way.filter_map(|row| latest_end(row)).max();
    if let Some(until) = until.filter(|until| now < *until) {
        return Outlook::Await { until };
    }
    let runs: Vec<RunRef> = planted.iter().filter_map(success_of).map(|run| run.run.clone()).collect();
    let last = planted.last().filter(|last| last.has_come(now) && success_of(last).is_some());
    match last.and_then(latest_end) {
        Some(gone_by) if is_proved || runs.len() == planted.len() => Outlook::Destroyed { runs, gone_by },
        _ => Outlook::Destroy,
    }
}

/// When its run is over at the latest.
fn latest_end(row: &BackupDestroy) -> Option<Time> {
    let began = row.run.as_ref()?.began_at;
    Some(began + Duration::minutes(i64::from(row.target.time_limit_minutes)))
}

fn success_of(row: &BackupDestroy) -> Option<&BackupRun> {
    row.run.as_ref().filter(|run| run.status == RunStatus::Succeeded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::samples::{at, planted};
    use crate::run::ProviderKind;

    /// Planted for 20:00 and 22:00, and the CI was asked at 23:00.
    fn asked(statuses: [Option<RunStatus>; 2]) -> Vec<BackupDestroy> {
        let mut rows = planted([300, 420]);
        for (row, status) in rows.iter_mut().zip(statuses) {
            row.asked_at = Some(at(480));
            row.run = status.map(|status| BackupRun {
                run: RunRef {
                    provider: ProviderKind::CircleCi,
                    id: row.position.to_string(),
                    number: None,
                    url: String::new(),
                },
                status,
                began_at: at(440),
            });
        }
        rows
    }

    const DONE: Option<RunStatus> = Some(RunStatus::Succeeded);

    #[test]
    fn before_its_hour_and_without_one_the_destroy_goes_its_usual_way() {
        assert_eq!(outlook(&planted([300, 420]), true, at(299)), Outlook::Destroy);
        assert_eq!(outlook(&[], true, at(999)), Outlook::Destroy);
    }

    #[test]
    fn when_its_hour_has_come_the_ci_is_asked_first_but_not_for_ever() {
        let mut rows = planted([300, 420]);
        assert_eq!(outlook(&rows, true, at(300)), Outlook::Ask);
        rows[0].awaited_since = Some(at(301));
        assert_eq!(outlook(&rows, true, at(303)), Outlook::Ask);
        assert_eq!(outlook(&rows, true, at(304)), Outlook::Destroy);
    }

    #[test]
    fn a_run_at_work_is_waited_for_as_long_as_it_may_take() {
        let rows = asked([DONE, Some(RunStatus::Running)]);
        assert_eq!(outlook(&rows, true, at(481)), Outlook::Await { until: at(500) });
        assert_eq!(outlook(&rows, true, at(500)), Outlook::Destroy);
    }

    #[test]
    fn the_last_stack_is_the_cluster_where_a_cloud_proves_it_and_all_are_where_none_does() {
        let both = asked([DONE, DONE]);
        assert!(
            matches!(outlook(&both, false, at(481)), Outlook::Destroyed { runs, gone_by } if runs.len() == 2 && gone_by == at(500))
        );
        let last = asked([Some(RunStatus::Failed), DONE]);
        assert!(matches!(outlook(&last, true, at(481)), Outlook::Destroyed { runs, .. } if runs.len() == 1));
        assert_eq!(outlook(&last, false, at(481)), Outlook::Destroy);
    }

    #[test]
    fn a_backup_that_failed_or_left_no_trace_or_did_half_leaves_the_destroy_to_us() {
        for statuses in [[None, None], [DONE, Some(RunStatus::Failed)], [DONE, None]] {
            assert_eq!(outlook(&asked(statuses), true, at(481)), Outlook::Destroy, "{statuses:?}");
        }
    }
}
