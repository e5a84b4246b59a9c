//! Makes the row of a schedule.

use domain::Time;
use domain::catalogue::Catalogue;
use domain::schedule::Schedule;

use super::schedule::{Kept, last_run, next_run, rests, rules, what, when};
use crate::view::{Look, ScheduleRow};

impl ScheduleRow {
    pub fn new(schedule: &Schedule, kept: &Kept, catalogue: &Catalogue, key: String, now: Time) -> Self {
        let rests = schedule.next_run_at.map(|at| rests(schedule, catalogue, kept, at));
        Self {
            id: schedule.id,
            name: schedule.name.clone(),
            look: Look::from(schedule.state(catalogue)),
            what: what(&schedule.ask),
            when: when(&schedule.cron, &schedule.zone),
            cron: schedule.cron.clone(),
            rules: rules(schedule),
            next: next_run(schedule, now).then(rests.unwrap_or_default()),
            last: last_run(schedule.last.as_ref(), now),
            broken: schedule.broken(catalogue),
            is_paused: schedule.paused.is_some(),
            by: schedule.created_by.clone(),
            key,
        }
    }
}
