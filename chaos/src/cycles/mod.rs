//! Cycles with real processes: two replicas of the product on one Postgres, killed, paused, cut off and lied to while
//! they carry out jobs; then judged by what the outside saw of it.

mod browser;
mod cycle;
mod link;
mod meanwhile;
mod plan;
mod records;
pub mod recovery;
mod replica;
mod report;
mod stage;
mod story;
mod traffic;
mod verdict;
mod violation;
mod witness;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use plan::Plan;
pub use report::Report;
pub(crate) use report::quantile;
use stage::Stage;

/// Cycles that are played at the same time, each on a stage of its own: most of a cycle is waiting.
const LANES: usize = 2;

/// Fewer jobs that succeed than this, in percent, and nothing was proved.
const WORTH_SOMETHING: usize = 40;

/// Which cycles are played.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How many cycles
    #[arg(long, default_value_t = 20)]
    pub count: u64,

    /// The seed of the first cycle; each of the others has the next one
    #[arg(long, default_value_t = 0)]
    pub from: u64,

    /// How long a claim of a replica holds, in seconds
    #[arg(long, default_value_t = 2)]
    pub lease: u16,

    /// Tell the story of every cycle, not only of those in which something is violated
    #[arg(long)]
    pub tell: bool,
}

/// Plays all cycles, and tells of each as it goes.
///
/// # Errors
/// When they cannot be played. That something was violated is no error here: it stands in the report.
pub fn play(options: &Options) -> Result<Report> {
    let (next, report) = (AtomicU64::new(0), Mutex::new(Report::default()));
    std::thread::scope(|scope| {
        let (next, report) = (&next, &report);
        let lanes: Vec<_> =
            (0..LANES).map(|lane| scope.spawn(move || play_lane(options, lane, next, report))).collect();
        lanes.into_iter().try_for_each(|lane| lane.join().unwrap_or_else(|_| bail!("a lane broke down")))
    })?;
    Ok(report.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Plays cycles until none is left.
fn play_lane(options: &Options, lane: usize, next: &AtomicU64, report: &Mutex<Report>) -> Result<()> {
    let mut stage = None;
    loop {
        let cycle = next.fetch_add(1, Ordering::Relaxed);
        if cycle >= options.count {
            return Ok(());
        }
        let plan = Plan::of(options.from.wrapping_add(cycle));
        let set = match stage.take() {
            Some(set) => set,
            None => Stage::set(options.lease, &format!("lane-{lane}"))?,
        };
        let set = stage.insert(set);
        let outcome = cycle::play(set, &plan)?;
        let violations = &outcome.verdict.violations;
        let is_violated = !violations.is_empty();
        let word = if is_violated { "VIOLATED" } else { "ok" };
        println!("{word:<8} {:5.1} s  seed {}: {plan}", outcome.story.seconds(), plan.seed);
        let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
        report.add(&plan, &outcome);
        if is_violated || options.tell {
            let story = outcome.story.ending_with(violations, set);
            println!("\n{story}");
            report.violated.extend(is_violated.then_some(story));
        }
        if is_violated {
            // What is broken would break the next cycles too: they get a stage of their own.
            stage = None;
        }
    }
}

/// Plays all cycles, prints the report, and fails when anything was violated.
///
/// # Errors
/// When they cannot be played, when something was violated, or when too little worked to prove anything.
pub fn run(options: &Options) -> Result<()> {
    let report = play(options)?;
    println!("\n{report}");
    if !report.violated.is_empty() {
        bail!("violated in {} of {} cycles", report.violated.len(), report.cycles);
    }
    if report.succeeded() < WORTH_SOMETHING {
        bail!("only {} % of the jobs succeeded: that proves nothing", report.succeeded());
    }
    Ok(())
}
