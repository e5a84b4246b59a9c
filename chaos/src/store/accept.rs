//! Accepting a job: after this has answered, the job survives everything.

use chrono::TimeDelta;
use domain::Time;
use domain::actor::{Actor, Role};
use domain::job::{Job, JobState};
use domain::order::{Order, conflict};
use domain::step::{Step, StepState};

use super::{JobRow, Refusal, Store};

/// The job that an order became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    pub number: i64,
    /// False when the key had been used for it before.
    pub is_new: bool,
}

impl Store {
    /// Turns an order into a job; the same key again gives the same job.
    pub fn accept(
        &mut self,
        order: &Order,
        actor: &Actor,
        key: Option<&str>,
        now: Time,
    ) -> Result<Accepted, Refusal> {
        if let Some(known) = key.and_then(|key| self.jobs.iter().find(|row| row.key.as_deref() == Some(key)))
        {
            return Ok(Accepted { number: known.job.number, is_new: false });
        }
        let done = order.resumes.map_or(0, |resumed| usize::try_from(resumed.from - 1).unwrap_or(0));
        let ahead = order.steps.get(done..).unwrap_or_default();
        let is_busy = self.unfinished(&order.cluster).next().is_some();
        if !is_busy
            && let Some(cluster) = self.cluster(&order.cluster)
            && let Some(conflict) = conflict(ahead, order.size, &cluster)
        {
            return Err(Refusal::Conflict(conflict));
        }
        if order.stay.check(Role::Operator, now).is_err() {
            return Err(Refusal::OutOfRange);
        }
        let destroys = ahead.first().is_some_and(|step| step.action.destroys_cluster());
        let hold = TimeDelta::seconds(i64::from(order.hold_seconds));
        let number = self.insert(order, actor, key, now);
        if let Some(row) = self.row_mut(number) {
            row.job.held_until = (destroys && hold > TimeDelta::zero()).then_some(now + hold);
        }
        Ok(Accepted { number, is_new: true })
    }

    pub(super) fn insert(&mut self, order: &Order, actor: &Actor, key: Option<&str>, now: Time) -> i64 {
        let number = i64::try_from(self.jobs.len()).unwrap_or(i64::MAX) + 1;
        let version = self.next_version();
        let steps = (1..).zip(&order.steps).map(|(position, planned)| {
            let done_by = order.resumes.filter(|resumed| position < resumed.from).map(|resumed| resumed.job);
            Step {
                position,
                phase: planned.phase,
                title: planned.title.clone(),
                action: planned.action.clone(),
                state: if done_by.is_some() { StepState::Succeeded } else { StepState::Queued },
                attempt: 1,
                trigger: None,
                answer: None,
                progress: None,
                message: done_by.map(|job| format!("done by job #{job}")),
                started_at: None,
                finished_at: None,
                cancel_sent_at: None,
                failed_looks: 0,
                missing_looks: 0,
                seen_at: None,
                next_check_at: now,
            }
        });
        let row = JobRow {
            job: Job {
                number,
                routine: order.routine.clone(),
                cluster: order.cluster.clone(),
                size: order.size,
                service: order.service.clone(),
                state: JobState::Queued,
                actor: actor.clone(),
                created_at: now,
                started_at: None,
                finished_at: None,
                cancelled: None,
                abandoned: None,
                time_limit_minutes: order.time_limit_minutes,
                stay: order.stay,
                held_until: None,
                recoveries: 0,
                resumes: order.resumes.map(|resumed| resumed.job),
                pays_obligation: false,
                outcome: None,
                version,
            },
            steps: steps.collect(),
            fence: 0,
            claimed_until: None,
            next_check_at: now,
            is_nudged: false,
            teardown: order.teardown.clone(),
            hold_seconds: order.hold_seconds,
            cloud: order.cloud.clone(),
            key: key.map(str::to_owned),
        };
        self.jobs.push(row);
        self.touch(&order.cluster);
        number
    }
}
