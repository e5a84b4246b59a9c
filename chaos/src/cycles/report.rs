//! What came of all cycles, as a table for people.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::cycle::Outcome;
use super::plan::Plan;
use crate::loss::Losses;

#[derive(Default)]
pub struct Report {
    pub cycles: u64,
    pub runs: usize,
    pub duplicates: usize,
    /// How many jobs ended in which state.
    pub jobs: BTreeMap<String, usize>,
    /// The story of each cycle in which something was violated.
    pub violated: Vec<String>,
    losses: Losses,
    kinds: BTreeMap<&'static str, Kind>,
}

/// All cycles with one kind of disturbance.
#[derive(Default)]
struct Kind {
    cycles: usize,
    recoveries: Vec<Duration>,
    shutdowns: Vec<Duration>,
}

impl Report {
    pub fn add(&mut self, plan: &Plan, outcome: &Outcome) {
        self.cycles += 1;
        self.runs += outcome.verdict.runs;
        self.duplicates += outcome.verdict.duplicates;
        self.losses.extend(outcome.verdict.violations.iter().map(|violation| violation.loss));
        for job in &outcome.jobs {
            let state = job.split(": ").nth(1).and_then(|rest| rest.split('.').next()).unwrap_or_default();
            *self.jobs.entry(state.to_owned()).or_default() += 1;
        }
        let kind = self.kinds.entry(plan.disturbance.name()).or_default();
        kind.cycles += 1;
        kind.recoveries.extend(outcome.recovery);
        kind.shutdowns.extend(outcome.shutdown);
    }

    /// How many jobs succeeded, in percent: cycles in which nothing works prove nothing.
    pub fn succeeded(&self) -> usize {
        let all: usize = self.jobs.values().sum();
        self.jobs.get("succeeded").copied().unwrap_or_default() * 100 / all.max(1)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<24} {:>6}   goes on after (s): middle, longest   ends after (s)",
            "disturbance", "cycles"
        )?;
        for (name, kind) in &self.kinds {
            writeln!(
                f,
                "{name:<24} {:>6}   {:>8} {:>8} {:>26}",
                kind.cycles,
                seconds(quantile(&kind.recoveries, 50)),
                seconds(quantile(&kind.recoveries, 100)),
                seconds(quantile(&kind.shutdowns, 100)),
            )?;
        }
        let jobs: Vec<String> = self.jobs.iter().map(|(state, count)| format!("{count} {state}")).collect();
        writeln!(f, "\n{} cycles, {} runs outside, jobs: {}", self.cycles, self.runs, jobs.join(", "))?;
        writeln!(f, "{}.", self.losses)?;
        write!(
            f,
            "{} runs were started twice and one of the two stopped, or were made so by the provider",
            self.duplicates
        )
    }
}

/// The time within which so many percent were done.
pub fn quantile(times: &[Duration], percent: usize) -> Option<Duration> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let nth = (times.len() * percent).div_ceil(100).max(1);
    times.get(nth - 1).copied()
}

pub fn seconds(time: Option<Duration>) -> String {
    time.map_or("-".to_owned(), |time| format!("{:.2}", time.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_times_and_the_last_one_at_a_hundred() {
        let times: Vec<Duration> = [3, 1, 2, 4].map(Duration::from_secs).to_vec();
        let at = |percent| quantile(&times, percent).map(|time| time.as_secs());
        assert_eq!([at(50), at(99), at(100)], [Some(2), Some(4), Some(4)]);
        assert_eq!(quantile(&[], 50), None);
    }
}
