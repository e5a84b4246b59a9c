//! `chaos`: plays histories and says what came of them.

mod seeds;

use std::process::ExitCode;

use chaos::cycles;
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
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Seeds(options) => seeds::run(&options),
        Command::Cycles(options) => {
            exit_code(workbench::interrupt::watch().and_then(|()| cycles::run(&options)))
        }
    }
}

fn exit_code(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
