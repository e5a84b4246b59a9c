//! Checks what this machine has, adds what can be added without asking, and names the one command for the rest.

use std::process::Command;

use anyhow::{Context, Result, bail};
use nix::unistd::Uid;

use crate::process;
use crate::steps::step;
use crate::workspace::Workspace;

const WASM: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: u32 = 20;

/// What building needs: the compiler with its wasm target, Node with npm.
pub fn check(workspace: &Workspace) -> Result<()> {
    step("tools", |outcome| {
        let rustc = process::read(rustc(workspace).arg("--version"))?;
        let node = node();
        let npm = process::read(Command::new("npm").arg("--version"));
        let (Ok(node), Ok(npm)) = (&node, &npm) else {
            let problem = node.err().map_or("npm is not there".to_owned(), |error| error.to_string());
            bail!("{problem}; get it with: {}", System::of_this_machine().command_for(Missing::Node));
        };
        let rustc = rustc.split_whitespace().nth(1).unwrap_or("?");
        outcome.is(format!("rustc {rustc}, node {node}, npm {npm}"));
        Ok(())
    })?;
    add_wasm_target(workspace)
}

/// What to say when no Postgres can be found or fetched.
pub fn how_to_get_postgres() -> String {
    format!("install one: {}", System::of_this_machine().command_for(Missing::Postgres))
}

/// What to say when no browser can be found or fetched.
pub fn how_to_get_chromium() -> String {
    System::of_this_machine().command_for(Missing::Chromium)
}

fn add_wasm_target(workspace: &Workspace) -> Result<()> {
    let libraries = process::read(rustc(workspace).args(["--print", "target-libdir", "--target", WASM]))?;
    if std::path::Path::new(&libraries).is_dir() {
        return Ok(());
    }
    step("wasm target", |outcome| {
        let mut rustup = Command::new("rustup");
        rustup.args(["target", "add", WASM]).current_dir(&workspace.root);
        process::read(&mut rustup)
            .with_context(|| format!("this Rust has no {WASM} target, and rustup could not add it"))?;
        outcome.is("added");
        Ok(())
    })
}

fn rustc(workspace: &Workspace) -> Command {
    let mut command = Command::new("rustc");
    command.current_dir(&workspace.root);
    command
}

fn node() -> Result<String> {
    let answer = process::read(Command::new("node").arg("--version")).context("Node is not there")?;
    young_enough(&answer)
}

/// `v20.20.2` is what `node --version` says.
fn young_enough(answer: &str) -> Result<String> {
    let version = answer.trim_start_matches('v');
    let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
    if major < OLDEST_NODE {
        bail!("Node {version} is too old, {OLDEST_NODE} is the oldest that works");
    }
    Ok(version.to_owned())
}

#[derive(Clone, Copy)]
enum Missing {
    Node,
    Postgres,
    Chromium,
}

#[derive(Debug, PartialEq)]
enum System {
    Debian,
    Fedora,
    MacOs,
    Other,
}

impl System {
    fn of_this_machine() -> Self {
        if cfg!(target_os = "macos") {
            return Self::MacOs;
        }
        Self::from_os_release(&std::fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    fn from_os_release(text: &str) -> Self {
        let value = |key: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(key));
            found.unwrap_or_default().trim_matches('"').split_whitespace()
        };
        for name in value("ID=").chain(value("ID_LIKE=")) {
            match name {
                "debian" | "ubuntu" => return Self::Debian,
                "fedora" | "rhel" | "centos" => return Self::Fedora,
                _ => {}
            }
        }
        Self::Other
    }

    fn command_for(&self, missing: Missing) -> String {
        let sudo = if Uid::effective().is_root() { "" } else { "sudo " };
        match (self, missing) {
            // The packages of Debian 12 and Ubuntu 24.04 are too old.
            (Self::Debian, Missing::Node) => {
                format!(
                    "curl -fsSL https://deb.nodesource.com/setup_22.x | {sudo}bash - && {sudo}apt-get install -y nodejs"
                )
            }
            (Self::Debian, Missing::Postgres) => format!("{sudo}apt-get install -y postgresql"),
            (Self::Debian, Missing::Chromium) => format!("{sudo}apt-get install -y chromium"),
            (Self::Fedora, Missing::Node) => format!("{sudo}dnf install -y nodejs npm"),
            (Self::Fedora, Missing::Postgres) => format!("{sudo}dnf install -y postgresql-server"),
            (Self::Fedora, Missing::Chromium) => format!("{sudo}dnf install -y chromium"),
            (Self::MacOs, Missing::Node) => "brew install node".to_owned(),
            (Self::MacOs, Missing::Postgres) => "brew install postgresql@17".to_owned(),
            (Self::MacOs, Missing::Chromium) => "brew install --cask chromium".to_owned(),
            (Self::Other, Missing::Node) => "the packages of https://nodejs.org/en/download".to_owned(),
            (Self::Other, Missing::Postgres) => {
                "the packages of https://www.postgresql.org/download/".to_owned()
            }
            (Self::Other, Missing::Chromium) => "npx playwright install --with-deps chromium".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_node_is_refused_with_both_versions() {
        let text = young_enough("v18.20.4").unwrap_err().to_string();
        assert_eq!(text, "Node 18.20.4 is too old, 20 is the oldest that works");
        assert_eq!(young_enough("v20.20.2").unwrap(), "20.20.2");
        assert!(young_enough("nonsense").is_err());
    }

    #[test]
    fn systems_are_known_by_their_own_name_or_by_what_they_are_like() {
        assert_eq!(System::from_os_release("NAME=x\nID=debian\n"), System::Debian);
        assert_eq!(System::from_os_release("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), System::Debian);
        assert_eq!(System::from_os_release("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), System::Fedora);
        assert_eq!(System::from_os_release("ID=arch\n"), System::Other);
        assert_eq!(System::from_os_release(""), System::Other);
    }

    #[test]
    fn each_system_has_its_own_command() {
        assert!(System::Debian.command_for(Missing::Postgres).ends_with("apt-get install -y postgresql"));
        assert!(System::Fedora.command_for(Missing::Chromium).ends_with("dnf install -y chromium"));
        assert_eq!(System::MacOs.command_for(Missing::Node), "brew install node");
    }
}
