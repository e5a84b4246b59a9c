//! The command line: one binary that serves, checks its config, brings its database up to date, verifies what was done,
//! holds a fire drill, or simulates the outside world.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::config::{ConfigArgs, DrillArgs, ServeArgs};

/// Brings a whole cluster up, works on it, and makes sure that it is destroyed again
#[derive(Parser)]
#[command(name = "cluster-head", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages and carry out jobs (the default)
    Serve(ServeArgs),
    /// Check the config file and print the plan of each routine
    Check(ConfigArgs),
    /// Bring the database up to date and end
    Migrate,
    /// Verify that no act was altered, taken out or put in since it was written down
    Audit(commands::AuditArgs),
    /// Run a routine against simulators with faults, and see that the cluster is destroyed
    Drill(DrillArgs),
    /// Stand in for CircleCI, Travis CI, the batch service and Slack
    Simulate(commands::SimulateArgs),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => commands::serve(&args).await,
        Command::Check(args) => commands::check(&args),
        Command::Migrate => commands::migrate().await,
        Command::Audit(args) => commands::audit(&args).await,
        Command::Drill(args) => commands::drill(&args).await,
        Command::Simulate(args) => commands::simulate(&args).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
