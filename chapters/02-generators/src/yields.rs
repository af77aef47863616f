// ANCHOR: yields
//! Turns a generator into an iterator.

use std::pin::Pin;

use crate::Coroutine;
use crate::CoroutineState::{Complete, Yielded};

/// The values that a generator yields, as an iterator. Drops the value that it
/// returns.
pub struct Yields<C>(Option<C>);

impl<C: Coroutine + Unpin> Yields<C> {
    /// Will resume `coroutine` once for each item.
    pub fn new(coroutine: C) -> Yields<C> {
        Yields(Some(coroutine))
    }
}

impl<C: Coroutine + Unpin> Iterator for Yields<C> {
    type Item = C::Yield;

    fn next(&mut self) -> Option<C::Yield> {
        match Pin::new(self.0.as_mut()?).resume(()) {
            Yielded(item) => Some(item),
            Complete(_) => {
                self.0 = None;
                None
            }
        }
    }
}
// ANCHOR_END: yields
