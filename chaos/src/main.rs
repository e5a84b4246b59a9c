//! `chaos`: plays histories and says what came of them.

mod seeds;

use std::process::ExitCode;

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
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Seeds(options) => seeds::run(&options),
    }
}
