//! Chance, from a seed.

use std::{ops::Range, time::Duration};

/// Steele, Lea and Flood's splitmix64: every number is a seed as good as any
/// other.
pub struct Dice(u64);

pub fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x5EED))
    }

    /// Dice for one part of what these are for: the same ones, whatever else
    /// is thrown.
    pub fn of(seed: u64, parts: [u64; 2]) -> Self {
        Self::new(parts.into_iter().fold(seed, |seed, part| mix(seed ^ part)))
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        mix(self.0)
    }

    pub fn one_in(&mut self, many: u64) -> bool {
        self.number().is_multiple_of(many)
    }

    pub fn within(&mut self, range: Range<u32>) -> u32 {
        let width = u64::from(range.end - range.start);
        #[expect(clippy::cast_possible_truncation, reason = "less than the width")]
        let part = (self.number() % width) as u32;
        range.start + part
    }

    pub fn millis(&mut self, range: Range<u32>) -> Duration {
        Duration::from_millis(self.within(range).into())
    }
}
