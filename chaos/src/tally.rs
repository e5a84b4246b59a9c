//! What was counted over one history, or many.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::world::Window;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub histories: u64,
    /// Boundaries between two effects of a process: at each of them it may be killed.
    pub boundaries: u64,
    pub crashes: u64,
    /// Processes that were stopped and went on later.
    pub stops: u64,
    /// Answers, of the database or of the outside, that never came to the one who waited.
    pub lost_answers: u64,
    pub jobs: u64,
    /// Runs that a CI accepted from us.
    pub runs: u64,
    /// Runs beyond the first of one attempt, and what excuses each.
    pub duplicates: BTreeMap<Window, u64>,
    /// Runs beyond the first that a person asked for.
    pub asked_again: u64,
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.histories += other.histories;
        self.boundaries += other.boundaries;
        self.crashes += other.crashes;
        self.stops += other.stops;
        self.lost_answers += other.lost_answers;
        self.jobs += other.jobs;
        self.runs += other.runs;
        self.asked_again += other.asked_again;
        for (window, count) in &other.duplicates {
            *self.duplicates.entry(*window).or_default() += count;
        }
    }
}
