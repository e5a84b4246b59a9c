//! `cargo xtask run`: everything that a newcomer needs to try the product, with one command.
//!
//! The simulators, the server and Postgres are processes of their own. When the server is killed, the outside
//! world goes on, and the server is started again: what a restart does can be tried by hand.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::postgres::{Data, Postgres};
use crate::service::Service;
use crate::steps::step;
use crate::workspace::Workspace;
use crate::{interrupt, ports, process, server, site, tools};

const DATABASE: &str = "cluster_head";
const FIRST_START: &str = " The first start compiles everything, which takes some minutes.";
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A server that ran this long was well: its next end is a new story.
const WELL_AFTER: Duration = Duration::from_secs(30);

#[derive(clap::Args)]
pub struct Options {
    /// The port of the pages
    #[arg(long, default_value_t = 3010)]
    port: u16,
    /// How many times faster than life the simulators run
    #[arg(long, default_value_t = 20.0)]
    speed: f64,
    /// Go on with the data of the last run
    #[arg(long)]
    keep_data: bool,
}

/// All that runs. Fields are dropped in this order: the server first, Postgres last.
struct Demo<'a> {
    workspace: &'a Workspace,
    port: u16,
    server: Service,
    simulator: Service,
    simulator_port: u16,
    postgres: Postgres,
    database: String,
}

pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    ports::must_be_free(options.port)?;
    println!("Cluster Head, the demo.{}\n", if is_first_start(workspace) { FIRST_START } else { "" });
    tools::check(workspace)?;
    let (postgres, database) = open_database(workspace, options.keep_data)?;
    site::install_npm_packages(workspace)?;
    step("server", |outcome| {
        server::build(workspace, false)?;
        outcome.is("built");
        Ok(())
    })?;
    site::build(workspace)?;

    let mut demo = Demo::start(workspace, options, postgres, database)?;
    demo.introduce(options.speed);
    let result = demo.watch();
    println!("\n  Stopping the server, the simulators and Postgres …");
    drop(demo);
    match result {
        Err(error) if error.is::<interrupt::Interrupted>() => Ok(()),
        result => result,
    }
}

fn open_database(workspace: &Workspace, keep_data: bool) -> Result<(Postgres, String)> {
    step("Postgres", |outcome| {
        let postgres = Postgres::open(workspace, "run", Data::Kept, &log(workspace, "postgres"))?;
        let (database, data) = match &postgres {
            Postgres::Given { url } => (url.clone(), "its data is kept"),
            Postgres::Private(_) if keep_data => (postgres.keep_or_create(DATABASE)?, "data of the last run"),
            Postgres::Private(_) => (postgres.create(DATABASE)?, "empty"),
        };
        outcome.is(format!("{}, {data}", postgres.describe()));
        Ok((postgres, database))
    })
}

impl<'a> Demo<'a> {
    fn start(
        workspace: &'a Workspace,
        options: &Options,
        postgres: Postgres,
        database: String,
    ) -> Result<Self> {
        for name in ["simulator", "server"] {
            process::create_log(&log(workspace, name))?;
        }
        let simulator_port = ports::free()?;
        let simulator = step("simulators", |outcome| {
            let log = log(workspace, "simulator");
            let mut simulator = server::start_simulator(workspace, simulator_port, options.speed, &log)?;
            server::wait_until_listening(&mut simulator, simulator_port)
                .context("the simulators do not start")?;
            outcome.is(format!("on port {simulator_port}"));
            Ok(simulator)
        })?;
        let server = step("Cluster Head", |outcome| {
            let log = log(workspace, "server");
            let mut server = server::start_demo(workspace, options.port, simulator_port, &database, &log)?;
            server::wait_until_healthy(&mut server, options.port).context("the server does not start")?;
            outcome.is("ready");
            Ok(server)
        })?;
        Ok(Self { workspace, port: options.port, server, simulator, simulator_port, postgres, database })
    }

    fn introduce(&self, speed: f64) {
        let logs = self.workspace.show(&self.workspace.target.join("run"));
        println!(
            "
  Open     http://127.0.0.1:{}

  This is a demo. CircleCI, Travis, the batch service and Slack are simulators on this machine,
  {speed} times faster than life. Nothing is billed.

  Logs     {logs}/server.log, simulator.log, postgres.log
  Stop     Ctrl-C
",
            self.port
        );
    }

    /// Returns when a stop was asked for, or when something ended that cannot be brought back.
    fn watch(&mut self) -> Result<()> {
        let mut pause = FIRST_PAUSE;
        let mut started = Instant::now();
        let mut ready = true;
        loop {
            wait(process::LOOK_AGAIN)?;
            if self.postgres.keep_alive().context("Postgres ended and does not start again")? {
                println!("  Postgres ended and was started again.");
            }
            if let Some(status) = self.simulator.ended()? {
                bail!(
                    "the simulators ended ({status}); their last lines:\n\n{}",
                    self.simulator.last_lines()
                );
            }
            if let Some(status) = self.server.ended()? {
                // One that ends by itself before it is ready says why; one that was killed does not.
                if !ready && status.code().is_some() {
                    bail!("the server does not start again ({status}):\n\n{}", self.server.last_lines());
                }
                println!("  The server ended ({status}). The simulators go on; it is started again.");
                pause = next_pause(pause, started.elapsed());
                wait(pause)?;
                self.server = self.start_server()?;
                (started, ready) = (Instant::now(), false);
            }
            if !ready && server::is_healthy(self.port) {
                println!("  The server is ready again.");
                ready = true;
            }
        }
    }

    fn start_server(&self) -> Result<Service> {
        let log = log(self.workspace, "server");
        server::start_demo(self.workspace, self.port, self.simulator_port, &self.database, &log)
    }
}

/// Twice as long as the last time, unless the server was well in between.
fn next_pause(last: Duration, ran: Duration) -> Duration {
    if ran > WELL_AFTER { FIRST_PAUSE } else { (last * 2).min(LONGEST_PAUSE) }
}

/// Sleeps in short naps, so that a stop is noticed.
fn wait(time: Duration) -> Result<()> {
    let until = Instant::now() + time;
    while Instant::now() < until {
        interrupt::check()?;
        std::thread::sleep(process::LOOK_AGAIN);
    }
    Ok(())
}

fn is_first_start(workspace: &Workspace) -> bool {
    !workspace.cluster_head(false).is_file()
}

fn log(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.target.join("run").join(format!("{name}.log"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_keeps_ending_is_started_ever_more_slowly_up_to_a_limit() {
        let at_once = Duration::ZERO;
        let second = next_pause(FIRST_PAUSE, at_once);
        assert_eq!(second, FIRST_PAUSE * 2);
        assert_eq!(next_pause(LONGEST_PAUSE, at_once), LONGEST_PAUSE);
        assert_eq!(next_pause(LONGEST_PAUSE, WELL_AFTER * 2), FIRST_PAUSE);
    }
}
