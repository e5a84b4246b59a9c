//! `chaos`: plays histories and says what came of them.

mod seeds;

use std::process::ExitCode;

use chaos::{crowd, cycles};
use clap::{Parser, Subcommand};

/// Proofs of what Cluster Head promises.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play simulated histories, each out of a seed
    Seeds(seeds::Options),
    /// Kill, pause and cut off real processes while they work
    Cycles(cycles::Options),
    /// Measure how long it takes until somebody goes on with the work of one that died
    Recovery(cycles::recovery::Options),
    /// Measure what a crowd costs that looks at one shared page, and how soon it knows
    Crowd(crowd::Options),
    /// The bare server that the crowd is measured against
    #[command(hide = true)]
    Floor,
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Seeds(options) => seeds::run(&options),
        Command::Cycles(options) => with_real_processes(|| cycles::run(&options)),
        Command::Recovery(options) => with_real_processes(|| cycles::recovery::run(&options)),
        Command::Crowd(options) => with_real_processes(|| crowd::run(&options)),
        Command::Floor => with_real_processes(crowd::floor::serve),
    }
}

/// A stop that is asked for lets it end what it started.
fn with_real_processes(work: impl FnOnce() -> anyhow::Result<()>) -> ExitCode {
    match workbench::interrupt::watch().and_then(|()| work()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
