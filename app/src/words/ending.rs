//! What is said of the end of a cluster: when, why then, who is warned, and what becomes of a job that is at work.

use chrono::Duration;
use domain::Time;
use domain::ending::PlannedDestroy;
use domain::extension::{UNDO_TAKES, extended, may_undo};
use domain::job::{JobState, JobWithSteps};
use domain::obligation::Obligation;
use domain::plan::held_teardown;
use domain::stay::{Stay, StayLimits};
use domain::text;

use crate::facts::ClusterFacts;
use crate::view::{EndView, HoldView, Sentence, StopHold, UndoView, seen};

/// For so many minutes a cluster is left up whose destroy was stopped after a cancel.
const STOPPED_FOR: u32 = 60;
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
        let chosen = chosen.map(|by| Sentence::new(chosen_by(by, owed)));
        let policy = owed.destroys_at.map(|_| Sentence::new(at_the_deadline(&owed.limits)));
        let planned = facts.planned.as_ref();
        let schedule =
            planned.map(|planned| Sentence::new(format!("{}.", text::sentence(planned.patience()))));
        let job_is_active = facts.active_job().is_some();
        Some(Self {
            cluster: owed.cluster.clone(),
            words: end_of(owed, planned, job_is_active, now),
            notes: schedule.into_iter().chain(policy).chain(chosen).collect(),
            warnings: owed.warnings,
            is_endless: owed.is_endless() && planned.is_none(),
            spoken: spoken(owed, planned, job_is_active, now),
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
        Some(Self { extension: last.id, until: until.timestamp(), words: words.then(".") })
    }
}

impl HoldView {
    /// The hold of a job that has not begun, or of the destroy that follows its cancel.
    pub fn of(JobWithSteps { job, steps }: &JobWithSteps, now: Time) -> Option<Self> {
        let until = job.held_until.filter(|until| *until > now)?;
        let words =
            Sentence::default().strong("Destroying ").left(until).then(", at ").second(until, now).then(".");
        if job.state == JobState::Queued && job.cancelled.is_none() {
            return Some(Self { job: job.number, words, stop: StopHold::Cancel });
        }
        held_teardown(job, steps, now)?;
        let minutes = STOPPED_FOR.min(job.stay.limits.longest_minutes);
        let length = text::duration(Duration::minutes(i64::from(minutes)));
        Some(Self {
            job: job.number,
            words: words.then(format!(" Stopped, the cluster is left up for {length}.")),
            stop: StopHold::LeaveUp { length: format!("{minutes}min") },
        })
    }
}

/// "Destroys 18:30 (in 2 h 10 min), or after 2 h without a job: 16:12."
///
/// "Destroys 18:00 (in 1 h 40 min) by schedule evenings, else 18:30 (in 2 h 10 min)."
pub fn end_of(
    owed: &Obligation,
    planned: Option<&PlannedDestroy>,
    job_is_active: bool,
    now: Time,
) -> Sentence {
    let words = planned.map(|planned| by_schedule(planned, now));
    let is_followed = words.is_some();
    let words = words.unwrap_or_default();
    let words = match owed.destroys_at {
        Some(at) if is_followed => words.minute(at, now).then(" ").remaining(at),
        Some(at) => words.then("Destroys ").minute(at, now).then(" ").remaining(at),
        None if is_followed => words.strong("no automatic destroy"),
        None => words.strong("No automatic destroy"),
    };
    let idle = owed.limits.idle_minutes.filter(|_| !owed.is_end_chosen());
    let Some(idle) = idle else { return words.then(".") };
    let idle = text::duration(Duration::minutes(i64::from(idle)));
    let but = if owed.destroys_at.is_some() { ", or" } else { ", but" };
    let words = words.then(format!("{but} after {idle} without a job"));
    match owed.idle_end(job_is_active) {
        Some(at) => words.then(": ").minute(at, now).then("."),
        None => words.then("."),
    }
}

fn by_schedule(planned: &PlannedDestroy, now: Time) -> Sentence {
    let PlannedDestroy { id, schedule, at, replaces, .. } = planned;
    let (what, then) = if *replaces { ("Is replaced ", ", and destroys ") } else { ("Destroys ", ", else ") };
    Sentence::new(what)
        .minute(*at, now)
        .then(" ")
        .remaining(*at)
        .then(" by schedule ")
        .link(format!("/schedules/{id}"), schedule.clone())
        .then(then)
}

fn chosen_by(by: &str, owed: &Obligation) -> String {
    let what = if owed.destroys_at.is_some() { "this time" } else { "to have none" };
    let idles = owed.limits.idle_minutes.map(|_| ", whether anybody uses it or not");
    format!("{by} chose {what}{}.", idles.unwrap_or_default())
}

