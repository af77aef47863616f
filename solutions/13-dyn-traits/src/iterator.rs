//! Exercise `dyn-traits/iterator`: the iterator whose `next` is an `async fn`, behind
//! `dyn`.

use dyn_traits::{DynFuture, Slot, boxed};

/// Values that come one after another. `None` is the end.
pub trait AsyncIterator {
    /// The type of the values.
    type Item;

    /// Waits for the next value.
    fn next(&mut self) -> impl Future<Output = Option<Self::Item>>;

    /// Leaves out `n` values, and waits for the one after them. An iterator that can do
    /// this faster has a function of its own.
    fn nth(&mut self, n: usize) -> impl Future<Output = Option<Self::Item>> {
        async move {
            for _ in 0..n {
                self.next().await?;
            }
            self.next().await
        }
    }
}

/// An [`AsyncIterator`] that can be `dyn`.
pub trait DynIterator {
    /// The type of the values.
    type Item;

    /// Waits for the next value.
    fn next(&mut self) -> DynFuture<'_, Option<Self::Item>>;

    /// Leaves out `n` values, and waits for the one after them.
    fn nth(&mut self, n: usize) -> DynFuture<'_, Option<Self::Item>>;
}

/// An adapter with a choice: it keeps one box for all calls, or allocates a new one for
/// each call.
pub struct Adapter<I> {
    iterator: I,
    slot: Slot,
    keep: bool,
}

impl<I> Adapter<I> {
    /// With `keep`, the adapter keeps a box between two calls.
    pub fn new(iterator: I, keep: bool) -> Adapter<I> {
        Adapter { iterator, slot: Slot::default(), keep }
    }
}

impl<I: AsyncIterator> DynIterator for Adapter<I> {
    type Item = I::Item;

    fn next(&mut self) -> DynFuture<'_, Option<I::Item>> {
        // hole: begin
        let future = self.iterator.next();
        if self.keep { self.slot.fill(future) } else { boxed(future) }
        // hole: instead
        //| let _ = (&self.slot, self.keep, boxed(self.iterator.next()));
        //| todo!("put the future of `next` where `keep` wants it")
        // hole: end
    }

    fn nth(&mut self, n: usize) -> DynFuture<'_, Option<I::Item>> {
        // hole: begin
        let future = self.iterator.nth(n);
        if self.keep { self.slot.fill(future) } else { boxed(future) }
        // hole: instead
        //| todo!("leave out {n} values")
        // hole: end
    }
}

/// An object is an iterator again.
impl<T> AsyncIterator for dyn DynIterator<Item = T> + '_ {
    type Item = T;

    async fn next(&mut self) -> Option<T> {
        // hole: begin
        DynIterator::next(self).await
        // hole: instead
        //| todo!("call the object, and wait for its future")
        // hole: end
    }
    // hole: begin

    async fn nth(&mut self, n: usize) -> Option<T> {
        DynIterator::nth(self, n).await
    }
    // hole: instead
    // hole: end
}
