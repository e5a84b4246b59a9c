//! Where things lie: the checkout, and the target directory that Cargo uses for it (which may be elsewhere).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Workspace {
    pub fn locate() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let answer =
            process::read(cargo_in(here).args(["metadata", "--format-version=1", "--no-deps", "--offline"]))?;
        let metadata: Value =
            serde_json::from_str(&answer).context("cannot read the answer of `cargo metadata`")?;
        let path = |key: &str| {
            let text = metadata[key].as_str().with_context(|| format!("`cargo metadata` gave no {key}"))?;
            anyhow::Ok(PathBuf::from(text))
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }

    /// Cargo at the root of the workspace.
    pub fn cargo(&self) -> Command {
        cargo_in(&self.root)
    }

    /// A program that an npm package brought along.
    pub fn npm_program(&self, name: &str) -> Command {
        let mut command = Command::new(self.root.join("node_modules/.bin").join(name));
        command.current_dir(&self.root);
        command
    }

    /// The one binary of the product.
    pub fn cluster_head(&self, release: bool) -> PathBuf {
        self.target.join(if release { "release" } else { "debug" }).join("cluster-head")
    }

    /// The static files that the server hands out.
    pub fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    /// Short form for people: relative to the current folder where that is possible.
    pub fn show(&self, path: &Path) -> String {
        let short =
            std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
        short.as_deref().unwrap_or(path).display().to_string()
    }
}

/// Variables that `cargo run` sets for this program would make nested builds differ from those that people
/// start by hand: some build scripts run again whenever one of them changes.
fn cargo_in(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_found_from_anywhere() {
        let workspace = Workspace::locate().unwrap();
        assert!(workspace.root.join("rust-toolchain.toml").is_file());
        assert!(workspace.cluster_head(true).ends_with("release/cluster-head"));
    }

    #[test]
    fn nested_cargo_does_not_inherit_what_describes_this_package() {
        let command = cargo_in(Path::new("."));
        let removed = |name: &str| command.get_envs().any(|(key, value)| key == name && value.is_none());
        assert!(removed("CARGO_PKG_NAME"));
        assert!(removed("CARGO_MANIFEST_DIR"));
        assert!(!removed("CARGO_TARGET_DIR"));
    }
}
