//! What a schedule looks like to programs.

use chrono::NaiveDateTime;
use domain::Time;
use domain::catalogue::Catalogue;
use domain::schedule::freeze::Freeze;
use domain::schedule::timing::{Timing, Touched};
use domain::schedule::{Missed, Overlap, Schedule, ScheduleState};
use domain::size::Size;
use serde::Serialize;

#[derive(Serialize)]
pub struct ScheduleShape {
    id: i64,
    name: String,
    routine: String,
    cluster: String,
    size: Option<Size>,
    service: Option<String>,
    /// How long a cluster that it brings up may stay; null as the config says.
    lifetime_minutes: Option<u32>,
    cron: String,
    zone: String,
    missed: Missed,
    overlap: Overlap,
    state: ScheduleState,
    /// Why it cannot run, where it is broken.
    broken_because: Option<String>,
    paused_by: Option<String>,
    paused_at: Option<Time>,
    created_by: String,
    created_at: Time,
    next_run_at: Option<Time>,
    last_run: Option<RunShape>,
    /// To be sent with a change that was decided on it.
    version: i64,
}

/// What became of a run.
#[derive(Serialize)]
struct RunShape {
    due_at: Time,
    heeded_at: Time,
    /// None when it was skipped.
    job: Option<i64>,
    remark: Option<String>,
}

impl ScheduleShape {
    pub fn new(schedule: Schedule, catalogue: &Catalogue) -> Self {
        let (state, broken_because) = (schedule.state(catalogue), schedule.broken(catalogue));
        let (paused_by, paused_at) = schedule.paused.map(|pause| (pause.by, pause.at)).unzip();
        Self {
            id: schedule.id,
            name: schedule.name,
            routine: schedule.ask.routine,
            cluster: schedule.ask.cluster,
            size: schedule.ask.size,
            service: schedule.ask.service,
            lifetime_minutes: schedule.lifetime_minutes,
            cron: schedule.cron,
            zone: schedule.zone,
            missed: schedule.missed,
            overlap: schedule.overlap,
            state,
            broken_because,
            paused_by,
            paused_at,
            created_by: schedule.created_by,
            created_at: schedule.created_at,
            next_run_at: schedule.next_run_at,
            last_run: schedule.last.map(|run| RunShape {
                due_at: run.due_at,
                heeded_at: run.at,
                job: run.job,
                remark: run.remark,
            }),
            version: schedule.version,
        }
    }
}

/// The next runs, and what the clock does to some of them.
#[derive(Serialize)]
pub struct NextShape {
    zone: &'static str,
    items: Vec<NextRun>,
    /// Of the coming year.
    clock_changes: Vec<ClockChange>,
}

#[derive(Serialize)]
struct NextRun {
    at: Time,
    /// What a clock shows in the zone.
    local: NaiveDateTime,
}

#[derive(Serialize)]
struct ClockChange {
    /// What the pattern says, on a clock in the zone.
    local: NaiveDateTime,
    /// `moved`, `once`, `left_out` or `twice`.
    effect: &'static str,
    /// When it runs, where it runs once.
    runs_at: Option<Time>,
}

impl NextShape {
    pub fn new(timing: &Timing, after: Time, count: usize) -> Self {
        let runs = timing.next(after, count).into_iter();
        Self {
            zone: timing.zone.name(),
            items: runs.map(|at| NextRun { at, local: timing.zone.wall(at) }).collect(),
            clock_changes: timing.touched(after).into_iter().map(ClockChange::from).collect(),
        }
    }
}

impl From<Touched> for ClockChange {
    fn from(touched: Touched) -> Self {
        match touched {
            Touched::Moved { wall, to } => Self { local: wall, effect: "moved", runs_at: Some(to) },
            Touched::OnceOfTwo { wall, at } => Self { local: wall, effect: "once", runs_at: Some(at) },
            Touched::LeftOut { wall } => Self { local: wall, effect: "left_out", runs_at: None },
            Touched::BothOfTwo { wall } => Self { local: wall, effect: "twice", runs_at: None },
        }
    }
}

#[derive(Serialize)]
pub struct FreezeShape {
    id: i64,
    from: Time,
    /// The first instant that is free again.
    until: Time,
    /// Null when every cluster is meant.
    cluster: Option<String>,
    because: String,
    by: String,
}

impl From<Freeze> for FreezeShape {
    fn from(freeze: Freeze) -> Self {
        let Freeze { id, from, until, cluster, because, by } = freeze;
        Self { id, from, until, cluster, because, by }
    }
}
