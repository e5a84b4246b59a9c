//! The arrows of the design, read from the sources: Cargo enforces them between crates, this file inside `server`.

// The helpers of tests fail like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which parts of `server` and which crates each part must not know.
const FORBIDDEN: [(&str, &[&str]); 6] = [
    (
        "providers",
        &[
            "crate::engine",
            "crate::web",
            "crate::config",
            "crate::drill",
            "store::",
            "app::",
            "leptos",
            "sqlx",
            "simulator::",
        ],
    ),
    (
        "engine",
        &[
            "crate::web",
            "crate::config",
            "crate::drill",
            "app::",
            "leptos",
            "axum",
            "sqlx",
            "reqwest",
            "simulator::",
        ],
    ),
    ("web", &["crate::engine", "crate::providers", "crate::drill", "sqlx", "reqwest", "simulator::"]),
    (
        "config",
        &[
            "crate::engine",
            "crate::web",
            "crate::providers",
            "crate::drill",
            "store::",
            "app::",
            "leptos",
            "axum",
            "sqlx",
            "simulator::",
        ],
    ),
    // A composition like `lib.rs`: the engine with the simulators, without any pages.
    ("drill", &["crate::web", "app::", "leptos", "axum", "sqlx", "reqwest"]),
    (
        "telemetry.rs",
        &[
            "crate::engine",
            "crate::web",
            "crate::providers",
            "crate::drill",
            "store::",
            "app::",
            "leptos",
            "sqlx",
        ],
    ),
];

/// What a pure crate may be made of.
const ALLOWED_IN_DOMAIN: [&str; 9] =
    ["chrono", "chrono-tz", "croner", "rust_decimal", "serde", "serde_json", "strsim", "thiserror", "uuid"];

const LONGEST_FILE: usize = 400;

#[test]
fn no_part_of_the_server_knows_more_than_the_design_allows() {
    let mut breaches = Vec::new();
    for (part, forbidden) in FORBIDDEN {
        let files = rust_files(&server_root().join("src").join(part));
        assert!(!files.is_empty(), "there is no part {part}");
        for file in files {
            let code = code_of(&file);
            let found = forbidden.iter().filter(|name| mentions(&code, name));
            breaches.extend(found.map(|name| format!("{} mentions {name}", shown(&file))));
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_part_of_the_server_stands_in_the_table() {
    let source = server_root().join("src");
    let parts: BTreeSet<String> = std::fs::read_dir(source)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !matches!(name.as_str(), "lib.rs" | "main.rs" | "commands.rs"))
        .collect();
    let known: BTreeSet<String> = FORBIDDEN.iter().map(|(part, _)| (*part).to_owned()).collect();
    assert_eq!(parts, known);
}

#[test]
fn sql_stands_in_the_store_alone() {
    let root = server_root().join("..");
    for crate_name in ["app", "domain", "frontend", "server", "simulator"] {
        for file in rust_files(&root.join(crate_name).join("src")) {
            let code = code_of(&file);
            assert!(
                !code.contains("sqlx::query") && !code.contains("query_as!"),
                "{} holds SQL",
                shown(&file)
            );
        }
    }
}

/// Decisions are made by the database's time, and the age of what a provider shows is told by the provider's clock. What
/// is left out here reads the clock for people, or for the simulators of a drill.
#[test]
fn no_decision_is_made_by_the_clock_of_this_machine() {
    let root = server_root().join("..");
    let parts = [
        "domain/src",
        "store/src",
        "server/src/engine",
        "server/src/providers",
        "server/src/web/api",
        "app/src/press",
        "app/src/api",
    ];
    for file in parts.iter().flat_map(|part| rust_files(&root.join(part))) {
        let code = code_of(&file);
        for clock in ["Utc::now", "Local::now", "SystemTime"] {
            assert!(!mentions(&code, clock), "{} reads the clock: {clock}", shown(&file));
        }
    }
}

#[test]
fn the_domain_is_made_of_nothing_that_does_something() {
    let manifest = std::fs::read_to_string(server_root().join("../domain/Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let of_every_machine = manifest["dependencies"].as_table().unwrap();
    let of_some = manifest["target"].as_table().unwrap().values();
    let of_some = of_some.filter_map(|target| target.get("dependencies")?.as_table());
    let tables = std::iter::once(of_every_machine).chain(of_some);
    let dependencies: BTreeSet<&str> = tables.flat_map(toml::Table::keys).map(String::as_str).collect();
    assert_eq!(dependencies, BTreeSet::from(ALLOWED_IN_DOMAIN));
}

#[test]
fn no_source_file_is_longer_than_a_reader_can_hold() {
    let root = server_root().join("..");
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(&root).output();
    let Some(listed) = listed.ok().filter(|listed| listed.status.success()) else {
        // Not a checkout: an archive of the sources has nothing in it that is not ours.
        return check_lengths(rust_files(&root.join("server")));
    };
    let names = String::from_utf8(listed.stdout).unwrap();
    let is_source = |path: &Path| {
        let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        matches!(kind, "rs" | "sql" | "css" | "js" | "ts") && path.is_file()
    };
    check_lengths(names.split('\0').map(|name| root.join(name)).filter(|path| is_source(path)).collect());
}

fn check_lengths(files: Vec<PathBuf>) {
    let too_long: Vec<String> = files
        .iter()
        .map(|file| (file, std::fs::read_to_string(file).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(file, lines)| format!("{} has {lines} lines", shown(file)))
        .collect();
    assert!(too_long.is_empty(), "{}", too_long.join("\n"));
}

#[test]
fn every_test_that_the_table_of_faults_names_exists() {
    let root = server_root().join("..");
    let table = std::fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    // Names of tests are sentences; no other word of the table has so many parts.
    let named = table.split('`').skip(1).step_by(2).filter(|name| name.matches('_').count() >= 4);
    let tests: String = ["chaos", "domain", "server", "simulator", "store"]
        .iter()
        .flat_map(|folder| rust_files(&root.join(folder)))
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let missing: Vec<&str> = named.filter(|name| !tests.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "docs/reliability.md names tests that do not exist: {missing:#?}");
}

#[test]
fn a_breach_would_be_found() {
    assert!(mentions("use crate::engine::Engine;", "crate::engine"));
    assert!(mentions("    store::Store::new(pool)", "store::"));
    assert!(!mentions("restore::all()", "store::"));
    assert!(!mentions("use crate::engineering;", "crate::engine"));
}

/// Whether the name stands there as a word of its own.
fn mentions(code: &str, name: &str) -> bool {
    let is_part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(name).any(|(at, _)| {
        let after = code[at + name.len()..].chars().next();
        !is_part_of_word(code[..at].chars().next_back()) && (name.ends_with(':') || !is_part_of_word(after))
    })
}

/// The lines of a file without comments.
fn code_of(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_dir() || path.extension().is_some_and(|kind| kind == "rs"));
    files.flat_map(|path| rust_files(&path)).collect()
}

fn server_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shown(file: &Path) -> String {
    file.strip_prefix(server_root()).unwrap_or(file).display().to_string()
}
