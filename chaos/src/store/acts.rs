//! What people do to jobs: each act is one transaction that locks the job's row.

use chrono::TimeDelta;
use domain::Time;
use domain::act::{may_answer, may_cancel, may_leave_up, may_resume};
use domain::actor::Actor;
use domain::job::{Abandonment, Asked, JobWithSteps};
use domain::order::{Order, PlannedStep, Resumption};
use domain::step::{Answer, GivenAnswer};

use super::{Accepted, Refusal, Store};

impl Store {
    pub fn cancel(&mut self, number: i64, actor: &Actor, now: Time) -> Result<(), Refusal> {
        may_cancel(&self.held(number)?).map_err(Refusal::Act)?;
        if let Some(row) = self.row_mut(number) {
            row.job.cancelled = Some(Asked { by: actor.clone(), at: now });
        }
        self.nudge(number, now);
        Ok(())
    }

    pub fn leave_up(
        &mut self,
        number: i64,
        actor: &Actor,
        stay: TimeDelta,
        now: Time,
    ) -> Result<(), Refusal> {
        let until = now + stay;
        may_leave_up(&self.held(number)?, until, until, now).map_err(Refusal::Act)?;
        if let Some(row) = self.row_mut(number) {
            row.job.abandoned = Some(Abandonment { by: actor.clone(), at: now, until });
        }
        self.nudge(number, now);
        Ok(())
    }

    pub fn answer(
        &mut self,
        number: i64,
        position: i32,
        answer: Answer,
        actor: &Actor,
        now: Time,
    ) -> Result<(), Refusal> {
        may_answer(&self.held(number)?, position, &answer).map_err(Refusal::Act)?;
        if let Some(step) = self.step_mut(number, position) {
            step.answer = Some(GivenAnswer { answer, by: actor.clone(), at: now });
        }
        self.nudge(number, now);
        Ok(())
    }

    /// Accepts a job that takes the steps of an ended one from `from` on.
    pub fn resume(&mut self, number: i64, from: i32, actor: &Actor, now: Time) -> Result<Accepted, Refusal> {
        let ended = self.held(number)?;
        may_resume(&ended, from).map_err(Refusal::Act)?;
        let row = self.row(number).ok_or(Refusal::NoAnswer)?;
        let steps = ended.steps.into_iter();
        let order = Order {
            routine: ended.job.routine,
            cluster: ended.job.cluster,
            size: ended.job.size,
            service: ended.job.service,
            steps: steps
                .map(|step| PlannedStep { phase: step.phase, title: step.title, action: step.action })
                .collect(),
            teardown: row.teardown.clone(),
            stay: row.job.stay.anew(now),
            hold_seconds: row.hold_seconds,
            time_limit_minutes: ended.job.time_limit_minutes,
            cloud: row.cloud.clone(),
            offer: None,
            resumes: Some(Resumption { job: number, from }),
        };
        self.accept(&order, actor, None, now)
    }

    fn held(&self, number: i64) -> Result<JobWithSteps, Refusal> {
        self.job(number).ok_or(Refusal::NoAnswer)
    }

    pub(super) fn nudge(&mut self, number: i64, now: Time) {
        self.touch_job(number);
        if let Some(row) = self.row_mut(number) {
            row.next_check_at = now;
            row.is_nudged = true;
        }
    }
}
