//! Exercise `generators/varint`: cut a function at its yield.

use std::pin::Pin;

use generators::Coroutine;
use generators::CoroutineState;
// You will need `use generators::CoroutineState::{Complete, Yielded};`.

/// The number does not fit into 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// Decodes a number that is written in groups of seven bits, the lowest group first.
/// Each byte holds one group. Its top bit says whether another byte follows.
///
/// `Varint` is this function, cut at its yield:
///
/// ```text
/// |mut byte: u8| {
///     let mut value = 0;
///     let mut shift = 0;
///     loop {
///         let group = u32::from(byte & 0b0111_1111);
///         if shift == 28 && group > 0b1111 {
///             return Err(Overflow);
///         }
///         value |= group << shift;
///         if byte & 0b1000_0000 == 0 {
///             return Ok(value);
///         }
///         if shift == 28 {
///             return Err(Overflow);
///         }
///         shift += 7;
///         byte = yield;
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Varint {
    /// Not resumed yet.
    Start,
    // Add a variant for each point at which the function can be paused, and one
    // for its end.
}

impl Coroutine<u8> for Varint {
    type Yield = ();
    type Return = Result<u32, Overflow>;

    fn resume(self: Pin<&mut Self>, byte: u8) -> CoroutineState<(), Self::Return> {
        todo!("continue from {:?} with the byte {byte}", self.get_mut())
    }
}
