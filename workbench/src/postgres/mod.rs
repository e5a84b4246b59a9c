//! The Postgres that a command works with. `DATABASE_URL` wins; otherwise a private one is started: its own
//! data folder, a password of its own, a free loopback port, and it stops when the command ends.

mod account;
mod binaries;
mod database;
mod folder;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

pub use ::postgres::Client;
use anyhow::{Context, Result, bail};

use crate::service::{Service, Signal};
use crate::workspace::Workspace;
use crate::{interrupt, ports, process};
use account::Account;
pub use binaries::Binaries;
use folder::Folder;

/// The superuser of a private Postgres.
const USER: &str = "cluster_head";
const START_LIMIT: Duration = Duration::from_secs(60);

/// What the data is worth: tests trade its safety for speed.
#[derive(Clone, Copy, PartialEq)]
pub enum Data {
    Kept,
    Disposable,
}

pub enum Postgres {
    /// The one that `DATABASE_URL` names. It belongs to somebody: its own database is never dropped.
    Given {
        url: String,
    },
    Private(Box<Private>),
}

pub struct Private {
    service: Service,
    binaries: Binaries,
    folder: Folder,
    log: PathBuf,
    port: u16,
    data: Data,
}

impl Postgres {
    /// Opens the Postgres for one `purpose`; each purpose has its own data folder.
    pub fn open(workspace: &Workspace, purpose: &str, data: Data, log: &Path) -> Result<Self> {
        match std::env::var("DATABASE_URL") {
            Ok(url) if !url.is_empty() => Ok(Self::Given { url }),
            _ => Self::open_private(workspace, purpose, data, log),
        }
    }

    /// The same, whatever `DATABASE_URL` says: for those who do to it what nobody would want done to his own.
    pub fn open_private(workspace: &Workspace, purpose: &str, data: Data, log: &Path) -> Result<Self> {
        Ok(Self::Private(Box::new(Private::start(workspace, purpose, data, log)?)))
    }

    /// For the progress line.
    pub fn describe(&self) -> String {
        match self {
            Self::Given { .. } => "the one of DATABASE_URL".to_owned(),
            Self::Private(private) => {
                format!("{} on port {}", private.binaries.version, private.port)
            }
        }
    }

    /// The address of one database of it.
    pub fn url(&self, database: &str) -> Result<String> {
        match self {
            Self::Given { url } => database::sibling(url, database),
            Self::Private(private) => private.url(database),
        }
    }

    /// A new, empty database under this name, and its address.
    pub fn create(&self, database: &str) -> Result<String> {
        let administration = match self {
            Self::Given { url } => url.clone(),
            Self::Private(private) => private.url("postgres")?,
        };
        database::create_anew(&administration, database)?;
        self.url(database)
    }

    /// The database under this name as it was left, or a new one.
    pub fn keep_or_create(&self, database: &str) -> Result<String> {
        let url = self.url(database)?;
        if database::connect(&url).is_ok() { Ok(url) } else { self.create(database) }
    }

    /// A connection to one database of it.
    pub fn connect(&self, database: &str) -> Result<Client> {
        database::connect(&self.url(database)?)
    }

    /// Ends a private Postgres as a crash would, and starts it again.
    pub fn crash(&mut self) -> Result<()> {
        match self {
            Self::Given { .. } => bail!("the Postgres of DATABASE_URL is not ours to end"),
            Self::Private(private) => private.crash(),
        }
    }

    /// Fails when a private Postgres is gone and cannot be brought back; `true` when it was brought back.
    pub fn keep_alive(&mut self) -> Result<bool> {
        match self {
            Self::Given { .. } => Ok(false),
            Self::Private(private) => private.keep_alive(),
        }
    }
}

/// Applies the migrations to an empty database, as the server does at its start.
pub fn migrate(url: &str, migrations: &Path) -> Result<()> {
    database::migrate(url, migrations)
}

impl Private {
    fn start(workspace: &Workspace, purpose: &str, data: Data, log: &Path) -> Result<Self> {
        let account = Account::for_postgres()?;
        let binaries = Binaries::find(workspace, account)?;
        let folder = Folder::claim(workspace, &format!("{}-{purpose}", binaries.major), account)?;
        process::create_log(log)?;
        binaries.stop_leftover(&folder)?;
        if !folder.is_initialised() {
            initialise(&binaries, &folder, log)?;
        }
        let port = ports::free()?;
        let service = Service::start(&mut serve(&binaries, &folder, port, data), log, Signal::SIGINT)?;
        let mut private = Self { service, binaries, folder, log: log.to_owned(), port, data };
        private.wait_until_ready()?;
        Ok(private)
    }

    fn url(&self, database: &str) -> Result<String> {
        Ok(format!("postgres://{USER}:{}@127.0.0.1:{}/{database}", self.folder.password()?, self.port))
    }

    fn crash(&mut self) -> Result<()> {
        // What `pg_ctl restart -m immediate` sends: no goodbye to clients, and recovery at the start.
        self.service.signal(Signal::SIGQUIT);
        if self.service.wait(START_LIMIT)?.is_none() {
            bail!("Postgres does not end; its last lines:\n{}", self.service.last_lines());
        }
        self.keep_alive().map(drop)
    }

    fn keep_alive(&mut self) -> Result<bool> {
        if self.service.ended()?.is_none() {
            return Ok(false);
        }
        let mut command = serve(&self.binaries, &self.folder, self.port, self.data);
        self.service = Service::start(&mut command, &self.log, Signal::SIGINT)?;
        self.wait_until_ready()?;
        Ok(true)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let url = self.url("postgres")?;
        let deadline = Instant::now() + START_LIMIT;
        loop {
            interrupt::check()?;
            let Err(error) = database::connect(&url) else {
                return Ok(());
            };
            if let Some(status) = self.service.ended()? {
                bail!("Postgres ended while starting ({status}):\n{}", self.service.last_lines());
            }
            if Instant::now() > deadline {
                return Err(error).context(format!("Postgres did not answer on port {}", self.port));
            }
            std::thread::sleep(process::LOOK_AGAIN);
        }
    }
}

fn initialise(binaries: &Binaries, folder: &Folder, log: &Path) -> Result<()> {
    let mut command = binaries.command("initdb", folder);
    command
        .arg("--pgdata")
        .arg(folder.data())
        .arg(format!("--username={USER}"))
        .arg(format!("--pwfile={}", folder.create_password()?.display()))
        .args(["--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]);
    process::run_quietly(&mut command, log).context("cannot create a data folder for Postgres")
}

fn serve(binaries: &Binaries, folder: &Folder, port: u16, data: Data) -> Command {
    let mut command = binaries.command("postgres", folder);
    command.arg("-D").arg(folder.data()).arg("-p").arg(port.to_string());
    let mut settings = vec!["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"];
    if data == Data::Disposable {
        settings.extend(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
    }
    for setting in settings {
        command.args(["-c", setting]);
    }
    command
}
