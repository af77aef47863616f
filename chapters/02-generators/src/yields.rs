// ANCHOR: yields
//! From a generator to an iterator.

use std::pin::Pin;

use crate::Coroutine;
use crate::CoroutineState::{Complete, Yielded};

/// What a generator yields, as an iterator. What it returns is dropped.
pub struct Yields<C>(Option<C>);

impl<C: Coroutine + Unpin> Yields<C> {
    /// Resumes `coroutine` once for every item that is asked for.
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
