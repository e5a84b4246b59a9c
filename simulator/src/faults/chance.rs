//! Faults that strike at random and still the same calls each time: the n-th draw depends on the seed and on n alone.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Chance {
    /// 0 strikes no call, 1 strikes each.
    pub chance: f64,
    pub seed: u64,
}

impl Chance {
    pub(super) fn strikes(self, call: u32) -> bool {
        // The upper 53 bits fill the precision of a float.
        let draw = (mixed(self.seed, u64::from(call)) >> 11) as f64 / (1_u64 << 53) as f64;
        draw < self.chance
    }
}

/// The n-th number of SplitMix64 (Steele, Lea and Flood 2014).
fn mixed(seed: u64, n: u64) -> u64 {
    let mut mixed = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(chance: f64, seed: u64) -> Vec<u32> {
        (1..=1000).filter(|call| Chance { chance, seed }.strikes(*call)).collect()
    }

    #[test]
    fn the_numbers_are_those_of_the_paper() {
        assert_eq!(
            [1, 2, 3].map(|n| mixed(1_234_567, n)),
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,]
        );
    }

    #[test]
    fn about_as_many_calls_are_struck_as_the_chance_says() {
        for (chance, expected) in [(0.0, 0..=0), (0.1, 70..=130), (0.5, 450..=550), (1.0, 1000..=1000)] {
            let count = struck(chance, 7).len();
            assert!(expected.contains(&count), "{chance}: {count}");
        }
    }

    #[test]
    fn a_seed_strikes_the_same_calls_again_and_another_seed_others() {
        assert_eq!(struck(0.5, 7), struck(0.5, 7));
        assert_ne!(struck(0.5, 7), struck(0.5, 8));
    }
}
