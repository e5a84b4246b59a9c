//! Makes `target/site`, the static files that the server hands out: the browser's half of the program, the
//! style sheet, and what lies in `public/`, each also in its compressed forms.

mod compress;
mod npm;
mod size;
mod styles;
mod wasm;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::stamp::{Stamp, files_below};
use crate::steps::step;
use crate::workspace::Workspace;
use crate::{interrupt, process};
pub use npm::install as install_npm_packages;
pub use size::Size;

/// The name that the pages ask for: `/pkg/cluster-head.js` and so on.
const NAME: &str = "cluster-head";

/// Where the parts are made and their stamps are kept, before they come together.
struct Parts(PathBuf);

impl Parts {
    fn wasm(&self) -> PathBuf {
        self.0.join("wasm")
    }

    fn styles(&self) -> PathBuf {
        self.0.join("styles")
    }

    fn stamp(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.stamp"))
    }
}

/// Builds what changed. The npm packages must be there.
pub fn build(workspace: &Workspace) -> Result<Size> {
    let parts = Parts(workspace.target.join("site-parts"));
    fs::create_dir_all(&parts.0)?;
    let _lock = lock(&parts.0.join("lock"))?;
    step("browser part", |outcome| {
        let built = wasm::build(workspace, &parts)?;
        outcome.is(if built { "built" } else { "unchanged" });
        Ok(())
    })?;
    step("style sheet", |outcome| {
        let built = styles::build(workspace, &parts)?;
        outcome.is(if built { "built" } else { "unchanged" });
        Ok(())
    })?;
    step("site", |outcome| {
        let stamp = Stamp::default()
            .path(&parts.wasm())?
            .path(&parts.styles())?
            .path(&workspace.root.join("public"))?;
        let record = parts.stamp("site");
        if !workspace.site().is_dir() {
            // Somebody removed it. The record may be gone as well.
            let _ = fs::remove_file(&record);
        }
        stamp.unless_current(&record, || assemble(workspace, &parts))?;
        let size = Size::measure(&workspace.site().join("pkg"))?;
        outcome.is(size.to_string());
        Ok(size)
    })
}

/// Builds beside the old site and swaps, so that a running server never sees half of one.
fn assemble(workspace: &Workspace, parts: &Parts) -> Result<()> {
    let next = parts.0.join("next");
    if next.exists() {
        fs::remove_dir_all(&next)?;
    }
    copy_below(&workspace.root.join("public"), &next)?;
    copy_below(&parts.wasm(), &next.join("pkg"))?;
    copy_below(&parts.styles(), &next.join("pkg"))?;
    compress::below(&next)?;
    if workspace.site().exists() {
        fs::remove_dir_all(workspace.site())?;
    }
    fs::rename(&next, workspace.site()).context("cannot put the new site in its place")
}

fn copy_below(from: &Path, to: &Path) -> Result<()> {
    for file in files_below(from)? {
        let copy = to.join(file.strip_prefix(from)?);
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(&file, &copy).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

/// Waits while another command builds the same site.
fn lock(path: &Path) -> Result<File> {
    let file = File::create(path)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => interrupt::check()?,
            Err(TryLockError::Error(error)) => {
                return Err(error).context(format!("cannot lock {}", path.display()));
            }
        }
        std::thread::sleep(process::LOOK_AGAIN);
    }
}
