//! What a fault does to the run that an exchange starts or shows. Endpoints know of it and of no fault.

use std::time::Duration;

use crate::clock::Clock;
use crate::faults::{FaultKind, Strike};
use crate::stack::Thoroughness;
use crate::timeline::{Course, Obedience};

const LISTED_AFTER: Duration = Duration::from_secs(20);
const STOPS_AFTER: Duration = Duration::from_secs(60);
/// In simulated time, as long as the scripts of the pipelines are.
const DELETED_AFTER: Duration = Duration::from_secs(180);

#[derive(Clone, Copy, Default)]
pub(crate) struct Twist {
    pub course: Course,
    pub status_is_unknown: bool,
    pub thoroughness: Thoroughness,
    /// What the run does when it is told to stop.
    pub obedience: Obedience,
    /// How long lists do not show the run.
    pub listed_after: Duration,
}

impl Twist {
    pub fn of(strikes: &[Strike], clock: &Clock) -> Self {
        strikes.iter().fold(Self::default(), |twist, strike| twist.with(*strike, clock))
    }

    fn with(self, strike: Strike, clock: &Clock) -> Self {
        let seconds = strike.seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let lasting = |otherwise| clock.between_dates(seconds.unwrap_or(otherwise));
        match strike.kind {
            FaultKind::FailJob => Self { course: Course::Fails, ..self },
            FaultKind::NeverStarts => Self { course: Course::NeverStarts, ..self },
            FaultKind::RunHangs => Self { course: Course::Hangs, ..self },
            FaultKind::UnknownStatus => Self { status_is_unknown: true, ..self },
            FaultKind::CancelIgnored => Self { obedience: Obedience::Deaf, ..self },
            FaultKind::CancelSlow => Self { obedience: Obedience::Slow(lasting(STOPS_AFTER)), ..self },
            FaultKind::ListsLate => Self { listed_after: lasting(LISTED_AFTER), ..self },
            FaultKind::Leftovers => Self { thoroughness: Thoroughness::Leftovers, ..self },
            FaultKind::DestroysNothing => Self { thoroughness: Thoroughness::Nothing, ..self },
            FaultKind::SlowDelete => {
                let delay = seconds.map_or(DELETED_AFTER, |seconds| clock.between_dates(seconds));
                Self { thoroughness: Thoroughness::Slow(delay), ..self }
            }
            _ => self,
        }
    }
}
