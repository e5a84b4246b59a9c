//! The config file and the settings, from what a person writes to what a person reads.

// Clippy takes only the bodies of tests for tests; what they share fails them as well.
#![allow(clippy::unwrap_used)]

mod backup;
mod clouds;
mod declared_world;
mod demo_settings;
mod limits;
mod patience;
mod problems;
mod properties;
mod real_settings;
mod retries_and_questions;
mod shape;
mod shares;

use std::path::PathBuf;

use server::config::{ConfigArgs, DEFAULT_LEASE, Loaded, ServeArgs, parse};

/// The file that ships with the product.
const SHIPPED: &str = include_str!("../../../cluster-head.toml");

fn shipped() -> Loaded {
    parse("cluster-head.toml", SHIPPED).unwrap()
}

/// What is said about the shipped file after one change.
fn error_after(original: &str, changed: &str) -> String {
    parse("cluster-head.toml", &shipped_with(original, changed)).unwrap_err().to_string()
}

fn shipped_with(original: &str, changed: &str) -> String {
    assert!(SHIPPED.contains(original), "the shipped file has no {original:?}");
    SHIPPED.replacen(original, changed, 1)
}

/// The line of the shipped file on which this stands.
fn line_of(needle: &str) -> usize {
    SHIPPED.lines().position(|line| line.contains(needle)).unwrap() + 1
}

fn serve() -> ServeArgs {
    let config = ConfigArgs { config: PathBuf::from("cluster-head.toml") };
    ServeArgs {
        config,
        demo: false,
        simulator: None,
        host: None,
        port: None,
        site: None,
        lease: DEFAULT_LEASE,
    }
}
