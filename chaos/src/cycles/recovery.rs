//! How long it takes until somebody goes on with the work, after the worst moment: a trigger was carried out, its answer
//! is on the way, and the claim has just begun.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::time::timeout;
use workbench::interrupt;

use super::plan::GUIDE;
use super::report::{quantile, seconds};
use super::stage::Stage;
use super::traffic::{Side, Verdict, Waiting};

/// How long a job may take until its next trigger.
const NEXT_TRIGGER: Duration = Duration::from_secs(20);
const LIMIT: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How often each is measured
    #[arg(long, default_value_t = 20)]
    pub repeats: usize,

    /// How long a claim holds, in seconds; the shipped one holds 30
    #[arg(long, default_value_t = 5)]
    pub lease: u16,
}

#[derive(Clone, Copy)]
enum Blow {
    Kill,
    Terminate,
    CrashPostgres,
}

/// Measures, and prints a table.
///
/// # Errors
/// When it cannot be measured. A time that is too long is no error: it stands in the table.
pub fn run(options: &Options) -> Result<()> {
    let mut stage = Stage::set(options.lease, "recovery")?;
    let lease = stage.lease;
    println!(
        "From the blow to the next call for the job by anybody; lease {} s, n = {}.\n",
        options.lease, options.repeats
    );
    println!("{:<18} {:>8} {:>8} {:>8} {:>14}   target", "", "p50 (s)", "p99 (s)", "max (s)", "p99 to lease");
    for (blow, name, target) in [
        (Blow::Kill, "kill -9", lease + Duration::from_secs(2)),
        (Blow::Terminate, "SIGTERM", Duration::from_secs(2)),
        (Blow::CrashPostgres, "Postgres restart", Duration::from_secs(10)),
    ] {
        let times = (0..options.repeats).map(|_| measure(&mut stage, blow)).collect::<Result<Vec<_>>>()?;
        let [middle, late, longest] = [50, 99, 100].map(|percent| quantile(&times, percent));
        let ratio = late.unwrap_or_default().as_secs_f64() / lease.as_secs_f64();
        let word = if late.is_some_and(|late| late <= target) { "met" } else { "missed" };
        println!(
            "{name:<18} {:>8} {:>8} {:>8} {ratio:>14.2}   {} s: {word}",
            seconds(middle),
            seconds(late),
            seconds(longest),
            target.as_secs()
        );
    }
    Ok(())
}

fn measure(stage: &mut Stage, blow: Blow) -> Result<Duration> {
    let (victim, fate) = catch_a_trigger(stage)?;
    let decide = |verdict| {
        // Nobody may be waiting for it any more: the replica is dead.
        let _ = fate.send(verdict);
    };
    let mut struck = Instant::now();
    match blow {
        Blow::Kill => {
            stage.replicas[victim].kill()?;
            decide(Verdict::Lost);
        }
        Blow::Terminate => {
            stage.replicas[victim].ask_to_end();
            decide(Verdict::Passes);
            stage.replicas[victim].see_it_end(struck)?;
        }
        Blow::CrashPostgres => {
            stage.postgres.crash()?;
            // What counts is how soon it is noticed that Postgres is back.
            struck = Instant::now();
            decide(Verdict::Passes);
        }
    }
    let next = loop {
        interrupt::check()?;
        if let Some(call) = stage.traffic.first_after(struck) {
            break call.at - struck;
        }
        if struck.elapsed() > LIMIT {
            bail!("nobody goes on:\n{}", stage.replicas[1 - victim].last_lines());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    stage.mend()?;
    Ok(next)
}

/// Waits for the next trigger of a job, and holds its answer. Says whose it is.
fn catch_a_trigger(stage: &mut Stage) -> Result<(usize, tokio::sync::oneshot::Sender<Verdict>)> {
    let began = Instant::now();
    while began.elapsed() < LIMIT {
        interrupt::check()?;
        stage.traffic.forget();
        let Waiting { caught, verdict } = stage.traffic.lie_in_wait(Side::After, 1);
        if stage.records().unrest()?.is_over() {
            stage.ask(GUIDE)?;
        }
        let caught = stage.runtime.block_on(async { timeout(NEXT_TRIGGER, caught).await });
        if let Ok(Ok(replica)) = caught {
            return Ok((replica, verdict));
        }
    }
    bail!("no job starts a run")
}
