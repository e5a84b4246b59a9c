//! How patient the engine is, and where its patience ends.

use chrono::Duration;

use crate::Time;
use crate::spread::spread;
use crate::step::Step;

/// Everything that waits asks here, so that a demo and a test can be quicker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// Between two looks at a run.
    pub poll: Duration,
    /// How long a run whose answer was lost may take to show up in the provider's list.
    pub settle: Duration,
    /// Between two looks for such a run.
    pub look: Duration,
    /// How long a cancelled run may take to stop.
    pub stop: Duration,
    /// Between two looks at the cloud.
    pub observe: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::seconds(5),
            settle: Duration::seconds(30),
            look: Duration::seconds(15),
            stop: Duration::minutes(10),
            observe: Duration::seconds(30),
        }
    }
}

impl Pace {
    /// How long to wait after the failed looks at a step: from the time between two looks up to a minute, or as long as the
    /// provider asked for. The second half is spread, since other jobs may have failed at the same moment.
    pub fn pause_after(&self, job: i64, step: &Step, asked: Option<Duration>) -> Duration {
        let doublings = u32::try_from(step.failed_looks.clamp(0, 6)).unwrap_or(0);
        let own = (self.poll * 2_i32.pow(doublings)).min(Duration::minutes(1));
        let asked = asked.unwrap_or_default();
        let least = asked.max(own / 2);
        spread(asked.max(own), least, &[job, step.position.into(), step.failed_looks.into()])
    }

    /// When a run that goes on is asked to stop once more, after it was asked so often: the pauses double, and the last
    /// time is well before the patience with it ends.
    pub fn asks_again_at(&self, first_asked_at: Time, asked: i32) -> Time {
        let doublings = u32::try_from(asked.clamp(1, 10)).unwrap_or(1);
        first_asked_at + self.stop / 20 * (2_i32.pow(doublings) - 1)
    }

    /// How long to wait before credentials that were not accepted are tried again: a person has to mend them.
    pub fn pause_for_credentials(&self, failures: i32) -> Duration {
        (self.poll * 12 * failures.clamp(1, 15)).min(Duration::minutes(15))
    }
}

/// How long a halted job is left to a newer version that has given no sign of itself. Longer than such a version lets a
/// cancelled run take to stop.
pub const PATIENCE_WITH_NEWER: Duration = Duration::minutes(15);
/// How often one trigger is sent at most.
pub const MAX_TRIES: i32 = 3;
/// How often we look for a lost run before we believe that there is none.
pub const MIN_LOOKS: i32 = 2;
/// How often in a row a run that existed may be unknown to its provider before we stop believing in it.
pub const MAX_NOT_FOUND: i32 = 3;
/// How often in a row a worker may break down over a step before the step is put aside.
pub const MAX_RECOVERIES: i32 = 3;
/// How many automatic retries the steps of one job have together.
pub const MAX_RETRIES_PER_JOB: i32 = 10;
