//! Exercise `generators/interleave`: repair a generator that drives two others.

use std::pin::Pin;

use generators::Coroutine;
use generators::CoroutineState::{self, Complete, Yielded};

/// Drives two generators in turn, the left one first, and yields everything that
/// they yield. After one of them has returned, the other runs alone. After both have
/// returned, `Interleave` returns both values.
pub struct Interleave<A: Coroutine, B: Coroutine> {
    left: A,
    right: B,
    left_value: Option<A::Return>,
    right_value: Option<B::Return>,
    left_was_last: bool,
}

impl<A, B> Interleave<A, B>
where
    A: Coroutine,
    B: Coroutine<Yield = A::Yield>,
{
    /// Combines two generators that have not started.
    pub fn new(left: A, right: B) -> Interleave<A, B> {
        Interleave { left, right, left_value: None, right_value: None, left_was_last: false }
    }
}

impl<A, B> Coroutine for Interleave<A, B>
where
    A: Coroutine + Unpin,
    B: Coroutine<Yield = A::Yield> + Unpin,
    A::Return: Unpin,
    B::Return: Unpin,
{
    type Yield = A::Yield;
    type Return = (A::Return, B::Return);

    fn resume(self: Pin<&mut Self>, (): ()) -> CoroutineState<A::Yield, Self::Return> {
        let this = self.get_mut();
        loop {
            this.left_was_last = !this.left_was_last;
            if this.left_was_last {
                match Pin::new(&mut this.left).resume(()) {
                    Yielded(item) => return Yielded(item),
                    Complete(value) => this.left_value = Some(value),
                }
            } else {
                match Pin::new(&mut this.right).resume(()) {
                    Yielded(item) => return Yielded(item),
                    Complete(value) => this.right_value = Some(value),
                }
            }
            let values = (this.left_value.take(), this.right_value.take());
            if let (Some(left), Some(right)) = values {
                return Complete((left, right));
            }
        }
    }
}
