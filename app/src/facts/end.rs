//! Until when a cluster costs money at most: what the meter at the button says.

use domain::Time;
use domain::ending::PlannedDestroy;
use domain::money::UpTime;
use domain::obligation::Obligation;

/// Until when it is up at most, if it is up and wanted.
pub fn at_most(
    up_times: &[UpTime],
    owed: Option<&Obligation>,
    planned: Option<&PlannedDestroy>,
    now: Time,
) -> Option<Time> {
    let is_up = up_times.iter().any(|up| up.ended_at.is_none());
    let owed = owed.filter(|owed| is_up && owed.is_open())?;
    // What takes the place of a cluster goes on costing money.
    let planned = planned.filter(|planned| !planned.replaces).map(|planned| planned.at);
    owed.destroys_at.into_iter().chain(planned).min().filter(|end| *end > now)
}

#[cfg(test)]
mod tests {
    use domain::obligation::ObligationState;

    use super::*;
    use crate::samples::{at, owed, planned, up_time};

    #[test]
    fn a_schedule_that_destroys_before_the_end_is_the_most_and_one_that_replaces_is_not() {
        let open = owed(ObligationState::Open);
        let until =
            |planned: Option<&PlannedDestroy>| at_most(&[up_time(0, None)], Some(&open), planned, at(60));
        assert_eq!(until(None), Some(at(240)));
        assert_eq!(until(Some(&planned(120))), Some(at(120)));
        let replaces = PlannedDestroy { replaces: true, ..planned(120) };
        assert_eq!(until(Some(&replaces)), Some(at(240)));
        assert_eq!(at_most(&[], Some(&open), None, at(60)), None, "it costs nothing");
    }
}
