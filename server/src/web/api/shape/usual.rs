//! What the past says of how long something takes, for programs: in seconds.

use domain::history::{Range, Usual};
use serde::Serialize;

/// Percentiles of the newest successes.
#[derive(Clone, Copy, Serialize)]
pub struct UsualShape {
    p20_seconds: i64,
    median_seconds: i64,
    p80_seconds: i64,
    /// What takes longer takes longer than usual.
    p95_seconds: i64,
    /// How many were counted, at most 20.
    samples: usize,
}

#[derive(Clone, Copy, Serialize)]
pub struct RangeShape {
    from_seconds: i64,
    to_seconds: i64,
}

impl From<Usual> for UsualShape {
    fn from(usual: Usual) -> Self {
        Self {
            p20_seconds: usual.from,
            median_seconds: usual.median,
            p80_seconds: usual.to,
            p95_seconds: usual.longest,
            samples: usual.samples,
        }
    }
}

impl From<Range> for RangeShape {
    fn from(range: Range) -> Self {
        Self { from_seconds: range.from, to_seconds: range.to }
    }
}
