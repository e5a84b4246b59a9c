//! For how long a person may keep a cluster up.

use chrono::Duration;
use domain::Time;
use domain::act::ActError;
use domain::catalogue::Catalogue;
use domain::stay::{Stay, StayError, StayLimits, StayRange};

/// What a form offers, in hours.
pub const CHOICES: [i64; 3] = [1, 4, 12];

/// How forms and programs say that a cluster has no automatic end.
pub const NO_END: &str = "none";

/// As a form sends it: a length, "until" with a time in a field of its own, or that there is no end.
///
/// # Errors
/// When it means nothing.
pub fn read(length: &str, until: &str) -> Result<Stay, StayError> {
    if length.trim() == NO_END { Ok(Stay::Endless) } else { Stay::from_form(length, until) }
}

/// When it ends, where everything has an end: what has none is beyond every range.
pub fn end(stay: Stay, now: Time) -> Time {
    stay.end(now).unwrap_or(Time::MAX_UTC)
}

/// What the config says limits the stay of the cluster; the usual where the config no longer knows it.
pub fn limits(catalogue: &Catalogue, cluster: &str) -> StayLimits {
    catalogue.cluster(cluster).map(|spec| spec.limits).unwrap_or_default()
}

/// The latest time that may be chosen.
pub fn latest(catalogue: &Catalogue, cluster: &str, now: Time) -> Time {
    now + Duration::minutes(i64::from(limits(catalogue, cluster).longest_minutes))
}

/// # Errors
/// When the end may not be chosen, with what may.
pub fn check(end: Time, latest: Time, now: Time) -> Result<(), ActError> {
    let range = StayRange { latest, ..StayRange::new(0, now) };
    range.check(end).map_err(|_| ActError::OutOfRange { range })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, catalogue};

    #[test]
    fn nobody_keeps_a_cluster_up_for_longer_than_the_config_says() {
        let mut catalogue = catalogue();
        assert_eq!(latest(&catalogue, "iriversland2", at(0)), at(24 * 60));
        catalogue.clusters[0].limits.longest_minutes = 48 * 60;
        assert_eq!(latest(&catalogue, "iriversland2", at(0)), at(48 * 60));
        assert_eq!(latest(&catalogue, "unknown", at(0)), at(24 * 60));
    }

    #[test]
    fn what_is_beyond_the_range_is_told_the_range() {
        let check = |stay: Stay| check(end(stay, at(0)), at(24 * 60), at(0));
        assert_eq!(check(Stay::hours(24)), Ok(()));
        for stay in [
            Stay::For { minutes: 4 },
            Stay::Until { time: at(-1) },
            Stay::Until { time: at(24 * 60 + 1) },
            Stay::Endless,
        ] {
            assert_eq!(
                check(stay).unwrap_err().to_string(),
                "A cluster can be left up from 2027-01-15 08:05 UTC to 2027-01-16 08:00 UTC. Nothing was changed."
            );
        }
    }
}
