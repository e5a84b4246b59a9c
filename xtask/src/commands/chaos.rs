//! `cargo xtask chaos`: the long runs of what `cargo xtask test` does a little of.

use std::num::NonZeroU64;

use anyhow::{Result, bail};

use crate::steps::step;
use crate::workspace::Workspace;
use crate::{process, server};

#[derive(clap::Args)]
pub struct Options {
    /// So many simulated histories
    #[arg(long, value_name = "COUNT")]
    seeds: Option<NonZeroU64>,

    /// So many cycles with real processes, about six a minute
    #[arg(long, value_name = "COUNT")]
    cycles: Option<NonZeroU64>,

    /// The first seed of both
    #[arg(long, default_value_t = 0, value_name = "SEED")]
    from: u64,
}

pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if options.seeds.is_none() && options.cycles.is_none() {
        bail!("say how much: --seeds COUNT, --cycles COUNT, or both");
    }
    let from = options.from.to_string();
    if let Some(count) = options.seeds {
        let mut chaos = workspace.cargo();
        chaos.args(["run", "--quiet", "--release", "--package", "chaos", "--", "seeds"]);
        process::run(chaos.args(["--count", &count.to_string(), "--from", &from, "--broken"]))?;
    }
    if let Some(count) = options.cycles {
        with_real_processes(workspace, false, &["cycles", "--count", &count.to_string(), "--from", &from])?;
    }
    Ok(())
}

/// Runs a command of `chaos` that starts the product, both built in the same way.
pub fn with_real_processes(workspace: &Workspace, release: bool, arguments: &[&str]) -> Result<()> {
    step("server", |outcome| {
        server::build(workspace, release)?;
        outcome.is("built");
        Ok(())
    })?;
    println!();
    let mut chaos = workspace.cargo();
    chaos.args(["run", "--quiet", "--package", "chaos"]);
    if release {
        chaos.arg("--release");
    }
    chaos.arg("--").args(arguments);
    process::run(&mut chaos)
}
