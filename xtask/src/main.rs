//! `cargo xtask <command>` is the one way to build, run, test and check this project, for people and for CI.

mod browser;
mod commands;
mod site;
mod stamp;
mod steps;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use workbench::interrupt::{self, Interrupted};
use workbench::workspace::{self, Workspace};
use workbench::{ports, postgres, process, server, service};

/// The command runner of Cluster Head.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the demo: Postgres, simulators and server, everything built and ready to try
    Run(commands::run::Options),
    /// Build the server and the site
    Build {
        /// Optimised, as it is shipped
        #[arg(long)]
        release: bool,
    },
    /// Run every test: Rust, the weight of the site, the browser
    Test(commands::test::Options),
    /// Look for what breaks the promises, by chance and for long
    Chaos(commands::chaos::Options),
    /// Measure
    #[command(subcommand)]
    Bench(commands::bench::Bench),
    /// Check all that can be checked without running: format, lints, documentation, queries, file length
    Lint,
    /// Start the Postgres for working on the code and print its DATABASE_URL
    Postgres,
    /// Renew `.sqlx/`, against which queries are checked without a database
    Prepare {
        /// Change nothing, and fail when something would change
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match execute(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Interrupted>() => ExitCode::from(130),
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> anyhow::Result<()> {
    interrupt::watch()?;
    let workspace = Workspace::locate()?;
    match command {
        Command::Run(options) => commands::run::run(&workspace, &options),
        Command::Build { release } => commands::build::run(&workspace, release),
        Command::Test(options) => commands::test::run(&workspace, &options),
        Command::Chaos(options) => commands::chaos::run(&workspace, &options),
        Command::Bench(bench) => commands::bench::run(&workspace, &bench),
        Command::Lint => commands::lint::run(&workspace),
        Command::Postgres => commands::postgres::run(&workspace),
        Command::Prepare { check } => commands::prepare::run(&workspace, check),
    }
}
