//! The tools that come from npm, exactly as `package-lock.json` names them.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::stamp::Stamp;
use crate::steps::step;
use crate::workspace::Workspace;

pub fn install(workspace: &Workspace) -> Result<()> {
    step("npm packages", |outcome| {
        let stamp = Stamp::default().path(&workspace.root.join("package-lock.json"))?;
        // Inside of the folder that it speaks of: who removes the folder removes the stamp too.
        let record = workspace.root.join("node_modules/.installed");
        let log = workspace.target.join("run/npm.log");
        let installed = stamp.unless_current(&record, || {
            // None of these packages needs its install script.
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&workspace.root);
            process::run_quietly(&mut npm, &log)
        })?;
        outcome.is(if installed { "installed" } else { "already there" });
        Ok(())
    })
}
