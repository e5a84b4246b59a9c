//! Checks what this machine has, adds what can be added without asking, and names the one command for the rest.

use std::process::Command;

use anyhow::{Context, Result, bail};
use workbench::system::{Missing, how_to_get};

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
            bail!("{problem}; get it with: {}", how_to_get(Missing::Node));
        };
        let rustc = rustc.split_whitespace().nth(1).unwrap_or("?");
        outcome.is(format!("rustc {rustc}, node {node}, npm {npm}"));
        Ok(())
    })?;
    add_wasm_target(workspace)
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
}
