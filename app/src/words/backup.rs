//! What is said of the backup destroy: for when it is armed, or why there is none.

use domain::Time;
use domain::backup::{BackupDestroy, BackupState, plantable};

use crate::facts::ClusterFacts;
use crate::view::{BackupView, RunLink, Sentence};

impl BackupView {
    /// None while nothing is owed and nothing of an earlier debt stands.
    pub fn new(facts: &ClusterFacts, now: Time) -> Option<Self> {
        let left = facts.left_backups.iter().filter(|backup| backup.failures > 0);
        let left = left.map(|backup| not_removed(backup, now));
        let Some(owed) = facts.unsettled() else {
            let trouble: Vec<Sentence> = left.collect();
            let words = Sentence::new("None is needed: nothing is owed.");
            return (!trouble.is_empty()).then_some(Self { words, trouble });
        };
        let words = match plantable(owed, facts.backup_policy) {
            Err(why) => Sentence::new(format!("No backup destroy: {why}.")),
            Ok(_) => standing(&facts.backups, now),
        };
        let failed = facts.backups.iter().filter_map(|backup| failed(backup, now));
        Some(Self { words, trouble: failed.chain(left).collect() })
    }
}

fn standing(backups: &[BackupDestroy], now: Time) -> Sentence {
    if let Some(run) = backups.iter().rev().find_map(|backup| backup.run.as_ref()) {
        let what = if run.status.is_final() { " has ended." } else { " is at work; it is waited for." };
        return Sentence::new("The planted destroy has come: ").run(RunLink::new(&run.run)).then(what);
    }
    let armed: Vec<(&BackupDestroy, Time)> =
        backups.iter().filter_map(|backup| Some((backup, armed_for(backup)?))).collect();
    let Some((first, _)) = armed.first() else {
        return Sentence::new("No backup destroy yet: it is going to be planted.");
    };
    let who = first.target.provider.title();
    let mut words = Sentence::new("Backup destroy armed for ");
    for (place, (backup, hour)) in armed.iter().enumerate() {
        let title = format!(" ({})", backup.target.title);
        words = words.then(if place > 0 { ", " } else { "" }).minute(*hour, now).muted(title);
    }
    let each = if armed.len() > 1 { ", each" } else { "," };
    words.then(format!("{each} within the hour after. {who} carries it out when Cluster Head does not."))
}

fn armed_for(backup: &BackupDestroy) -> Option<Time> {
    backup.fires_at.filter(|_| backup.state == BackupState::Planted)
}

fn failed(backup: &BackupDestroy, now: Time) -> Option<Sentence> {
    let error = backup.last_error.as_deref()?.trim_end_matches('.');
    let what = match backup.state {
        BackupState::Planted => "It stands, but could not be moved or asked for",
        _ => "No backup destroy",
    };
    let words = Sentence::new(format!("{what} ({}): {error}. Tried again ", backup.target.title));
    Some(words.second(backup.next_attempt_at, now).then("."))
}

fn not_removed(backup: &BackupDestroy, now: Time) -> Sentence {
    let who = backup.target.provider.title();
    let words = Sentence::default()
        .strong(format!("A backup destroy of an earlier debt still stands at {who}"))
        .then(format!(" ({})", backup.target.title));
    let words = match backup.fires_at {
        Some(hour) => words
            .then(" and would destroy what is up at ")
            .minute(hour, now)
            .then(", or within the hour after"),
        None => words,
    };
    let error = backup.last_error.as_deref().unwrap_or_default().trim_end_matches('.');
    words
        .then(format!(". Removing it failed: {error}. Tried again "))
        .second(backup.next_attempt_at, now)
        .then(", or remove it there by hand.")
}

#[cfg(test)]
mod tests {
    use domain::backup::BackupRun;
    use domain::cluster::ClusterState;
    use domain::obligation::{Obligation, ObligationState};
    use domain::run::RunStatus;
    use domain::step::Action;

    use super::*;
    use crate::samples::{at, catalogue, cluster_facts, owed, run};

    fn backups() -> Vec<BackupDestroy> {
        let row = |(position, target): (i32, &domain::step::CiTarget)| BackupDestroy {
            obligation: 1,
            position,
            mark: "mark".into(),
            target: target.clone(),
            state: BackupState::Planted,
            schedule: Some("s".into()),
            is_unclear: false,
            fires_at: Some(at(300 + i64::from(position) * 120)),
            failures: 0,
            last_error: None,
            next_attempt_at: at(61),
            awaited_since: None,
            asked_at: None,
            run: None,
        };
        (1..).zip(&catalogue().clusters[0].down).map(row).collect()
    }

    fn said(change: impl FnOnce(&mut ClusterFacts)) -> (String, Vec<String>) {
        let down = catalogue().clusters[0].down.clone();
        let teardown = down.iter().map(|target| {
            let action =
                Action::Trigger { target: target.clone(), effect: domain::step::Effect::DestroysCluster };
            domain::obligation::PlannedTeardown { title: target.title.clone(), action }
        });
        let mut facts = ClusterFacts {
            owed: Some(Obligation { teardown: teardown.collect(), ..owed(ObligationState::Open) }),
            backups: backups(),
            ..cluster_facts(ClusterState::Up)
        };
        change(&mut facts);
        let view = BackupView::new(&facts, at(60)).unwrap();
        (view.words.to_string(), view.trouble.iter().map(Sentence::to_string).collect())
    }

    #[test]
    fn it_says_for_which_hours_it_is_armed_and_where() {
        assert_eq!(
            said(|_| ()).0,
            "Backup destroy armed for 15:00 (Remove the workloads), 17:00 (Destroy the cluster), each within the hour after. \
             CircleCI carries it out when Cluster Head does not."
        );
    }

    #[test]
    fn without_one_it_says_why() {
        let off = said(|facts| facts.backup_policy = None);
        assert_eq!(off.0, "No backup destroy: switched off in the config.");
        assert!(said(|facts| facts.backups.clear()).0.starts_with("No backup destroy yet"));
        let endless = said(|facts| {
            facts.backups.clear();
            if let Some(owed) = &mut facts.owed {
                owed.destroys_at = None;
            }
        });
        assert_eq!(endless.0, "No backup destroy: the cluster has no auto-destroy time.");
        let refused = said(|facts| {
            facts.backups[0].state = BackupState::Refused;
            facts.backups[0].last_error = Some("CircleCI answered 401.".into());
        });
        assert_eq!(
            refused.1,
            ["No backup destroy (Remove the workloads): CircleCI answered 401. Tried again 09:01:00."]
        );
    }

    #[test]
    fn when_it_has_come_it_names_the_run() {
        let come = said(|facts| {
            let status = RunStatus::Running;
            facts.backups[1].run = Some(BackupRun { run: run("12"), status, began_at: at(50) });
        });
        assert_eq!(
            come.0,
            "The planted destroy has come: CircleCI pipeline 12 is at work; it is waited for."
        );
    }

    #[test]
    fn one_that_could_not_be_removed_is_said_as_long_as_it_stands() {
        let left = said(|facts| {
            let mut left = backups().remove(1);
            left.failures = 1;
            left.last_error = Some("CircleCI answered 500".into());
            facts.left_backups = vec![left];
        });
        assert!(left.1[0].starts_with(
            "A backup destroy of an earlier debt still stands at CircleCI (Destroy the cluster) and would destroy what \
             is up at 17:00"
        ));
        let nothing = ClusterFacts { owed: None, ..cluster_facts(ClusterState::Down) };
        assert_eq!(BackupView::new(&nothing, at(60)), None);
    }
}
