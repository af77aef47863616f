// ANCHOR: modules
//! Chapter 02: functions that can stop in the middle and continue later.
//!
//! [`Coroutine`] is a copy of the standard library's unstable trait, so that
//! everything here can be compared with what the compiler generates. Three
//! generators implement it by hand. [`Decoder`] is one function, cut at its
//! yields. [`Exchange`] drives a `Decoder` twice. [`Walk`] drives copies of
//! itself down a tree of [`Folder`]s.

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
// ANCHOR_END: modules

// ANCHOR: coroutine
use std::pin::Pin;

/// A function that can stop in the middle and continue later.
pub trait Coroutine<R = ()> {
    /// The type of the values that it hands out when it stops in the middle.
    type Yield;
    /// The type of the value that it returns at the end.
    type Return;

    /// Runs from where it stopped to the next yield, or to the end.
    ///
    /// `arg` becomes the value of the yield expression at which it stopped. The
    /// first `arg` is the function's argument. Panics after `Complete`.
    fn resume(self: Pin<&mut Self>, arg: R) -> CoroutineState<Self::Yield, Self::Return>;
}

/// Why `resume` returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoroutineState<Y, R> {
    /// It stopped in the middle. It can be resumed.
    Yielded(Y),
    /// It reached its end. It must not be resumed again.
    Complete(R),
}
// ANCHOR_END: coroutine
