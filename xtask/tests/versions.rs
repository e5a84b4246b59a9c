//! A version that stands in two files is the same in both.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between `before` and the next character that is no part of a version.
fn version_after<'a>(text: &'a str, before: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before:?}"));
    rest.split(|character: char| !(character.is_ascii_digit() || character == '.')).next().unwrap()
}

#[test]
fn the_image_is_built_with_the_pinned_rust() {
    let (toolchain, image, manifest) = (read("rust-toolchain.toml"), read("Dockerfile"), read("Cargo.toml"));
    let pinned = version_after(&toolchain, "channel = \"");
    let minor = pinned.rsplit_once('.').unwrap().0;
    assert_eq!(version_after(&image, "FROM rust:"), minor);
    assert_eq!(version_after(&manifest, "rust-version = \""), minor);
}

#[test]
fn one_node_is_the_oldest_that_works_and_the_image_has_no_older_one() {
    let (package, tools, image) = (read("package.json"), read("xtask/src/tools.rs"), read("Dockerfile"));
    let oldest: u32 = version_after(&package, "\"node\": \">=").parse().unwrap();
    assert_eq!(version_after(&tools, "OLDEST_NODE: u32 = "), oldest.to_string());
    let used: u32 = version_after(&image, "FROM node:").parse().unwrap();
    assert!(used >= oldest, "Node {used} in the image, {oldest} is the oldest that works");
}

#[test]
fn the_tool_and_the_library_of_wasm_bindgen_are_one_version() {
    let (library, tool) = (read("Cargo.toml"), read("xtask/Cargo.toml"));
    assert_eq!(
        version_after(&library, "wasm-bindgen = \"="),
        version_after(&tool, "wasm-bindgen-cli-support = \"=")
    );
}

#[test]
fn the_image_listens_where_the_documentation_says() {
    let (image, compose, example) = (read("Dockerfile"), read("compose.yaml"), read(".env.example"));
    let port = version_after(&image, "EXPOSE ");
    assert_eq!(version_after(&compose, "PORT: \""), port);
    assert_eq!(version_after(&example, "\nPORT="), port);
}

#[test]
fn heroku_is_asked_for_every_secret_of_the_example() {
    let (app, example) = (read("app.json"), read(".env.example"));
    let lines = example.lines().map(|line| line.trim_start_matches('#'));
    let secrets = lines.filter_map(|line| line.strip_suffix('='));
    let missing: Vec<_> = secrets.filter(|name| !app.contains(&format!("\"{name}\""))).collect();
    assert!(missing.is_empty(), "app.json does not name {missing:?}");
}
