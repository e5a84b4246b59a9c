//! `cargo xtask prepare`: renews `.sqlx/`, the description of every checked query, from a real database.
//!
//! The query macros write that description themselves while they compile against a database; this command
//! gives them one with the migrations applied, and an empty folder, so that nothing stale survives.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::postgres::{self, Data, Postgres};
use crate::process;
use crate::steps::step;
use crate::workspace::Workspace;

const DATABASE: &str = "cluster_head_prepare";

/// The file name of a query's description, and its text.
type Descriptions = BTreeMap<String, String>;

/// With `only_check`, nothing is changed.
pub fn run(workspace: &Workspace, only_check: bool) -> Result<()> {
    step("query metadata", |outcome| {
        outcome.is(if only_check { check(workspace)? } else { renew(workspace)? });
        Ok(())
    })
}

/// Fails when `.sqlx/` is not what the queries and the migrations give.
pub fn check(workspace: &Workspace) -> Result<String> {
    let (committed, fresh) = (read(&folder(workspace))?, describe(workspace)?);
    let differing = difference(&committed, &fresh);
    if !differing.is_empty() {
        bail!(".sqlx does not match the queries, run `cargo xtask prepare`. Differing: {}", list(&differing));
    }
    Ok(format!("{} queries, all fresh", fresh.len()))
}

fn renew(workspace: &Workspace) -> Result<String> {
    let (committed, fresh) = (read(&folder(workspace))?, describe(workspace)?);
    let differing = difference(&committed, &fresh);
    fs::create_dir_all(folder(workspace))?;
    for name in &differing {
        let path = folder(workspace).join(name);
        match fresh.get(*name) {
            Some(text) => fs::write(path, text)?,
            None => fs::remove_file(path)?,
        }
    }
    Ok(format!("{} queries, {} files changed", fresh.len(), differing.len()))
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join(".sqlx")
}

fn describe(workspace: &Workspace) -> Result<Descriptions> {
    let log = workspace.target.join("run/postgres-prepare.log");
    let postgres = Postgres::open(workspace, "prepare", Data::Disposable, &log)?;
    let url = postgres.create(DATABASE)?;
    postgres::migrate(&url, &workspace.root.join("migrations"))?;

    let folder = workspace.target.join("prepare");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    make_cargo_look_again(&workspace.root.join("store"))?;
    let mut cargo = workspace.cargo();
    cargo.args(["check", "--quiet", "--package", "store", "--all-targets"]);
    cargo.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", &folder).env("DATABASE_URL", url);
    process::run(&mut cargo)?;
    read(&folder)
}

/// Cargo compiles a crate again when one of its root files is younger than the last build.
fn make_cargo_look_again(package: &Path) -> Result<()> {
    let tests = package.join("tests");
    let mut roots = vec![package.join("src/lib.rs")];
    if tests.is_dir() {
        for entry in fs::read_dir(tests)? {
            roots.push(entry?.path());
        }
    }
    for root in roots.iter().filter(|root| root.extension().is_some_and(|extension| extension == "rs")) {
        let file =
            fs::File::options().append(true).open(root).with_context(|| format!("{}", root.display()))?;
        file.set_modified(SystemTime::now())?;
    }
    Ok(())
}

fn read(folder: &Path) -> Result<Descriptions> {
    let mut descriptions = Descriptions::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            descriptions
                .insert(entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
        }
    }
    Ok(descriptions)
}

/// The names whose description is missing, no longer needed, or another one.
fn difference<'a>(old: &'a Descriptions, new: &'a Descriptions) -> BTreeSet<&'a str> {
    let names = old.keys().chain(new.keys());
    names.filter(|name| old.get(*name) != new.get(*name)).map(String::as_str).collect()
}

fn list(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptions(entries: &[(&str, &str)]) -> Descriptions {
        entries.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn new_stale_and_changed_descriptions_differ_and_equal_ones_do_not() {
        let old = descriptions(&[("same", "1"), ("changed", "1"), ("stale", "1")]);
        let new = descriptions(&[("same", "1"), ("changed", "2"), ("new", "1")]);
        assert_eq!(list(&difference(&old, &new)), "changed, new, stale");
        assert!(difference(&old, &old).is_empty());
    }
}
