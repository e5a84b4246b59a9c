//! The browser's half of the program: compiled to wasm, given its JavaScript, made small.

use std::fs;
use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

use super::{NAME, Parts};
use crate::process;
use crate::stamp::Stamp;
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-release";
/// The features that rustc uses by default and wasm-opt does not.
const OPTIMISE: [&str; 5] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--strip-debug",
    "--strip-producers",
];

/// `true` when something had changed.
pub fn build(workspace: &Workspace, parts: &Parts) -> Result<bool> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "build",
        "--quiet",
        "--package",
        "frontend",
        "--lib",
        "--target",
        TARGET,
        "--profile",
        PROFILE,
    ]);
    process::run_quietly(&mut cargo, &workspace.target.join("run/build-browser.log"))?;

    let compiled = workspace.target.join(TARGET).join(PROFILE).join("frontend.wasm");
    let stamp = Stamp::default()
        .text(&OPTIMISE.join(" "))
        .path(&compiled)?
        .path(&workspace.root.join("Cargo.lock"))?
        .path(&workspace.root.join("package-lock.json"))?;
    stamp.unless_current(&parts.stamp("wasm"), || {
        let folder = parts.wasm();
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        Bindgen::new().input_path(&compiled).web(true)?.out_name(NAME).typescript(false).generate(&folder)?;
        shrink(workspace, &folder.join(format!("{NAME}_bg.wasm")))
    })
}

fn shrink(workspace: &Workspace, module: &Path) -> Result<()> {
    let mut wasm_opt = workspace.npm_program("wasm-opt");
    wasm_opt.args(OPTIMISE).arg(module).arg("-o").arg(module);
    process::run_quietly(&mut wasm_opt, &workspace.target.join("run/wasm-opt.log"))
}
