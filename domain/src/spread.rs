//! Pauses that differ, so that what failed together does not come again together.
//!
//! The domain knows no chance, and needs none: what is retried, and how often it has failed, says where in its pause it comes
//! again, the same on every replica and in a history that is played again. The numbers are mixed here (SplitMix64) rather
//! than by a crate or the standard library's hasher, because two versions that share a database have to agree.

use chrono::Duration;

/// A moment between `least` and the end of the pause, or its end where that is sooner. `of` is what is retried.
pub(crate) fn spread(pause: Duration, least: Duration, of: &[i64]) -> Duration {
    let room = (pause - least).num_milliseconds().max(0);
    let part = (u128::from(mixed(of)) * (u128::from(room.unsigned_abs()) + 1)) >> 64;
    least.min(pause) + Duration::milliseconds(i64::try_from(part).unwrap_or(room))
}

fn mixed(numbers: &[i64]) -> u64 {
    numbers.iter().fold(0, |state, number| {
        let state = (state ^ number.cast_unsigned()).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ (state >> 31)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::minutes(1);
    const HALF: Duration = Duration::seconds(30);

    #[test]
    fn a_hundred_that_failed_together_come_again_all_over_the_second_half() {
        let moments: BTreeSet<i64> =
            (1..=100).map(|job| spread(MINUTE, HALF, &[job, 4, 1]).num_milliseconds()).collect();
        assert!(moments.len() > 95, "{} moments", moments.len());
        for tenth in (30..60).step_by(3) {
            let of_tenth = moments.range(tenth * 1_000..(tenth + 3) * 1_000).count();
            assert!(of_tenth > 0, "nobody comes between second {tenth} and {}", tenth + 3);
        }
    }

    #[test]
    fn where_there_is_no_room_nothing_is_spread() {
        assert_eq!(spread(MINUTE, MINUTE, &[7]), MINUTE);
        assert_eq!(spread(Duration::zero(), Duration::zero(), &[7]), Duration::zero());
    }

    proptest! {
        #[test]
        fn a_moment_lies_between_its_bounds(
            pause in 0_i64..10_000_000,
            part in 0_i64..=100,
            of in proptest::collection::vec(any::<i64>(), 0..4),
        ) {
            let pause = Duration::milliseconds(pause);
            let least = pause * i32::try_from(part).unwrap() / 100;
            let moment = spread(pause, least, &of);
            prop_assert!(least <= moment && moment <= pause, "{moment}");
        }
    }
}
