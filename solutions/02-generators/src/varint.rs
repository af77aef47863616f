//! Exercise `generators/varint`: cut a function at its yield.

use std::pin::Pin;

use generators::Coroutine;
use generators::CoroutineState;
// hole: begin
use generators::CoroutineState::{Complete, Yielded};
// hole: instead
//| // You will need `use generators::CoroutineState::{Complete, Yielded};`.
// hole: end

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
    // hole: begin
    /// Paused at the yield. It waits for the next group.
    More {
        /// The number so far.
        value: u32,
        /// The position of the next group, in bits.
        shift: u32,
    },
    /// It has returned.
    Done,
    // hole: instead
    //| // Add a variant for each point at which the function can be paused, and one
    //| // for its end.
    // hole: end
}

impl Coroutine<u8> for Varint {
    type Yield = ();
    type Return = Result<u32, Overflow>;

    fn resume(self: Pin<&mut Self>, byte: u8) -> CoroutineState<(), Self::Return> {
        // hole: begin
        let this = self.get_mut();
        let (value, shift) = match *this {
            Varint::Start => (0, 0),
            Varint::More { value, shift } => (value, shift),
            Varint::Done => panic!("Varint resumed after completion"),
        };
        *this = Varint::Done;
        let group = u32::from(byte & 0b0111_1111);
        let follows = byte & 0b1000_0000 != 0;
        if shift == 28 && (follows || group > 0b1111) {
            return Complete(Err(Overflow));
        }
        let value = value | (group << shift);
        if follows {
            *this = Varint::More { value, shift: shift + 7 };
            Yielded(())
        } else {
            Complete(Ok(value))
        }
        // hole: instead
        //| todo!("continue from {:?} with the byte {byte}", self.get_mut())
        // hole: end
    }
}
