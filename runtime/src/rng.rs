//! The numbers that look random: which branch a `select!` polls first, and where a
//! worker begins to steal.

use crate::primitives::thread_local;
use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// 2^32 divided by the golden ratio. Steps of this size visit a circle evenly.
const GOLDEN: u32 = 0x9E37_79B9;

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// A number below `count`. Successive numbers advance by the golden ratio, so each gets
/// its share, even if one `select!` runs only every second or third time.
pub(crate) fn below(count: usize) -> usize {
    // While the thread ends, its number may be gone. Begin with 0.
    let next = NEXT.try_with(|next| next.replace(next.get().wrapping_add(GOLDEN)));
    let share = (u64::from(next.unwrap_or(0)) * count as u64) >> u32::BITS;
    usize::try_from(share).expect("less than `count`")
}

/// The start of a runtime's random numbers. See
/// [`Builder::rng_seed`](crate::runtime::Builder::rng_seed).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RngSeed(u64);

impl RngSeed {
    /// Makes a seed of any number of bytes. The same bytes make the same seed on every
    /// machine and with every version of the compiler.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        // FNV-1a, from the description by Fowler, Noll and Vo.
        let hash = bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        Self(hash)
    }
}

/// Gives each use of a runtime's thread a seed of its own.
#[derive(Debug)]
pub(crate) struct SeedGenerator(AtomicU64);

impl SeedGenerator {
    pub(crate) fn new(RngSeed(seed): RngSeed) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Steele, Lea and Flood's `SplitMix64` (2014).
    fn next_seed(&self) -> u32 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        // Relaxed: the number publishes nothing.
        let mut bits = self.0.fetch_add(STEP, Relaxed).wrapping_add(STEP);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from(bits >> 32).expect("32 bits are left")
    }

    /// Seeds this thread until the guard is dropped.
    pub(crate) fn seed_thread(&self) -> SeedGuard {
        SeedGuard(NEXT.replace(self.next_seed()))
    }
}

/// Puts the numbers of this thread back to where they were.
#[must_use]
pub(crate) struct SeedGuard(u32);

impl Drop for SeedGuard {
    fn drop(&mut self) {
        NEXT.set(self.0);
    }
}
