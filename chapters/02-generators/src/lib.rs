// ANCHOR: rooms
//! Chapter 02: functions that can be left in the middle and entered again.
//!
//! The trait is the standard library's unstable `Coroutine`, name for name, so
//! that everything here can be compared with what the compiler makes. Three
//! generators implement it by hand: [`Decoder`], one function cut at its
//! yields; [`Exchange`], which drives a `Decoder` twice; [`Walk`], which drives
//! copies of itself down a tree. [`Folder`] is that tree, with the two ways of
//! walking it that came before.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod decoder;
mod exchange;
mod folder;
mod walk;
mod yields;

pub use decoder::{Corrupt, Decoder, MAX, Message};
pub use exchange::Exchange;
pub use folder::{Folder, Line, Lines};
pub use walk::Walk;
pub use yields::Yields;
// ANCHOR_END: rooms

// ANCHOR: coroutine
use std::pin::Pin;

/// A function that can be left in the middle and entered again.
pub trait Coroutine<R = ()> {
    /// What comes out each time it is left in the middle.
    type Yield;
    /// What comes out at the end.
    type Return;

    /// Runs on from where it was left, to the next yield or to the end.
    ///
    /// `arg` is what the yield that it was left at evaluates to; the first
    /// time, it is the function's argument.
    ///
    /// # Panics
    ///
    /// Every coroutine in this crate panics when resumed after `Complete`.
    fn resume(self: Pin<&mut Self>, arg: R) -> CoroutineState<Self::Yield, Self::Return>;
}

/// Why `resume` came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoroutineState<Y, R> {
    /// It was left in the middle and can be resumed.
    Yielded(Y),
    /// It has returned, and must not be resumed again.
    Complete(R),
}
// ANCHOR_END: coroutine
