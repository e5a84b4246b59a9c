//! The batch service, which starts one job for each key and reports on it when it is asked again.

use chrono::TimeDelta;
use domain::Time;
use domain::run::RunStatus;
use domain::turn::{Seen, Unseen};

use super::Attempt;
use super::cloud::LONGEST_RUN;
use crate::stage::Stage;

/// A batch job at its far end.
pub struct Batch {
    /// For whom it was asked first. The service does not see this; the judge does.
    pub attempt: Attempt,
    begun_at: Time,
    takes: TimeDelta,
    fails: bool,
}

impl Batch {
    pub fn status(&self, now: Time) -> RunStatus {
        match (now >= self.begun_at + self.takes, self.fails) {
            (false, _) => RunStatus::Running,
            (true, false) => RunStatus::Succeeded,
            (true, true) => RunStatus::Failed,
        }
    }
}

impl Stage {
    /// The one call of the batch service: starts the job, or tells how far it is.
    pub fn batch(&self, key: &str, attempt: Attempt) -> Result<Seen, Unseen> {
        let now = self.clock.now();
        let goes_wrong = self.chance(self.scenario.weather.call_goes_wrong);
        let is_answer_lost = goes_wrong && self.dice.one_in(2);
        if (is_answer_lost || !goes_wrong) && !self.world.borrow().batches.contains_key(key) {
            self.start_batch(key, attempt);
        }
        match self.world.borrow().batches.get(key).filter(|_| !goes_wrong) {
            Some(batch) => Ok(Seen { status: batch.status(now), detail: None, progress: None, run: None }),
            None => Err(Unseen::Later { after: None, what: "503".into() }),
        }
    }

    fn start_batch(&self, key: &str, attempt: Attempt) {
        let weather = &self.scenario.weather;
        let takes = if self.chance(weather.run_hangs) {
            LONGEST_RUN
        } else {
            TimeDelta::seconds(self.dice.among(5..=90))
        };
        let fails = self.chance(weather.run_fails);
        self.judge_batch_starts(attempt);
        let batch = Batch { attempt, begun_at: self.clock.now(), takes, fails };
        self.tell(|| format!("  the batch job {key} starts"));
        self.world.borrow_mut().batches.insert(key.to_owned(), batch);
    }
}