fn spoken(owed: &Obligation, planned: Option<&PlannedDestroy>, job_is_active: bool, now: Time) -> String {
    let end = owed.first_end(job_is_active, planned);
    let left = end.map(|end| text::duration(Duration::minutes((end - now).num_minutes())));
    match left {
        Some(left) if planned.is_some_and(|planned| planned.replaces && Some(planned.at) == end) => {
            format!("{} is replaced in {left}.", owed.cluster)
        }
        Some(left) => format!("{} is destroyed in {left}.", owed.cluster),
        None => format!("{} has no automatic destroy.", owed.cluster),
    }
}

/// How a cluster ends that is brought up for so long.
pub fn its_end(stay: Stay) -> String {
    match stay {
        Stay::For { minutes } => {
            let length = text::duration(Duration::try_minutes(minutes).unwrap_or(Duration::MAX));
            format!("The cluster destroys itself after {length}.")
        }
        Stay::Until { time } => {
            format!("The cluster destroys itself at {}.", time.format("%Y-%m-%d %H:%M UTC"))
        }
        Stay::Endless => "The cluster has no automatic destroy.".to_owned(),
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
    use domain::job::Asked;
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step, owed, planned};

    fn view(change: impl FnOnce(&mut Obligation)) -> EndView {
        view_with(None, change)
    }

    fn view_with(planned: Option<PlannedDestroy>, change: impl FnOnce(&mut Obligation)) -> EndView {
        let mut owed = owed(ObligationState::Open);
        change(&mut owed);
        let facts = ClusterFacts { owed: Some(owed), planned, ..cluster_facts(ClusterState::Up) };
        EndView::new(&facts, at(60)).unwrap()
    }

    #[test]
    fn the_end_that_a_schedule_brings_is_said_before_the_own_one() {
        let mut evenings = planned(120);
        let view = view_with(Some(evenings.clone()), |_| ());
        assert_eq!(
            view.words.to_string(),
            "Destroys 10:00 <remaining> by schedule evenings, else 12:00 <remaining>."
        );
        assert_eq!(view.notes[0].to_string(), "The schedule is skipped while a job is at work.");
        assert_eq!(view.spoken, "iriversland2 is destroyed in 1 h.");
        evenings.replaces = true;
        let view = view_with(Some(evenings.clone()), |_| ());
        assert!(
            view.words
                .to_string()
                .starts_with("Is replaced 10:00 <remaining> by schedule evenings, and destroys 12:00"),
            "{}",
            view.words
        );
        let endless = view_with(Some(planned(120)), |owed| owed.destroys_at = None);
        assert!(endless.words.to_string().ends_with(", else no automatic destroy.") && !endless.is_endless);
    }

    #[test]
    fn the_end_that_a_person_chose_says_so_and_not_when_it_would_idle() {
        let view = view(|owed| {
            owed.chosen_by = Some("ana".into());
            owed.limits.idle_minutes = Some(120);
        });
        assert_eq!(view.words.to_string(), "Destroys 12:00 <remaining>.");
        assert_eq!(view.notes[1].to_string(), "ana chose this time, whether anybody uses it or not.");
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
        assert!(view.lengths.is_empty() && view.notes.is_empty() && view.is_endless);
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
        let mut job = guide_at_step(1);
        job.job.state = JobState::Queued;
        job.job.held_until = Some(at(60));
        let words = HoldView::of(&job, at(59)).unwrap().words.to_string();
        assert_eq!(words, "Destroying <left>, at 09:00:00.");
        assert_eq!(HoldView::of(&job, at(60)), None);
        job.job.held_until = None;
        assert_eq!(HoldView::of(&job, at(59)), None);
    }

    #[test]
    fn a_destroy_that_follows_a_cancel_is_stopped_by_leaving_the_cluster_up() {
        let mut job = guide_at_step(3);
        job.job.held_until = Some(at(60));
        assert_eq!(HoldView::of(&job, at(59)), None, "nobody cancelled it");
        job.job.cancelled = Some(Asked { by: job.job.actor.clone(), at: at(59) });
        let held = HoldView::of(&job, at(59)).unwrap();
        assert_eq!(held.stop, StopHold::LeaveUp { length: "60min".into() });
        assert!(held.words.to_string().ends_with("Stopped, the cluster is left up for 1 h."));
        assert_eq!(HoldView::of(&job, at(60)), None);
        let half_made = guide_at_step(1);
        job.steps = half_made.steps;
        assert_eq!(HoldView::of(&job, at(59)), None);
    }
}
