//! `cargo xtask lint`: everything that is checked without running the program. All checks run, whatever the first ones say.

use std::process::Command;

use anyhow::{Result, bail, ensure};

use super::prepare;
use crate::steps::step;
use crate::workspace::Workspace;
use crate::{interrupt, process, site, tools};

/// Above this a file is split.
const LONGEST_FILE: usize = 400;
const LIMITED: [&str; 4] = ["*.rs", "*.ts", "*.sql", "*.css"];
/// What clippy looks at. The server's half and the browser's half are never compiled together.
const PROGRAMS: [&str; 3] = ["--workspace", "--lib", "--bins"];
const TESTS: [&str; 2] = ["--workspace", "--tests"];
const BROWSER: [&str; 4] = ["--package", "frontend", "--target", "wasm32-unknown-unknown"];
/// A panic is how a test fails, also in the functions that tests share.
const ALLOWED_IN_TESTS: [&str; 6] =
    ["-A", "clippy::unwrap_used", "-A", "clippy::expect_used", "-A", "clippy::panic"];

pub fn run(workspace: &Workspace) -> Result<()> {
    tools::check(workspace)?;
    site::install_npm_packages(workspace)?;
    let mut failed = Vec::new();
    let mut check = |name: &'static str, work: &dyn Fn() -> Result<String>| {
        let result = step(name, |outcome| {
            outcome.is(work()?);
            Ok(())
        });
        if let Err(error) = result {
            eprintln!("\n{error:#}\n");
            failed.push(name);
        }
        interrupt::check()
    };

    check("file length", &|| file_length(workspace))?;
    check("format", &|| cargo(workspace, &["fmt", "--all", "--check"]))?;
    check("clippy", &|| clippy(workspace, &PROGRAMS, &[]))?;
    check("clippy, tests", &|| clippy(workspace, &TESTS, &ALLOWED_IN_TESTS))?;
    check("clippy, browser", &|| clippy(workspace, &BROWSER, &[]))?;
    check("documentation", &|| documentation(workspace))?;
    check("queries", &|| prepare::check(workspace))?;
    check("browser tests", &|| typescript(workspace))?;
    check("dependencies", &|| dependencies(workspace))?;

    ensure!(failed.is_empty(), "not clean: {}", failed.join(", "));
    Ok(())
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<String> {
    let log = workspace.target.join("run/lint.log");
    process::run_quietly(workspace.cargo().args(arguments), &log)?;
    Ok("clean".to_owned())
}

fn clippy(workspace: &Workspace, what: &[&str], allowed: &[&str]) -> Result<String> {
    cargo(workspace, &[&["clippy", "--keep-going"], what, &["--", "-D", "warnings"], allowed].concat())
}

fn documentation(workspace: &Workspace) -> Result<String> {
    let mut cargo = workspace.cargo();
    cargo
        .args(["doc", "--workspace", "--no-deps", "--document-private-items"])
        .env("RUSTDOCFLAGS", "-D warnings");
    process::run_quietly(&mut cargo, &workspace.target.join("run/lint.log"))?;
    Ok("clean".to_owned())
}

fn typescript(workspace: &Workspace) -> Result<String> {
    let mut compiler = workspace.npm_program("tsc");
    compiler.args(["--noEmit", "--project", "end2end"]);
    process::run_quietly(&mut compiler, &workspace.target.join("run/lint.log"))?;
    Ok("types are right".to_owned())
}

fn dependencies(workspace: &Workspace) -> Result<String> {
    if process::folder_in_path("cargo-deny").is_none() {
        return Ok("skipped: cargo-deny is not installed".to_owned());
    }
    cargo(workspace, &["deny", "check"])
}

/// Every file of the project, whether committed yet or not.
fn file_length(workspace: &Workspace) -> Result<String> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "--"]).args(LIMITED);
    let names = process::read(git.current_dir(&workspace.root))?;
    let mut too_long = Vec::new();
    for name in names.lines() {
        // A file that was deleted but not committed is still listed.
        let Ok(text) = std::fs::read_to_string(workspace.root.join(name)) else { continue };
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            too_long.push(format!("{name} ({lines})"));
        }
    }
    if !too_long.is_empty() {
        bail!("longer than {LONGEST_FILE} lines: {}", too_long.join(", "));
    }
    Ok(format!("at most {LONGEST_FILE} lines"))
}
