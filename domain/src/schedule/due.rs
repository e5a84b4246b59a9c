//! What a schedule asks for now.

use super::freeze::Freeze;
use super::timing::Timing;
use super::{Missed, Overlap, Schedule};
use crate::Time;
use crate::catalogue::Catalogue;
use crate::obligation::Obligation;
use crate::order::PlannedStep;
use crate::text;

/// A run that begins no later than this is on time.
pub const ON_TIME: chrono::Duration = chrono::Duration::minutes(1);

/// What the decision depends on besides the schedule.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Why the catalogue of today makes no job of it, if it does not.
    pub broken: Option<String>,
    /// Whether the first thing that it does is to destroy what is there.
    pub begins_with_destroy: bool,
    /// The job that is at work on the cluster, or waits for its turn there.
    pub active_job: Option<i64>,
    /// The end of the cluster, where a named person chose it.
    pub kept_up: Option<KeptUp>,
    pub freezes: Vec<Freeze>,
    /// What other schedules wanted of the cluster, the newest of each.
    pub others: Vec<Wanted>,
}

/// A run of a schedule that brings its cluster up or destroys it, missed by now or heeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub schedule: String,
    pub due_at: Time,
}

impl Wanted {
    /// The newest of this schedule, if it has one that counts by the catalogue of today.
    pub fn by(schedule: &Schedule, catalogue: &Catalogue, now: Time) -> Option<Self> {
        let order = schedule.order(catalogue).ok()?;
        let decides = |step: &PlannedStep| step.action.creates_cluster() || step.action.destroys_cluster();
        if !order.steps.iter().any(decides) {
            return None;
        }
        let missed = schedule.next_run_at.filter(|next| *next <= now);
        let missed = missed.and_then(|next| schedule.timing().ok()?.newest(next, now));
        let due_at = missed.max(schedule.last.as_ref().map(|last| last.due_at))?;
        Some(Self { schedule: schedule.name.clone(), due_at })
    }
}

/// Somebody chose until when the cluster stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptUp {
    /// None when it has no end.
    pub until: Option<Time>,
    pub by: String,
}

impl KeptUp {
    /// Who chose the end of a cluster that is wanted, if somebody did.
    pub fn of(owed: &Obligation) -> Option<Self> {
        let by = owed.chosen_by.clone().filter(|_| owed.is_open())?;
        Some(Self { until: owed.destroys_at, by })
    }

    /// Whether the cluster is kept at that time.
    pub fn holds(&self, at: Time) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

impl std::fmt::Display for KeptUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.until {
            Some(until) => write!(f, "kept up until {} by {}", until.format("%Y-%m-%d %H:%M UTC"), self.by),
            None => write!(f, "kept up without an end by {}", self.by),
        }
    }
}

/// What a schedule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Nothing now.
    Nothing,
    /// To be run, for the time at which it was due. After an absence that was a while ago.
    Run { due_at: Time, late: Option<chrono::Duration> },
    /// Not to be run, and why.
    Skip { due_at: Time, because: Skipped },
    /// It was due at a time that is none of its pattern any more: a newer binary knows other rules of its zone.
    Moved,
}

/// Why a run is skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skipped {
    Broken(String),
    Frozen { until: Time, because: String },
    NobodyThere { late: chrono::Duration },
    Superseded(Wanted),
    KeptUp(KeptUp),
    Busy { job: i64 },
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told = |time: &Time| time.format("%Y-%m-%d %H:%M UTC");
        match self {
            Self::Broken(why) => write!(f, "Broken: {why}"),
            Self::Frozen { until, because } => {
                write!(f, "Schedules are frozen until {}: {because}", told(until))
            }
            Self::NobodyThere { late } => {
                write!(f, "This service was not there then; it came {} late", text::duration(*late))
            }
            Self::Superseded(Wanted { schedule, due_at }) => {
                write!(f, "Superseded by schedule {schedule}, which was due at {}", told(due_at))
            }
            Self::KeptUp(kept) => f.write_str(&text::sentence(&kept.to_string())),
            Self::Busy { job } => write!(f, "Job #{job} is at work on the cluster"),
        }
    }
}

/// What the schedule asks for at `now`. Of several runs that are due, only the newest counts.
pub fn due(schedule: &Schedule, timing: &Timing, facts: &Facts, now: Time) -> Due {
    let Some(first) = schedule.next_run_at.filter(|next| *next <= now && schedule.paused.is_none()) else {
        return Due::Nothing;
    };
    let Some(due_at) = timing.newest(first, now) else { return Due::Moved };
    let late = Some(now - due_at).filter(|late| *late > ON_TIME);
    match reason_to_skip(schedule, facts, due_at, late, now) {
        Some(because) => Due::Skip { due_at, because },
        None => Due::Run { due_at, late },
    }
}

