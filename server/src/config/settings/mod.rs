//! The settings of one process: from the command line and the environment, checked as a whole before anything starts.

mod address;
mod args;
mod demo;
mod environment;
mod secrets;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use domain::plan::Pace;
use reqwest::Url;
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

use super::{Loaded, variables};
pub use args::{ConfigArgs, DEFAULT_LEASE, DrillArgs, ServeArgs};
use environment::Findings;
pub use environment::{Environment, SettingsErrors};
pub use secrets::{Keys, PasswordSetting, Secrets};

/// How this process runs. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Settings {
    pub config_path: PathBuf,
    pub database_url: SecretString,
    pub address: SocketAddr,
    /// Where people find the pages, for links from elsewhere.
    pub public_url: Option<Url>,
    /// The folder with the built wasm, style and static files.
    pub site: PathBuf,
    pub secrets: Secrets,
    pub mode: Mode,
    pub pace: Pace,
    /// How long a claim holds unless it is renewed.
    pub lease: Duration,
    pub log: Log,
}

/// Whom it talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Only to a simulator on this machine. Everybody acts as an admin; nothing is billed.
    Demo {
        simulator: Url,
    },
    Real,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Directives as in `RUST_LOG`, known to be well formed.
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// Lines for machines.
    Json,
}

impl Settings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// As [`Settings::new`].
    pub fn from_process(args: &ServeArgs, loaded: &Loaded) -> Result<Self, SettingsErrors> {
        Self::new(args, &Environment::of_process(), loaded)
    }

    /// Checks everything against the catalogue: a provider that is used needs its token.
    ///
    /// # Errors
    /// Everything that is missing or wrong, each with its purpose and what to do.
    pub fn new(args: &ServeArgs, environment: &Environment, loaded: &Loaded) -> Result<Self, SettingsErrors> {
        let mut findings = Findings::default();
        let database_url = read_database_url(environment, &mut findings);
        let doors = if args.demo {
            demo_doors(args, environment, loaded, &mut findings)
        } else {
            real_doors(args, environment, loaded, &mut findings)
        };
        let address = address::read(args, environment, &mut findings);
        let public_url = address::read_public(environment, &mut findings);
        let log = read_log(environment, &mut findings);
        let usual_pace = if args.demo { demo::pace() } else { Pace::default() };
        let settings = || {
            let (mode, secrets) = doors?;
            Some(Self {
                config_path: args.config.config.clone(),
                database_url: database_url?,
                address: address?,
                public_url: public_url?,
                site: read_site(args, environment),
                secrets,
                mode,
                pace: loaded.pace.clone().unwrap_or(usual_pace),
                lease: Duration::from_secs(args.lease.into()),
                log: log?,
            })
        };
        let settings = settings();
        findings.none_or_err(settings)
    }

    pub fn is_demo(&self) -> bool {
        matches!(self.mode, Mode::Demo { .. })
    }
}

fn demo_doors(
    args: &ServeArgs,
    environment: &Environment,
    loaded: &Loaded,
    findings: &mut Findings,
) -> Option<(Mode, Secrets)> {
    demo::refuse_real_tokens(environment, &loaded.catalogue, findings);
    let simulator = demo::read_simulator(args, findings)?;
    Some((Mode::Demo { simulator }, demo::secrets(&loaded.catalogue)))
}

fn real_doors(
    args: &ServeArgs,
    environment: &Environment,
    loaded: &Loaded,
    findings: &mut Findings,
) -> Option<(Mode, Secrets)> {
    if args.simulator.is_some() {
        findings.add("--simulator is only for the demo: add --demo or leave it out.");
    }
    Some((Mode::Real, Secrets::read(environment, &loaded.catalogue, findings)))
}

fn read_database_url(environment: &Environment, findings: &mut Findings) -> Option<SecretString> {
    let variable = variables::database_url();
    match environment.get(&variable.name) {
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            return Some(url.into());
        }
        Some(_) => findings.add_for(&variable, "is no URL of a Postgres database"),
        None => findings.add_for(&variable, "is not set"),
    }
    None
}

fn read_site(args: &ServeArgs, environment: &Environment) -> PathBuf {
    let named = || environment.get("CLUSTER_HEAD_SITE").map(PathBuf::from);
    args.site.clone().or_else(named).unwrap_or_else(|| PathBuf::from("target/site"))
}

fn read_log(environment: &Environment, findings: &mut Findings) -> Option<Log> {
    let filter = environment.get("RUST_LOG").unwrap_or("info").to_owned();
    let is_well_formed = EnvFilter::try_new(&filter).is_ok();
    if !is_well_formed {
        findings.add("RUST_LOG is no list of log levels. It says what is logged: set it to a level, such as info or server=debug.");
    }
    let format = match environment.get("CLUSTER_HEAD_LOG_FORMAT") {
        None | Some("text") => Some(LogFormat::Text),
        Some("json") => Some(LogFormat::Json),
        Some(_) => {
            findings.add("CLUSTER_HEAD_LOG_FORMAT is neither text nor json. It says how log lines look: set it to one of them.");
            None
        }
    };
    Some(Log { filter: is_well_formed.then_some(filter)?, format: format? })
}
