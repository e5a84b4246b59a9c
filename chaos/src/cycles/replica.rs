//! One process of the product, with links of its own to Postgres and to the outside.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use reqwest::Url;
use tokio::runtime::Handle;
use workbench::service::{Service, Signal};
use workbench::{ports, server};

use super::link::Link;
use super::traffic::{Ear, Traffic};

/// After SIGTERM a process has so long to end.
pub const SHUTDOWN_LIMIT: Duration = Duration::from_secs(20);

/// What the replicas have in common.
pub struct Setting {
    pub binary: PathBuf,
    pub root: PathBuf,
    pub config: PathBuf,
    pub logs: PathBuf,
    pub lease: u16,
    pub database: Url,
    pub outside: SocketAddr,
}

pub struct Replica {
    pub number: usize,
    pub database: Link,
    pub outside: Link,
    port: u16,
    command: Command,
    /// Through the link.
    database_url: Url,
    /// How often it was started.
    lives: u32,
    log: PathBuf,
    service: Option<Service>,
}

impl Replica {
    /// Starts one, and waits until it answers.
    pub fn start(runtime: &Handle, setting: &Setting, traffic: &Traffic, number: usize) -> Result<Self> {
        let far = setting.database.port().context("the address of Postgres has no port")?;
        let database = Link::open(runtime, (Ipv4Addr::LOCALHOST, far).into(), None)?;
        let ear = Ear { traffic: traffic.clone(), replica: number };
        let outside = Link::open(runtime, setting.outside, Some(ear))?;
        let port = ports::free()?;
        let mut database_url = setting.database.clone();
        if database_url.set_port(Some(database.port)).is_err() {
            bail!("the address of Postgres takes no port");
        }
        let command = command(setting, port, &outside);
        let log = setting.logs.join(format!("replica-{number}.log"));
        let mut replica =
            Self { number, database, outside, port, command, database_url, lives: 0, log, service: None };
        replica.revive()?;
        Ok(replica)
    }

    pub fn name(&self) -> String {
        format!("replica {}", self.number)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Starts the process, if there is none, and waits until it answers.
    pub fn revive(&mut self) -> Result<()> {
        if self.service.is_some() {
            return Ok(());
        }
        // What a dead process sent may arrive after the next one has begun: the witness tells them apart by this name.
        self.lives += 1;
        let mut url = self.database_url.clone();
        url.query_pairs_mut()
            .append_pair("application_name", &format!("replica {} in life {}", self.number, self.lives));
        self.command.env("DATABASE_URL", url.as_str());
        let service = self.service.insert(Service::start(&mut self.command, &self.log, Signal::SIGTERM)?);
        server::wait_until_healthy(service, self.port).with_context(|| format!("replica {}", self.number))
    }

    /// kill -9.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut service) = self.service.take() {
            service.signal(Signal::SIGKILL);
            service.wait(SHUTDOWN_LIMIT)?.context("a killed process does not end")?;
        }
        Ok(())
    }

    /// Stops it in the middle of whatever it does, as a machine does that is out of breath.
    pub fn pause(&self) {
        self.signal(Signal::SIGSTOP);
    }

    pub fn wake(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// SIGTERM.
    pub fn ask_to_end(&self) {
        self.signal(Signal::SIGTERM);
    }

    /// Waits for the end of one that was asked to, and says how long it took.
    ///
    /// # Errors
    /// When it takes too long, or ends as if something had gone wrong.
    pub fn see_it_end(&mut self, asked: Instant) -> Result<Duration> {
        let Some(mut service) = self.service.take() else { return Ok(Duration::ZERO) };
        match service.wait(SHUTDOWN_LIMIT)? {
            Some(status) if status.success() => Ok(asked.elapsed()),
            Some(status) => bail!("replica {} was asked to end and ended with {status}", self.number),
            None => bail!("replica {} did not end within {} s", self.number, SHUTDOWN_LIMIT.as_secs()),
        }
    }

    /// # Errors
    /// When the process ended though nobody ended it.
    pub fn must_live(&mut self) -> Result<()> {
        if let Some(service) = &mut self.service
            && let Some(status) = service.ended()?
        {
            self.service = None;
            bail!("replica {} ended by itself with {status}", self.number);
        }
        Ok(())
    }

    /// All that it wrote to its log, in all its lives.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn last_lines(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    fn signal(&self, signal: Signal) {
        if let Some(service) = &self.service {
            service.signal(signal);
        }
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // One that is paused could not hear that it is to end.
        self.wake();
    }
}

fn command(setting: &Setting, port: u16, outside: &Link) -> Command {
    let mut command = Command::new(&setting.binary);
    command.current_dir(&setting.root).args(["serve", "--demo", "--host", "127.0.0.1"]);
    command.arg("--port").arg(port.to_string());
    command.arg("--lease").arg(setting.lease.to_string());
    command.arg("--simulator").arg(format!("http://127.0.0.1:{}", outside.port));
    command.arg("--config").arg(&setting.config);
    command.env("RUST_LOG", "info");
    command
}
