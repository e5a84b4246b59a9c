//! The style sheet: Tailwind collects the classes that the sources use.

use std::fs;

use anyhow::Result;

use super::{NAME, Parts};
use crate::process;
use crate::stamp::Stamp;
use crate::workspace::Workspace;

/// `true` when something had changed.
pub fn build(workspace: &Workspace, parts: &Parts) -> Result<bool> {
    let root = &workspace.root;
    let stamp = Stamp::default()
        .path(&root.join("style"))?
        .path(&root.join("app/src"))?
        .path(&root.join("frontend/src"))?
        .path(&root.join("package-lock.json"))?;
    stamp.unless_current(&parts.stamp("styles"), || {
        fs::create_dir_all(parts.styles())?;
        let mut tailwind = workspace.npm_program("tailwindcss");
        tailwind.arg("--input").arg(root.join("style/tailwind.css"));
        tailwind.arg("--output").arg(parts.styles().join(format!("{NAME}.css"))).arg("--minify");
        process::run_quietly(&mut tailwind, &workspace.target.join("run/tailwind.log"))
    })
}
