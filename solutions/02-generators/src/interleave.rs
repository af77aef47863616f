//! Exercise `generators/interleave`: repair a generator that drives two others.

use std::pin::Pin;

use generators::Coroutine;
use generators::CoroutineState::{self, Complete, Yielded};

/// Drives two generators in turn, the left one first, and yields everything that
/// they yield. After one of them has returned, the other runs alone. After both have
/// returned, `Interleave` returns both values.
pub struct Interleave<A: Coroutine, B: Coroutine> {
    // hole: begin
    left: Side<A>,
    right: Side<B>,
    // hole: instead
    //| left: A,
    //| right: B,
    //| left_value: Option<A::Return>,
    //| right_value: Option<B::Return>,
    // hole: end
    left_was_last: bool,
}
// hole: begin

/// One of the two generators, or the value that it returned.
enum Side<C: Coroutine> {
    Running(C),
    Returned(C::Return),
    Taken,
}

impl<C: Coroutine + Unpin> Side<C> {
    /// Resumes the generator if it has not returned yet.
    fn resume(&mut self) -> Option<C::Yield> {
        let Side::Running(coroutine) = self else { return None };
        match Pin::new(coroutine).resume(()) {
            Yielded(item) => Some(item),
            Complete(value) => {
                *self = Side::Returned(value);
                None
            }
        }
    }

    /// Takes the value that the generator returned.
    fn take(&mut self) -> C::Return {
        match std::mem::replace(self, Side::Taken) {
            Side::Returned(value) => value,
            _ => panic!("Interleave resumed after completion"),
        }
    }
}
// hole: instead
// hole: end

impl<A, B> Interleave<A, B>
where
    A: Coroutine,
    B: Coroutine<Yield = A::Yield>,
{
    /// Combines two generators that have not started.
    pub fn new(left: A, right: B) -> Interleave<A, B> {
        // hole: begin
        let (left, right) = (Side::Running(left), Side::Running(right));
        Interleave { left, right, left_was_last: false }
        // hole: instead
        //| Interleave { left, right, left_value: None, right_value: None, left_was_last: false }
        // hole: end
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
        // hole: begin
        for _ in 0..2 {
            this.left_was_last = !this.left_was_last;
            let item =
                if this.left_was_last { this.left.resume() } else { this.right.resume() };
            if let Some(item) = item {
                return Yielded(item);
            }
        }
        Complete((this.left.take(), this.right.take()))
        // hole: instead
        //| loop {
        //|     this.left_was_last = !this.left_was_last;
        //|     if this.left_was_last {
        //|         match Pin::new(&mut this.left).resume(()) {
        //|             Yielded(item) => return Yielded(item),
        //|             Complete(value) => this.left_value = Some(value),
        //|         }
        //|     } else {
        //|         match Pin::new(&mut this.right).resume(()) {
        //|             Yielded(item) => return Yielded(item),
        //|             Complete(value) => this.right_value = Some(value),
        //|         }
        //|     }
        //|     let values = (this.left_value.take(), this.right_value.take());
        //|     if let (Some(left), Some(right)) = values {
        //|         return Complete((left, right));
        //|     }
        //| }
        // hole: end
    }
}
