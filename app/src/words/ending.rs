//! What is said of the end of a cluster: when, why then, who is warned, and what becomes of a job that is at work.

use chrono::Duration;
use domain::Time;
use domain::extension::{UNDO_TAKES, extended, may_undo};
use domain::job::{Job, JobState};
use domain::obligation::Obligation;
use domain::stay::{Stay, StayLimits};
use domain::text;

use crate::facts::ClusterFacts;
use crate::view::{EndView, HoldView, Sentence, UndoView, seen};

/// By how many hours a button moves the end.
const LENGTHS: [i64; 2] = [1, 4];

impl EndView {
    /// None when the cluster is not wanted, or only until its job ends.
    pub fn new(facts: &ClusterFacts, now: Time) -> Option<Self> {
        let owed = facts.unsettled().filter(|owed| owed.is_open())?;
        let fits = |hours: &i64| extended(owed, Stay::hours(*hours), None, Default::default(), now).is_ok();
        let undo = UndoView::new(owed, now);
        // Who moved it stands beside the undo, as long as there is one.
        let chosen = owed.chosen_by.as_ref().filter(|_| undo.is_none());
        let chosen = chosen.map(|by| Sentence::new(format!("{by} chose this time.")));
        let policy = owed.destroys_at.map(|_| Sentence::new(at_the_deadline(&owed.limits)));
        Some(Self {
            cluster: owed.cluster.clone(),
            words: end_of(owed, facts.active_job().is_some(), now),
            notes: policy.into_iter().chain(chosen).collect(),
            warnings: owed.warnings,
            spoken: spoken(owed, facts.active_job().is_some(), now),
            seen: seen(owed.destroys_at),
            lengths: LENGTHS.into_iter().filter(fits).collect(),
            undo,
        })
    }
}

impl UndoView {
    fn new(owed: &Obligation, now: Time) -> Option<Self> {
        let last = may_undo(owed, now).ok()?;
        let words = Sentence::new(format!("{} moved it from ", last.by));
        let words = match last.from {
            Some(from) => words.minute(from, now),
            None => words.then("no end"),
        };
        let until = last.at + UNDO_TAKES;
        let words = words.then(". That can be taken back until ").second(until, now).then(", ").left(until);
        Some(Self { extension: last.id, words: words.then(".") })
    }
}

impl HoldView {
    /// The hold of a job that has not begun.
    pub fn of(job: &Job, now: Time) -> Option<Self> {
        let until = job.held_until.filter(|until| *until > now)?;
        let waits = job.state == JobState::Queued && job.cancelled.is_none();
        let words = || {
            Sentence::default().strong("Destroying ").left(until).then(", at ").second(until, now).then(".")
        };
        waits.then(|| Self { job: job.number, words: words() })
    }
}

/// "Destroys 18:30 (in 2 h 10 min), or after 2 h without a job: 16:12."
pub fn end_of(owed: &Obligation, job_is_active: bool, now: Time) -> Sentence {
    let words = match owed.destroys_at {
        Some(at) => Sentence::new("Destroys ").minute(at, now).then(" ").remaining(at),
        None => Sentence::default().strong("No automatic destroy"),
    };
    let Some(idle) = owed.limits.idle_minutes else { return words.then(".") };
    let idle = text::duration(Duration::minutes(i64::from(idle)));
    let but = if owed.destroys_at.is_some() { ", or" } else { ", but" };
    let words = words.then(format!("{but} after {idle} without a job"));
    match owed.idle_end(job_is_active) {
        Some(at) => words.then(": ").minute(at, now).then("."),
        None => words.then("."),
    }
}

fn spoken(owed: &Obligation, job_is_active: bool, now: Time) -> String {
    let left =
        owed.ends_at(job_is_active).map(|end| text::duration(Duration::minutes((end - now).num_minutes())));
    match left {
        Some(left) => format!("{} is destroyed in {left}.", owed.cluster),
        None => format!("{} has no automatic destroy.", owed.cluster),
    }
}

/// The policy, printed before it is applied.
pub fn at_the_deadline(limits: &StayLimits) -> String {
    match limits.grace_minutes {
        0 => "A job that is at work at its auto-destroy time is cancelled.".to_owned(),
        grace => {
            let grace = text::duration(Duration::minutes(i64::from(grace)));
            format!("A job that is at work at its auto-destroy time may go on for {grace} at most.")
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;
    use domain::extension::Extension;
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step, owed};

    fn view(change: impl FnOnce(&mut Obligation)) -> EndView {
        let mut owed = owed(ObligationState::Open);
        change(&mut owed);
        let facts = ClusterFacts { owed: Some(owed), ..cluster_facts(ClusterState::Up) };
        EndView::new(&facts, at(60)).unwrap()
    }

    #[test]
    fn the_end_is_said_with_what_becomes_of_a_job() {
        let view = view(|_| ());
        assert_eq!(view.words.to_string(), "Destroys 12:00 <remaining>.");
        assert_eq!(
            view.notes[0].to_string(),
            "A job that is at work at its auto-destroy time may go on for 1 h at most."
        );
        assert_eq!((view.seen.as_str(), view.lengths.as_slice()), ("2027-01-15T12:00:00Z", &[1, 4][..]));
    }

    #[test]
    fn where_idling_ends_it_both_times_are_said() {
        let view = view(|owed| owed.limits.idle_minutes = Some(120));
        assert_eq!(view.words.to_string(), "Destroys 12:00 <remaining>, or after 2 h without a job: 10:10.");
    }

    #[test]
    fn a_cluster_without_an_end_says_so() {
        let view = view(|owed| owed.destroys_at = None);
        assert_eq!((view.words.to_string().as_str(), view.seen.as_str()), ("No automatic destroy.", "none"));
        assert!(view.lengths.is_empty() && view.notes.is_empty());
    }

    #[test]
    fn what_is_beyond_the_cap_is_not_offered() {
        assert_eq!(view(|owed| owed.limits.longest_minutes = 4 * 60 + 30).lengths, [1]);
    }

    #[test]
    fn a_move_is_offered_to_be_taken_back_while_it_can_be() {
        let moved = |when| {
            view(|owed| {
                owed.extended = Some(Extension {
                    id: 7,
                    at: when,
                    by: "ana".into(),
                    from: Some(at(180)),
                    to: owed.destroys_at,
                    chosen_before: None,
                });
            })
        };
        let undo = moved(at(60)).undo.unwrap();
        assert_eq!(
            undo.words.to_string(),
            "ana moved it from 11:00. That can be taken back until 09:01:00, <left>."
        );
        assert_eq!(moved(at(59)).undo, None);
    }

    #[test]
    fn a_held_destroy_says_until_when_and_is_over_then() {
        let mut job = guide_at_step(1).job;
        job.state = JobState::Queued;
        job.held_until = Some(at(60));
        let words = HoldView::of(&job, at(59)).unwrap().words.to_string();
        assert_eq!(words, "Destroying <left>, at 09:00:00.");
        assert_eq!(HoldView::of(&job, at(60)), None);
        job.held_until = None;
        assert_eq!(HoldView::of(&job, at(59)), None);
    }
}
