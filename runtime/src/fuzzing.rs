//! The bodies of the fuzz targets, and the inputs on which the tests run them.
//!
//! A fuzzer looks for an input that breaks a promise. Each body decodes its
//! input to a program. It runs the program on the real type and on a simple
//! model, and compares the two after every step. With `--cfg fuzzing`, which
//! `cargo fuzz` sets, other crates can call the bodies. `cargo test` runs them
//! on pseudo-random inputs.

pub use crate::{task::fuzz::cell, timers::fuzz::wheel};

use std::vec;

/// An input, read from front to back as the choices that a program makes.
#[derive(Default)]
pub(crate) struct Choices(vec::IntoIter<u8>);

impl Choices {
    pub(crate) fn new(input: &[u8]) -> Self {
        Self(Vec::from(input).into_iter())
    }

    /// The next byte, or `None` at the end of the program.
    pub(crate) fn next(&mut self) -> Option<u8> {
        self.0.next()
    }

    /// A number of up to `bits` bits, of which there may be 64. After the end of
    /// the program every byte is zero.
    pub(crate) fn bits(&mut self, bits: u32) -> u64 {
        let bytes = (0..bits.div_ceil(8)).fold(0, |number, _| {
            number << 8 | u64::from(self.next().unwrap_or(0))
        });
        if bits < 64 {
            bytes & ((1 << bits) - 1)
        } else {
            bytes
        }
    }

    /// An index below `length`, or `None` if `length` is zero.
    pub(crate) fn index(&mut self, length: usize) -> Option<usize> {
        (length > 0).then(|| usize::from(self.next().unwrap_or(0)) % length)
    }
}

/// Runs a body on inputs of many lengths. The inputs are the same every time.
/// Miri gets a few short ones only.
#[cfg(test)]
pub(crate) fn over_many_inputs(body: impl Fn(&[u8])) {
    let (count, longest) = if cfg!(miri) { (10, 64) } else { (5_000, 512) };
    // xorshift64*
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes()[0]
    };
    for _ in 0..count {
        let length = usize::from(random()) * longest / 256;
        let input: Vec<_> = (0..length).map(|_| random()).collect();
        let broke = crate::unwind::catch(|| body(&input));
        assert!(broke.is_ok(), "this input breaks the promise: {input:?}");
    }
}
