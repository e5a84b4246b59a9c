//! What a fault does to the run that an exchange starts or shows. Endpoints know of it and of no fault.

use std::time::Duration;

use crate::clock::Clock;
use crate::faults::{FaultKind, Strike};
use crate::stack::Thoroughness;
use crate::timeline::Course;

const LISTED_AFTER: Duration = Duration::from_secs(20);
/// In simulated time, as long as the scripts of the pipelines are.
const DELETED_AFTER: Duration = Duration::from_secs(180);

#[derive(Clone, Copy, Default)]
pub(crate) struct Twist {
    pub course: Course,
    pub status_is_unknown: bool,
    pub thoroughness: Thoroughness,
    /// How long lists do not show the run.
    pub listed_after: Duration,
}

impl Twist {
    pub fn of(strike: Strike, clock: &Clock) -> Self {
        let seconds = strike.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let lasting = |otherwise| clock.between_dates(seconds.unwrap_or(otherwise));
        let plain = Self::default();
        match strike.kind {
            FaultKind::FailJob => Self { course: Course::Fails, ..plain },
            FaultKind::NeverStarts => Self { course: Course::NeverStarts, ..plain },
            FaultKind::RunHangs => Self { course: Course::Hangs, ..plain },
            FaultKind::UnknownStatus => Self { status_is_unknown: true, ..plain },
            FaultKind::ListsLate => Self { listed_after: lasting(LISTED_AFTER), ..plain },
            FaultKind::Leftovers => Self { thoroughness: Thoroughness::Leftovers, ..plain },
            FaultKind::DestroysNothing => Self { thoroughness: Thoroughness::Nothing, ..plain },
            FaultKind::SlowDelete => {
                let delay = seconds.map_or(DELETED_AFTER, |seconds| clock.between_dates(seconds));
                Self { thoroughness: Thoroughness::Slow(delay), ..plain }
            }
            _ => plain,
        }
    }
}
