//! What is said of schedules: when they run, in both zones, and what became of it.

use std::collections::BTreeMap;

use chrono::Duration;
use domain::Time;
use domain::catalogue::Catalogue;
use domain::order::Ask;
use domain::schedule::due::KeptUp;
use domain::schedule::freeze::Freeze;
use domain::schedule::simple::in_words;
use domain::schedule::timing::{Timing, Touched};
use domain::schedule::zone::Zone;
use domain::schedule::{LastRun, Missed, Overlap, Schedule, ScheduleState};

use crate::view::Sentence;

/// The clusters of which a person chose the end.
pub type Kept = BTreeMap<String, KeptUp>;

/// "up (m) on iriversland2"
pub fn what(ask: &Ask) -> String {
    let size = ask.size.map(|size| format!(" ({size})")).unwrap_or_default();
    let service = ask.service.as_ref().map(|service| format!(" {service}")).unwrap_or_default();
    format!("{}{service}{size} on {}", ask.routine, ask.cluster)
}

/// "Monday to Friday at 09:00, Europe/Berlin"
pub fn when(cron: &str, zone: &str) -> String {
    let words = cron.parse().map_or_else(|_| cron.to_owned(), |cron| in_words(&cron));
    format!("{words}, {zone}")
}

/// "Mon 2027-01-18 09:00 Europe/Berlin = 08:00 UTC"
pub fn in_both_zones(at: Time, zone: Zone) -> String {
    let wall = zone.wall(at);
    let there = wall.format("%a %Y-%m-%d %H:%M");
    if zone == Zone::UTC {
        return format!("{there} UTC");
    }
    let is_same_day = wall.date() == at.date_naive();
    let utc = at.format(if is_same_day { "%H:%M" } else { "%Y-%m-%d %H:%M" });
    format!("{there} {zone} = {utc} UTC")
}

pub fn next_run(schedule: &Schedule, now: Time) -> Sentence {
    match (&schedule.paused, schedule.next_run_at, schedule.timing()) {
        (Some(pause), _, _) => Sentence::new(format!("Paused by {} ", pause.by)).minute(pause.at, now),
        (None, Some(next), Ok(timing)) => {
            Sentence::new(in_both_zones(next, timing.zone)).then(" ").remaining(next)
        }
        _ => Sentence::new("Never"),
    }
}

/// ". Rests: kept up until 2027-01-15 22:00 UTC by ana", where a run at that time would destroy what a person keeps.
pub fn rests(schedule: &Schedule, catalogue: &Catalogue, kept: &Kept, at: Time) -> String {
    let kept = schedule.rests(catalogue, kept.get(&schedule.ask.cluster), at);
    kept.map(|kept| format!(". Rests: {kept}")).unwrap_or_default()
}

pub fn last_run(last: Option<&LastRun>, now: Time) -> Sentence {
    let Some(LastRun { due_at, job, remark, .. }) = last else { return Sentence::default().muted("Not yet") };
    let due = Sentence::default().minute(*due_at, now);
    let result = match job {
        Some(job) => due.then(": ").job(*job),
        None => due.then(": skipped"),
    };
    match remark {
        Some(remark) => result.then(format!(". {}", domain::text::sentence(remark))),
        None => result,
    }
}

/// What the two rules of a schedule mean, in a few words.
pub fn rules(schedule: &Schedule) -> String {
    let missed = match schedule.missed {
        Missed::CatchUp => "a missed run is made up for once",
        Missed::Skip => "a missed run is skipped",
    };
    let overlap = match schedule.overlap {
        Overlap::Skip => "skipped while a job is at work",
        Overlap::Queue => "queued while a job is at work",
    };
    format!("{missed}, {overlap}")
}