fn reason_to_skip(
    schedule: &Schedule,
    facts: &Facts,
    due_at: Time,
    late: Option<chrono::Duration>,
    now: Time,
) -> Option<Skipped> {
    if let Some(why) = &facts.broken {
        return Some(Skipped::Broken(why.clone()));
    }
    // What is made up for later is not to fall into a freeze either.
    let holds =
        |freeze: &&Freeze| [due_at, now].into_iter().any(|time| freeze.holds(&schedule.ask.cluster, time));
    if let Some(freeze) = facts.freezes.iter().find(holds) {
        return Some(Skipped::Frozen { until: freeze.until, because: freeze.because.clone() });
    }
    if let Some(late) = late.filter(|_| schedule.missed == Missed::Skip) {
        return Some(Skipped::NobodyThere { late });
    }
    let newer = |other: &&Wanted| {
        let is_frozen = facts.freezes.iter().any(|freeze| freeze.holds(&schedule.ask.cluster, other.due_at));
        late.is_some() && other.due_at > due_at && !is_frozen
    };
    if let Some(newest) = facts.others.iter().filter(newer).max_by_key(|other| other.due_at) {
        return Some(Skipped::Superseded(newest.clone()));
    }
    let is_kept_up = |kept: &&KeptUp| facts.begins_with_destroy && kept.holds(now);
    if let Some(kept) = facts.kept_up.as_ref().filter(is_kept_up) {
        return Some(Skipped::KeptUp(kept.clone()));
    }
    facts.active_job.filter(|_| schedule.overlap == Overlap::Skip).map(|job| Skipped::Busy { job })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Ask;
    use crate::schedule::Pause;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    /// Every day at 09:00 in Berlin, which was 08:00 UTC in January; next due on the 15th.
    fn nightly(missed: Missed, overlap: Overlap) -> Schedule {
        Schedule {
            id: 1,
            name: "morning".into(),
            ask: Ask { routine: "up".into(), cluster: "c".into(), ..Ask::default() },
            lifetime_minutes: None,
            cron: "0 9 * * *".into(),
            zone: "Europe/Berlin".into(),
            missed,
            overlap,
            paused: None,
            created_by: "ana".into(),
            created_at: at("2027-01-01T00:00:00Z"),
            next_run_at: Some(at("2027-01-15T08:00:00Z")),
            last: None,
            version: 1,
        }
    }

    fn decide(schedule: &Schedule, facts: &Facts, now: &str) -> Due {
        due(schedule, &schedule.timing().unwrap(), facts, at(now))
    }

    fn run(due_at: &str, late_minutes: i64) -> Due {
        let late = Some(chrono::Duration::minutes(late_minutes)).filter(|late| !late.is_zero());
        Due::Run { due_at: at(due_at), late }
    }

    #[test]
    fn it_rests_until_its_time_and_then_runs() {
        let schedule = nightly(Missed::CatchUp, Overlap::Skip);
        assert_eq!(decide(&schedule, &Facts::default(), "2027-01-15T07:59:59Z"), Due::Nothing);
        assert_eq!(
            decide(&schedule, &Facts::default(), "2027-01-15T08:00:00Z"),
            run("2027-01-15T08:00:00Z", 0)
        );
        assert_eq!(
            decide(&schedule, &Facts::default(), "2027-01-15T08:01:00Z"),
            run("2027-01-15T08:00:00Z", 0)
        );
    }

    #[test]
    fn of_several_missed_runs_only_the_newest_is_made_up_for() {
        let schedule = nightly(Missed::CatchUp, Overlap::Skip);
        assert_eq!(
            decide(&schedule, &Facts::default(), "2027-01-18T10:00:00Z"),
            run("2027-01-18T08:00:00Z", 120)
        );
    }

    #[test]
    fn a_missed_run_is_skipped_where_the_schedule_says_so() {
        let schedule = nightly(Missed::Skip, Overlap::Skip);
        let Due::Skip { due_at, because } = decide(&schedule, &Facts::default(), "2027-01-18T10:00:00Z")
        else {
            panic!("it ran")
        };
        assert_eq!(due_at, at("2027-01-18T08:00:00Z"));
        assert_eq!(because.to_string(), "This service was not there then; it came 2 h late");
        // The one of today is on time, whatever became of those before.
        assert_eq!(
            decide(&schedule, &Facts::default(), "2027-01-18T08:00:01Z"),
            run("2027-01-18T08:00:00Z", 0)
        );
    }

    #[test]
    fn a_paused_schedule_does_nothing() {
        let mut schedule = nightly(Missed::CatchUp, Overlap::Skip);
        schedule.paused = Some(Pause { by: "ana".into(), at: at("2027-01-14T00:00:00Z") });
        assert_eq!(decide(&schedule, &Facts::default(), "2027-01-15T08:00:00Z"), Due::Nothing);
    }

    #[test]
    fn while_a_job_is_at_work_it_is_skipped_or_queued() {
        let busy = Facts { active_job: Some(7), ..Facts::default() };
        let now = "2027-01-15T08:00:00Z";
        let skipped = Due::Skip { due_at: at(now), because: Skipped::Busy { job: 7 } };
        assert_eq!(decide(&nightly(Missed::Skip, Overlap::Skip), &busy, now), skipped);
        assert_eq!(decide(&nightly(Missed::Skip, Overlap::Queue), &busy, now), run(now, 0));
    }

    #[test]
    fn of_the_missed_runs_of_one_cluster_only_the_newest_is_made_up_for() {
        let other = |due_at: &str| vec![Wanted { schedule: "evenings".into(), due_at: at(due_at) }];
        let facts = |due_at: &str| Facts { others: other(due_at), ..Facts::default() };
        let schedule = nightly(Missed::CatchUp, Overlap::Skip);
        let now = "2027-01-15T20:00:00Z";
        let Due::Skip { because, .. } = decide(&schedule, &facts("2027-01-15T18:00:00Z"), now) else {
            panic!("it ran")
        };
        assert_eq!(
            because.to_string(),
            "Superseded by schedule evenings, which was due at 2027-01-15 18:00 UTC"
        );
        let older = facts("2027-01-15T07:59:00Z");
        assert_eq!(decide(&schedule, &older, now), run("2027-01-15T08:00:00Z", 720));
        let same = facts("2027-01-15T08:00:00Z");
        assert_eq!(decide(&schedule, &same, now), run("2027-01-15T08:00:00Z", 720));
        // A run that is on time is not made up for, so that nothing supersedes it.
        let on_time = "2027-01-15T08:00:30Z";
        assert_eq!(decide(&schedule, &facts(on_time), on_time), run("2027-01-15T08:00:00Z", 0));
        // What a freeze kept from coming wanted nothing.
        let freeze = Freeze {
            id: 1,
            from: at("2027-01-15T17:00:00Z"),
            until: at("2027-01-15T19:00:00Z"),
            cluster: None,
            because: "audit".into(),
            by: "ana".into(),
        };
        let frozen = Facts { freezes: vec![freeze], ..facts("2027-01-15T18:00:00Z") };
        assert_eq!(decide(&schedule, &frozen, now), run("2027-01-15T08:00:00Z", 720));
    }

    #[test]
    fn nothing_runs_in_a_freeze_and_nothing_is_made_up_for_afterwards() {
        let freeze = Freeze {
            id: 1,
            from: at("2027-01-15T00:00:00Z"),
            until: at("2027-01-15T12:00:00Z"),
            cluster: None,
            because: "audit".into(),
            by: "ana".into(),
        };
        let frozen = Facts { freezes: vec![freeze], ..Facts::default() };
        for now in ["2027-01-15T08:00:00Z", "2027-01-15T13:00:00Z"] {
            let Due::Skip { because, .. } = decide(&nightly(Missed::CatchUp, Overlap::Skip), &frozen, now)
            else {
                panic!("it ran at {now}")
            };
            assert_eq!(because.to_string(), "Schedules are frozen until 2027-01-15 12:00 UTC: audit");
        }
    }

    #[test]
    fn a_scheduled_destroy_does_not_come_before_the_end_that_a_person_chose() {
        let kept = KeptUp { until: Some(at("2027-01-15T22:00:00Z")), by: "ana".into() };
        let facts = |begins_with_destroy| Facts {
            kept_up: Some(kept.clone()),
            begins_with_destroy,
            ..Facts::default()
        };
        let schedule = nightly(Missed::CatchUp, Overlap::Skip);
        let now = "2027-01-15T08:00:00Z";
        let Due::Skip { because, .. } = decide(&schedule, &facts(true), now) else { panic!("it ran") };
        assert_eq!(because.to_string(), "Kept up until 2027-01-15 22:00 UTC by ana");
        // What destroys nothing may run, and the schedule goes on once the end has come.
        assert_eq!(decide(&schedule, &facts(false), now), run(now, 0));
        let later = Schedule { next_run_at: Some(at("2027-01-16T08:00:00Z")), ..schedule };
        assert_eq!(decide(&later, &facts(true), "2027-01-16T08:00:00Z"), run("2027-01-16T08:00:00Z", 0));
    }

    #[test]
    fn a_broken_schedule_never_runs_and_says_why() {
        let facts = Facts { broken: Some("There is no routine \"x\".".into()), ..Facts::default() };
        let schedule = nightly(Missed::CatchUp, Overlap::Queue);
        let Due::Skip { because, .. } = decide(&schedule, &facts, "2027-01-15T08:00:00Z") else {
            panic!("it ran")
        };
        assert_eq!(because.to_string(), "Broken: There is no routine \"x\".");
    }
}
