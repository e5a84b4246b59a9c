//! Recording what a worker did: everything that belongs together, behind the fence.

use domain::Time;
use domain::cluster::{ClusterChange, ClusterState};
use domain::plan::MAX_RECOVERIES;
use domain::record::{JobChange, Record};
use domain::step::{Step, StepState, TriggerState};

use super::{Claim, News, Refusal, Store};

impl Store {
    /// Writes one transition, if the claim still holds.
    pub fn record(&mut self, claim: &Claim, record: &Record, now: Time) -> Result<(), Refusal> {
        let job = claim.job;
        self.check_adoption(record)?;
        self.pass(claim, record.step.as_ref().map(|step| step.position))?;
        let known = self.row(job).map(|row| (row.job.version, row.job.cluster.clone()));
        let (version, cluster) = known.ok_or(Refusal::Fenced)?;
        self.touch_job(job);
        if let Some(step) = &record.step {
            self.write_step(job, step, record.heeded);
            self.leave(job, &cluster, step, &record.left, now);
        }
        if record.is_progress
            && let Some(row) = self.row_mut(job)
        {
            row.job.recoveries = 0;
        }
        self.skip(job, |step| record.skipped.contains(&step.position));
        if let Some(change) = &record.cluster {
            self.change_cluster(job, &cluster, change, now);
        }
        if let Some(change) = &record.obligation {
            self.change_obligation(job, &cluster, change, now);
        }
        if let Some(change) = &record.job {
            self.change_job(job, &cluster, change, now);
        }
        if self.row(job).is_none_or(|row| row.job.version <= version) {
            self.news.push(News::OldVersion { what: format!("job #{job}") });
        }
        Ok(())
    }

    /// Puts the next look at a step off.
    pub fn postpone(&mut self, claim: &Claim, position: i32, until: Time) -> Result<(), Refusal> {
        self.pass(claim, Some(position))?;
        if let Some(step) = self.step_mut(claim.job, position) {
            step.next_check_at = until;
            step.failed_looks = 0;
            step.missing_looks = 0;
        }
        Ok(())
    }

    /// Whether some trigger has the run already, or it was left.
    pub fn is_adopted(&self, run: &str) -> bool {
        self.adopted.contains_key(run) || self.is_stray(run)
    }

    fn check_adoption(&self, record: &Record) -> Result<(), Refusal> {
        let Some(trigger) = record.step.as_ref().and_then(|step| step.trigger.as_ref()) else {
            return Ok(());
        };
        let Some(run) = &trigger.run else { return Ok(()) };
        match self.adopted.get(&run.id) {
            Some(marker) if *marker != trigger.marker => Err(Refusal::RunTaken),
            _ => Ok(()),
        }
    }

    /// Writes the whole step as the worker knows it, but for the answer, which only goes when it was heeded.
    fn write_step(&mut self, job: i64, step: &Step, heeded: bool) {
        if let Some((trigger, run)) =
            step.trigger.as_ref().and_then(|trigger| Some((trigger, trigger.run.as_ref()?)))
        {
            self.adopted.insert(run.id.clone(), trigger.marker);
        }
        let recoveries = self.row(job).map_or(0, |row| row.job.recoveries);
        let Some(row) = self.step_mut(job, step.position) else { return };
        let answer = if heeded { None } else { row.answer.take() };
        let before = (row.state, state_of_trigger(row));
        *row = Step { answer, ..step.clone() };
        if before == (step.state, state_of_trigger(step)) {
            return;
        }
        let position = step.position;
        if step.state == StepState::Failed && recoveries >= MAX_RECOVERIES {
            self.news.push(News::PutAside { job, position });
        }
        self.news.push(News::Step { job, position });
    }

    fn skip(&mut self, job: i64, which: impl Fn(&Step) -> bool) {
        let Some(row) = self.row_mut(job) else { return };
        row.steps
            .iter_mut()
            .filter(|step| step.state == StepState::Queued && which(step))
            .for_each(|step| step.state = StepState::Skipped);
    }

    fn change_cluster(&mut self, job: i64, cluster: &str, change: &ClusterChange, now: Time) {
        let (state, failure) = match change {
            ClusterChange::Provisioning => (ClusterState::Provisioning, None),
            ClusterChange::Up => (ClusterState::Up, None),
            ClusterChange::Destroying => (ClusterState::Destroying, None),
            ClusterChange::Down => (ClusterState::Down, None),
            ClusterChange::Failed { reason } => (ClusterState::Failed, Some(reason.clone())),
            ClusterChange::Deployed { .. } => return self.touch(cluster),
        };
        let wanted = self.row(job).and_then(|row| row.job.size);
        self.touch(cluster);
        let Some(row) = self.clusters.iter_mut().find(|row| row.0.name == cluster) else { return };
        if row.0.state != state {
            row.0.since = now;
        }
        row.0.state = state;
        row.0.failure = failure;
        row.0.size = match state {
            ClusterState::Down => None,
            ClusterState::Provisioning => wanted.or(row.0.size),
            _ => row.0.size,
        };
    }

    fn change_job(&mut self, job: i64, cluster: &str, change: &JobChange, now: Time) {
        let Some(row) = self.row_mut(job) else { return };
        match change {
            JobChange::Goes(state) => {
                row.job.state = *state;
                row.job.started_at.get_or_insert(now);
            }
            JobChange::Ends { state, outcome } => {
                row.job.state = *state;
                row.job.outcome = Some(outcome.clone());
                row.job.finished_at = Some(now);
                let has_begun = row.job.started_at.is_some();
                self.skip(job, |_| true);
                self.touch(cluster);
                if has_begun && let Some(owed) = self.unsettled_mut(cluster) {
                    owed.active_at = now;
                }
                self.news.push(News::JobEnded { job });
            }
        }
    }

    pub(super) fn step_mut(&mut self, job: i64, position: i32) -> Option<&mut Step> {
        self.row_mut(job)?.steps.iter_mut().find(|step| step.position == position)
    }
}

fn state_of_trigger(step: &Step) -> Option<TriggerState> {
    step.trigger.as_ref().map(|trigger| trigger.state)
}
