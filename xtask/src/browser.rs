//! The Chromium that the browser tests drive.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use workbench::system::{Missing, how_to_get};

use crate::workspace::Workspace;
use crate::{interrupt, process};

/// What the packages of various systems call it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// `CHROMIUM_BIN` wins, then the one of the system, then Playwright's own, which is fetched when there is none.
pub fn find(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM_BIN").map(PathBuf::from) {
        if !path.is_file() {
            bail!("CHROMIUM_BIN names {}, which is not there", path.display());
        }
        return Ok(path);
    }
    if let Some(found) = NAMES.iter().find_map(|name| Some(process::folder_in_path(name)?.join(name))) {
        return Ok(found);
    }
    let own = of_playwright(workspace)?;
    if own.is_file() {
        return Ok(own);
    }
    let mut install = workspace.npm_program("playwright");
    install.args(["install", "chromium"]);
    if let Err(error) =
        process::run_quietly(&mut install, &workspace.target.join("run/playwright-install.log"))
    {
        interrupt::check()?;
        let command = how_to_get(Missing::Chromium);
        bail!(
            "no Chromium on this machine, and Playwright could not fetch one ({error}); get one with: {command}"
        );
    }
    Ok(own)
}

fn of_playwright(workspace: &Workspace) -> Result<PathBuf> {
    let mut node = Command::new("node");
    node.args(["--print", "require('@playwright/test').chromium.executablePath()"])
        .current_dir(&workspace.root);
    Ok(process::read(&mut node)?.into())
}