/// What a change of the clock does to a run, said before it happens.
pub fn touched(touched: &Touched, zone: Zone) -> String {
    let wall = |wall: &chrono::NaiveDateTime| (wall.format("%Y-%m-%d"), wall.format("%H:%M").to_string());
    match touched {
        Touched::Moved { wall: missing, to } => {
            let (day, time) = wall(missing);
            format!(
                "On {day} {time} does not exist: it runs once, at {}, the first instant after the gap.",
                zone.wall(*to).format("%H:%M")
            )
        }
        Touched::OnceOfTwo { wall: twice, .. } => {
            let (day, time) = wall(twice);
            format!("On {day} {time} comes twice: it runs once, the first time.")
        }
        Touched::LeftOut { wall: missing } => {
            let (day, time) = wall(missing);
            format!("On {day} {time} does not exist: the pattern follows the clock and leaves it out.")
        }
        Touched::BothOfTwo { wall: twice } => {
            let (day, time) = wall(twice);
            format!("On {day} {time} comes twice: the pattern follows the clock and runs both times.")
        }
    }
}

/// "2026-12-24 00:00 to 2026-12-27 00:00 UTC, every cluster: Christmas (ana)"
pub fn freeze(freeze: &Freeze) -> String {
    let told = |time: Time| time.format("%Y-%m-%d %H:%M");
    let cluster = freeze.cluster.as_deref().unwrap_or("every cluster");
    let Freeze { because, by, .. } = freeze;
    format!("{} to {} UTC, {cluster}: {because} ({by})", told(freeze.from), told(freeze.until))
}

/// One line of the next days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComingRun {
    pub at: Time,
    pub words: String,
}

/// How far the list of coming runs reaches.
const AHEAD: Duration = Duration::days(7);
/// A schedule that runs more often within a day has one line for all of them.
const MOST_A_DAY: usize = 4;

/// What runs in the next seven days, the first one first.
pub fn coming(
    schedules: &[Schedule],
    freezes: &[Freeze],
    kept: &Kept,
    catalogue: &Catalogue,
    now: Time,
) -> Vec<ComingRun> {
    let mut coming: Vec<ComingRun> = Vec::new();
    for schedule in schedules {
        let is_on = schedule.state(catalogue) == ScheduleState::On;
        let Some(timing) = schedule.timing().ok().filter(|_| is_on) else { continue };
        let rests = |at| rests(schedule, catalogue, kept, at);
        coming.extend(coming_of(schedule, &timing, freezes, rests, now));
    }
    coming.sort_by_key(|run| run.at);
    coming
}

