//! A crowd that looks at one shared page: what each viewer costs, how soon all see a change, and what those who do not
//! read cost the others. Times depend on the machine, so each stands beside those of a bare server that writes the same
//! bytes to as many connections.

mod figures;
pub mod floor;
mod memory;
mod stage;
mod viewers;

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use figures::{Round, Table};
use floor::Floor;
use memory::Memory;
use stage::Stage;
use viewers::Crowd;

/// One in so many does not read.
const SILENT_SHARE: usize = 20;
/// So many changes fill everything that stands between the room and somebody who does not read.
const UNREAD: usize = 60;
/// Changes that are timed in each part of a round.
const CHANGES: usize = 5;
/// How long a change may take until everybody has it. Whoever reads longer than this does not, the run has failed.
const LIMIT: Duration = Duration::from_secs(20);
/// Files that are open beside the connections of viewers.
const OTHER_FILES: u64 = 500;

#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How many look; one link has seats for 2,500
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u16).range(20..=2_500))]
    pub viewers: u16,

    /// How often everything is measured
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=15))]
    pub rounds: u16,
}

/// Measures, and prints a table.
///
/// # Errors
/// When it cannot be measured, or when somebody did not get what was told to all. A time that is too long is no error: it
/// stands in the table.
pub fn run(options: &Options) -> Result<()> {
    let count = usize::from(options.viewers);
    open_files(2 * u64::from(options.viewers) + OTHER_FILES)?;
    let mut stage = Stage::set()?;
    println!("{}", stage.describe());
    let load_before = load();

    let mut crowd = Crowd::new(count / SILENT_SHARE)?;
    let mut memory = Memory::starting_with(stage.memory(0)?);
    for quarter in 1..=4 {
        stage.gather(&mut crowd, 0, count * quarter / 4)?;
        memory.add(crowd.len(), stage.memory(0)?);
    }
    let mut floor = Floor::start(count)?;
    let mut table = Table::default();
    for number in 1..=options.rounds {
        let round = Round {
            all_read: see_changes(&mut stage, &mut crowd)?,
            bare: floor.see_events(CHANGES, crowd.event(), LIMIT)?,
            beside_silent: beside_silent(&mut stage, &mut crowd)?,
        };
        println!("round {number} of {}: {round}", options.rounds);
        table.here.push(round);
    }
    memory.ended_with(stage.memory(0)?);
    let (bytes, load_after) = (crowd.event().len(), load());

    drop(crowd);
    let mut crowd = Crowd::new(count / SILENT_SHARE)?;
    stage.gather(&mut crowd, 1, count)?;
    for _ in 0..options.rounds {
        table.elsewhere.push(see_changes(&mut stage, &mut crowd)?);
    }

    println!(
        "\n{count} viewers of one link; {} rounds, in each {CHANGES} changes per figure; an event has {bytes} bytes.",
        options.rounds
    );
    println!("Load of the machine: {load_before} before, {load_after} after.\n\n{memory}\n{table}");
    Ok(())
}

/// Makes changes on the first replica, one after the other, and says how long after the commit each viewer knew of each.
fn see_changes(stage: &mut Stage, crowd: &mut Crowd) -> Result<Vec<Duration>> {
    let mut delays = Vec::new();
    for _ in 0..CHANGES {
        let committed_at = see_change(stage, crowd)?;
        delays.extend(crowd.arrivals().map(|at| at.duration_since(committed_at).unwrap_or_default()));
    }
    ensure!(delays.len() == CHANGES * crowd.readers(), "somebody did not get every change");
    Ok(delays)
}

/// The same with some who do not read, and whose buffers are full. When they read again, they see the present.
fn beside_silent(stage: &mut Stage, crowd: &mut Crowd) -> Result<Vec<Duration>> {
    crowd.silence()?;
    for _ in 0..UNREAD {
        see_change(stage, crowd)?;
    }
    let delays = see_changes(stage, crowd)?;
    let sent = crowd.resume(LIMIT)?;
    // Some may have been sent away because all that took longer than anybody is waited for.
    stage.gather(crowd, 0, crowd.len())?;
    ensure!(sent < UNREAD, "all {sent} changes were kept for those who did not read");
    Ok(delays)
}

/// One change, seen by all who read. Says when it was committed.
fn see_change(stage: &mut Stage, crowd: &mut Crowd) -> Result<SystemTime> {
    let (mark, change) = stage.change();
    crowd.expect(mark);
    let answer = stage.runtime.spawn(change);
    crowd.wait(LIMIT)?;
    stage.runtime.block_on(answer).context("a change broke down")??;
    stage.committed_at()
}

/// Each viewer is an open file, here and there. A child inherits what this process may.
fn open_files(wanted: u64) -> Result<()> {
    let (now, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    ensure!(most >= wanted, "{wanted} files have to be open at once, and the system allows {most}");
    setrlimit(Resource::RLIMIT_NOFILE, now.max(wanted), most)?;
    Ok(())
}

/// How many processes wanted to run in the last minute, as far as the system tells.
fn load() -> String {
    let told = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    told.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}
