//! A schedule as a sample: up on working days.

use domain::ending::PlannedDestroy;
use domain::order::Ask;
use domain::schedule::{Missed, Overlap, Schedule};
use domain::size::Size;

use super::at;

/// The schedule "evenings" destroys the cluster then.
pub fn planned(minute: i64) -> PlannedDestroy {
    PlannedDestroy {
        id: 4,
        schedule: "evenings".into(),
        at: at(minute),
        replaces: false,
        waits_for_job: false,
    }
}

/// Monday to Friday at 09:00 in Berlin; next on 15 January 2027 at 08:00 UTC.
pub fn schedule() -> Schedule {
    Schedule {
        id: 3,
        name: "weekdays".into(),
        ask: Ask {
            routine: "up".into(),
            cluster: "iriversland2".into(),
            size: Some(Size::M),
            ..Ask::default()
        },
        lifetime_minutes: None,
        cron: "0 9 * * 1-5".into(),
        zone: "Europe/Berlin".into(),
        missed: Missed::CatchUp,
        overlap: Overlap::Skip,
        paused: None,
        created_by: "ana".into(),
        created_at: at(-600),
        next_run_at: Some(at(0)),
        last: None,
        version: 11,
    }
}
