//! Chance out of a seed.
//!
//! The generator (SplitMix64) is written here rather than taken from a crate, because a seed stands in reports and has to
//! mean the same draws whatever is updated.

use std::cell::Cell;
use std::ops::RangeInclusive;

use uuid::Uuid;

/// A source of chance that draws the same for the same seed, for ever.
#[derive(Debug, Clone)]
pub struct Dice(Cell<u64>);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    /// Any number.
    pub fn number(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of the range.
    pub fn among(&self, range: RangeInclusive<i64>) -> i64 {
        let width = range.end().abs_diff(*range.start()).saturating_add(1);
        let part = (u128::from(self.number()) * u128::from(width)) >> 64;
        range.start().saturating_add_unsigned(u64::try_from(part).unwrap_or(u64::MAX))
    }

    /// True once in so many draws; never for 0.
    pub fn one_in(&self, draws: u32) -> bool {
        draws > 0 && self.among(1..=i64::from(draws)) == 1
    }

    /// One of these, each as likely as the others.
    pub fn pick<T: Clone, const N: usize>(&self, of: [T; N]) -> T {
        let last = i64::try_from(N).unwrap_or(i64::MAX) - 1;
        of[usize::try_from(self.among(0..=last)).unwrap_or(0)].clone()
    }

    pub fn uuid(&self) -> Uuid {
        Uuid::from_u64_pair(self.number(), self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_draws_for_ever() {
        let dice = Dice::new(7);
        assert_eq!([dice.number(), dice.number()], [0x63cb_e1e4_5932_0dd7, 0x044c_3cd7_f43c_661c]);
    }

    #[test]
    fn every_number_of_a_range_is_drawn_and_no_other() {
        let dice = Dice::new(1);
        let mut drawn: Vec<i64> = (0..200).map(|_| dice.among(-2..=2)).collect();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, [-2, -1, 0, 1, 2]);
    }

    #[test]
    fn what_never_happens_never_happens() {
        let dice = Dice::new(1);
        assert!((0..1_000).all(|_| !dice.one_in(0)));
        assert!((0..10).all(|_| dice.one_in(1)));
    }
}
