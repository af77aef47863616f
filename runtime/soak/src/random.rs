//! Random numbers from a seed.

use std::{ops::Range, time::Duration};

/// The generator splitmix64 by Steele, Lea and Flood. Every number is an equally good
/// seed.
pub struct Random(u64);

pub fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x5EED))
    }

    /// A generator for one part of the program. Its numbers do not depend on the numbers
    /// that other parts draw.
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