fn coming_of(
    schedule: &Schedule,
    timing: &Timing,
    freezes: &[Freeze],
    rests: impl Fn(Time) -> String,
    now: Time,
) -> Vec<ComingRun> {
    let what = what(&schedule.ask);
    let mut runs = Vec::new();
    let mut day = now;
    while day < now + AHEAD {
        let end = day + Duration::days(1);
        let of_day: Vec<Time> = timing
            .next(day - Duration::nanoseconds(1), MOST_A_DAY + 1)
            .into_iter()
            .filter(|run| *run < end)
            .collect();
        if of_day.len() > MOST_A_DAY {
            let first = of_day.first().copied().unwrap_or(day);
            let words = format!("from then on {}: {what}, as \"{}\"", schedule.cron, schedule.name);
            runs.push(ComingRun { at: first, words });
        } else {
            runs.extend(of_day.into_iter().map(|at| {
                let frozen = freezes.iter().find(|freeze| freeze.holds(&schedule.ask.cluster, at));
                let frozen = frozen.map(|freeze| format!(". Frozen, does not run: {}", freeze.because));
                let stays = frozen.unwrap_or_else(|| rests(at));
                let words = format!("{what}, as \"{}\"{stays}", schedule.name);
                ComingRun { at, words }
            }));
        }
        day = end;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, catalogue, schedule};

    #[test]
    fn a_run_is_told_in_both_zones_with_the_day_where_it_differs() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        assert_eq!(in_both_zones(at(0), berlin), "Fri 2027-01-15 09:00 Europe/Berlin = 08:00 UTC");
        let tokyo: Zone = "Asia/Tokyo".parse().unwrap();
        let late = at(8 * 60);
        assert_eq!(in_both_zones(late, tokyo), "Sat 2027-01-16 01:00 Asia/Tokyo = 2027-01-15 16:00 UTC");
        assert_eq!(in_both_zones(at(0), Zone::UTC), "Fri 2027-01-15 08:00 UTC");
    }

    #[test]
    fn what_and_when_are_said_in_words() {
        assert_eq!(what(&schedule().ask), "up (m) on iriversland2");
        assert_eq!(when("0 9 * * 1-5", "Europe/Berlin"), "Monday to Friday at 09:00, Europe/Berlin");
        assert_eq!(when("*/5 * * * *", "UTC"), "*/5 * * * *, UTC");
    }

    #[test]
    fn what_became_of_the_last_run_is_said() {
        let said = |job, remark: Option<&str>| {
            let last = LastRun { due_at: at(0), at: at(0), job, remark: remark.map(Into::into) };
            last_run(Some(&last), at(60)).to_string()
        };
        assert_eq!(last_run(None, at(0)).to_string(), "Not yet");
        assert_eq!(said(Some(12), None), "08:00: job #12");
        assert_eq!(said(Some(12), Some("made up for 2 h late")), "08:00: job #12. Made up for 2 h late");
        assert_eq!(said(None, Some("iriversland2 is down")), "08:00: skipped. Iriversland2 is down");
    }

    #[test]
    fn a_changed_clock_is_told_beforehand() {
        let timing = Timing::read("30 2 * * *", "Europe/Berlin").unwrap();
        let told: Vec<String> =
            timing.touched(at(0)).iter().map(|change| touched(change, timing.zone)).collect();
        assert_eq!(
            told,
            [
                "On 2027-03-28 02:30 does not exist: it runs once, at 03:00, the first instant after the gap.",
                "On 2027-10-31 02:30 comes twice: it runs once, the first time.",
            ]
        );
    }

    #[test]
    fn a_run_that_would_destroy_what_a_person_keeps_rests() {
        let ask = Ask { routine: "down".into(), size: None, ..schedule().ask };
        let destroys = Schedule { ask, ..schedule() };
        let kept = KeptUp { until: Some(at(60)), by: "ana".into() };
        let kept = Kept::from([("iriversland2".to_owned(), kept)]);
        let coming = coming(&[destroys, schedule()], &[], &kept, &catalogue(), at(-60));
        let resting: Vec<&ComingRun> = coming.iter().filter(|run| run.words.contains("Rests")).collect();
        assert_eq!(resting.len(), 1, "{coming:?}");
        assert_eq!(
            resting[0].words,
            "down on iriversland2, as \"weekdays\". Rests: kept up until 2027-01-15 09:00 UTC by ana"
        );
    }

    #[test]
    fn the_coming_days_leave_paused_and_broken_ones_out_and_tell_a_freeze() {
        let freeze = Freeze {
            id: 1,
            from: at(60 * 24 * 3),
            until: at(60 * 24 * 4),
            cluster: None,
            because: "audit".into(),
            by: "ana".into(),
        };
        let often = Schedule { name: "often".into(), cron: "*/5 * * * *".into(), ..schedule() };
        let broken = Schedule { ask: Ask { routine: "nap".into(), ..schedule().ask }, ..schedule() };
        let coming = coming(&[schedule(), often, broken], &[freeze], &Kept::new(), &catalogue(), at(0));
        let words: Vec<&str> = coming.iter().map(|run| run.words.as_str()).collect();
        // Friday 15 to Thursday 21 January: five working days, and seven lines for what runs all the time.
        assert_eq!(words.iter().filter(|words| words.contains("\"weekdays\"")).count(), 5);
        assert_eq!(words.iter().filter(|words| words.contains("*/5 * * * *")).count(), 7);
        assert_eq!(words.iter().filter(|words| words.ends_with("Frozen, does not run: audit")).count(), 1);
        assert!(coming.is_sorted_by_key(|run| run.at));
    }
}
