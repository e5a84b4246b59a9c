//! Twenty cycles with real processes: each kind of disturbance once.

#![allow(clippy::unwrap_used)]

use chaos::cycles::{self, Options};

#[test]
fn nothing_is_lost_doubled_or_left_running_in_twenty_cycles() {
    let report = cycles::play(&Options { count: 20, from: 0, lease: 2, tell: false }).unwrap();
    println!("{report}");
    assert_eq!(report.cycles, 20);
    assert!(report.violated.is_empty(), "{}", report.violated.join("\n\n"));
    assert!(report.succeeded() > 50, "too little worked to prove anything:\n{report}");
}
