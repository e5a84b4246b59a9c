//! `cargo xtask test`: the whole suite. Rust tests, the weight of the site, and the browser tests.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::postgres::{Data, Postgres};
use crate::site::Size;
use crate::steps::step;
use crate::workspace::Workspace;
use crate::{browser, interrupt, process, server, site, tools};

/// One for each worker of Playwright: a worker is replaced after each test that fails.
const BROWSER_DATABASES: usize = 32;

#[derive(clap::Args)]
pub struct Options {
    /// Only the Rust tests whose name contains this; with `--only browser`, only such browser tests
    filter: Option<String>,
    /// Only one half of the suite
    #[arg(long)]
    only: Option<Half>,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Half {
    Rust,
    Browser,
}

/// How many tests of one binary libtest runs at a time.
const THREADS: &str = "RUST_TEST_THREADS";

/// Most tests wait for most of their time: for Postgres, for a simulator, for a time that is to pass.
fn threads() -> usize {
    2 * std::thread::available_parallelism().map_or(1, usize::from)
}

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tally {
    passed: u64,
    failed: u64,
}

pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let filter = options.filter.as_deref();
    let only = options.only.or(filter.map(|_| Half::Rust));
    let wanted = |half| only.is_none_or(|only| only == half);
    tools::check(workspace)?;
    let postgres = step("Postgres", |outcome| {
        let log = workspace.target.join("run/postgres-test.log");
        let postgres = Postgres::open(workspace, "test", Data::Disposable, &log)?;
        outcome.is(postgres.describe());
        Ok(postgres)
    })?;

    let mut problems = Vec::new();
    let mut tally = Tally::default();
    if wanted(Half::Rust) {
        let (counted, result) = rust_tests(workspace, &postgres.create("cluster_head_test")?, filter)?;
        tally.add(counted);
        problems.extend(result.err());
    }
    if wanted(Half::Browser) {
        let size = prepare_browser_tests(workspace, wanted(Half::Rust))?;
        problems.extend(size.must_be_within_budget().err());
        let (counted, result) = browser_tests(workspace, &postgres, filter)?;
        tally.add(counted);
        problems.extend(result.err());
    }
    drop(postgres);

    println!("\n{} passed, {} failed", tally.passed, tally.failed);
    if problems.is_empty() {
        return Ok(());
    }
    bail!(problems.iter().fold(String::new(), |mut text, problem| {
        let _ = write!(text, "\n  {problem:#}");
        text
    }))
}

/// Shows the output as it comes and reads the totals from it.
fn rust_tests(workspace: &Workspace, database: &str, filter: Option<&str>) -> Result<(Tally, Result<()>)> {
    println!();
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast"]).args(filter).env("DATABASE_URL", database);
    if std::env::var_os(THREADS).is_none() {
        cargo.env(THREADS, threads().to_string());
    }
    let mut child = process::start(cargo.stdout(Stdio::piped()))?;
    let output = child.stdout.take().context("cargo has no output")?;
    let reader = std::thread::spawn(move || {
        let mut tally = Tally::default();
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{line}");
            tally.add(Tally::of_libtest(&line).unwrap_or_default());
        }
        tally
    });
    let status = process::wait(child)?;
    let tally = reader.join().unwrap_or_default();
    println!();
    if status.success() {
        return Ok((tally, Ok(())));
    }
    Ok((tally, Err(anyhow::anyhow!("Rust tests: `cargo test` failed, see above"))))
}

/// The Rust tests build the server as well. Building it alone means other features of its dependencies, so that half of
/// them are compiled once more.
fn prepare_browser_tests(workspace: &Workspace, server_is_built: bool) -> Result<Size> {
    site::install_npm_packages(workspace)?;
    if !server_is_built {
        step("server", |outcome| {
            server::build(workspace, false)?;
            outcome.is("built");
            Ok(())
        })?;
    }
    site::build(workspace)
}

fn browser_tests(
    workspace: &Workspace,
    postgres: &Postgres,
    filter: Option<&str>,
) -> Result<(Tally, Result<()>)> {
    let chromium = step("Chromium", |outcome| {
        let chromium = browser::find(workspace)?;
        outcome.is(chromium.display().to_string());
        Ok(chromium)
    })?;
    let databases = step("databases", |outcome| {
        let names = (0..BROWSER_DATABASES).map(|number| format!("cluster_head_e2e_{number}"));
        outcome.is(format!("{BROWSER_DATABASES} for the browser tests"));
        names.map(|name| postgres.create(&name)).collect::<Result<Vec<_>>>()
    })?;
    println!();
    let folder = workspace.root.join("end2end");
    let report = folder.join("results/report.json");
    // One of an earlier run would be counted if this one ends before it writes its own. There may be none.
    let _ = std::fs::remove_file(&report);
    let mut playwright = workspace.npm_program("playwright");
    playwright.current_dir(&folder).arg("test");
    if let Some(filter) = filter {
        playwright.args(["--grep", filter]);
    }
    set_up(&mut playwright, workspace, &chromium, &databases);
    let result = process::run(&mut playwright);
    interrupt::check()?;
    let tally =
        std::fs::read_to_string(report).map(|report| Tally::of_playwright(&report)).unwrap_or_default();
    Ok((tally, result.context("browser tests")))
}

/// What `end2end/support` reads to start a server of its own.
fn set_up(playwright: &mut Command, workspace: &Workspace, chromium: &Path, databases: &[String]) {
    playwright
        .env("CHROMIUM_BIN", chromium)
        .env("CLUSTER_HEAD_BIN", workspace.cluster_head(false))
        .env("CLUSTER_HEAD_SITE", workspace.site())
        .env("CLUSTER_HEAD_CONFIG", workspace.root.join("cluster-head.toml"))
        .env("CLUSTER_HEAD_E2E_DATABASES", Value::from(databases).to_string());
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// `test result: ok. 12 passed; 0 failed; 0 ignored; …`
    fn of_libtest(line: &str) -> Option<Self> {
        let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
        let count = |word: &str| {
            let part = counts.split("; ").find_map(|part| part.strip_suffix(word))?;
            part.trim().parse().ok()
        };
        Some(Self { passed: count("passed")?, failed: count("failed")? })
    }

    /// The report that Playwright writes for programs.
    fn of_playwright(report: &str) -> Self {
        let report: Value = serde_json::from_str(report).unwrap_or_default();
        let count = |key: &str| report["stats"][key].as_u64().unwrap_or_default();
        Self { passed: count("expected"), failed: count("unexpected") + count("flaky") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_totals_of_cargo_test_are_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.11s";
        assert_eq!(Tally::of_libtest(line), Some(Tally { passed: 12, failed: 3 }));
        assert_eq!(Tally::of_libtest("test result_is_shown ... ok"), None);
    }

    #[test]
    fn a_flaky_browser_test_counts_as_failed() {
        let report = r#"{"stats":{"expected":7,"unexpected":1,"flaky":2,"skipped":4}}"#;
        assert_eq!(Tally::of_playwright(report), Tally { passed: 7, failed: 3 });
        assert_eq!(Tally::of_playwright("half a rep"), Tally::default());
    }
}
