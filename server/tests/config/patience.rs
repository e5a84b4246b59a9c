//! How long a destroy waits for second thoughts, and after how long a cluster that nobody uses ends.

use server::config::parse;

use super::{error_after, shipped, shipped_with};

const UNDO: &str = "# undo = \"10s\"";
const PACE: &str = "# [pace]";
const IDLE: &str = "# idle_end = \"2h\"";

/// The hold by a file in which it says so.
fn hold(undo: &str) -> u32 {
    let file = shipped_with(PACE, "[pace]").replacen(UNDO, &format!("undo = \"{undo}\""), 1);
    parse("cluster-head.toml", &file).unwrap().catalogue.hold_seconds
}

#[test]
fn a_destroy_waits_ten_seconds_unless_the_file_says_so() {
    assert_eq!(shipped().catalogue.hold_seconds, 10);
    assert_eq!((hold("30s"), hold("2min")), (30, 120));
}

#[test]
fn zero_seconds_mean_that_nothing_waits() {
    assert_eq!(hold("0s"), 0);
}

#[test]
fn a_hold_that_means_nothing_is_named() {
    for bad in ["0", "ten", "-1s", "10"] {
        let file = shipped_with(PACE, "[pace]").replacen(UNDO, &format!("undo = \"{bad}\""), 1);
        let error = parse("cluster-head.toml", &file).unwrap_err().to_string();
        assert!(error.contains("pace.undo"), "{bad}: {error}");
    }
}

#[test]
fn a_cluster_ends_by_idling_only_where_the_file_says_so() {
    assert_eq!(shipped().catalogue.clusters[0].limits.idle_minutes, None);
    let file = shipped_with(IDLE, "idle_end = \"90min\"");
    let idles = parse("cluster-head.toml", &file).unwrap();
    assert_eq!(idles.catalogue.clusters[0].limits.idle_minutes, Some(90));
    for bad in ["0min", "never", "2"] {
        let error = error_after(IDLE, &format!("idle_end = \"{bad}\""));
        assert!(error.contains("clusters.iriversland2.idle_end"), "{bad}: {error}");
    }
}
