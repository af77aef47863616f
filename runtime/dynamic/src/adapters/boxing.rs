//! [`Boxing`]: each call has a box of its own.

use core::pin::Pin;

use crate::{
    Adapter, AnyThread, DynFuture, Kind, ManyCalls, Request,
    memory::{OnHeap, allocate},
};

/// Puts the future of each call into a box of its own.
///
/// This is what `async-trait` does. A call allocates once, and the end of the call frees it. A
/// leaked call leaks its box.
#[derive(Clone, Copy, Debug, Default)]
pub struct Boxing<T> {
    inner: T,
}

impl<T> Boxing<T> {
    /// Wraps a value.
    pub const fn new(inner: T) -> Self {
        Self { inner }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

/// The value inside is not pinned.
impl<T> Unpin for Boxing<T> {}

// SAFETY: AD1 and AD3 as written. AD2: the caller's memory is not used. AD4: `OnHeap` may be released
// on any thread.
unsafe impl<T> Adapter for Boxing<T> {
    type Inner = T;
    type Calls = ManyCalls;
    type Threads = AnyThread;

    const ALLOCATES: bool = true;

    fn inner(self: Pin<&Self>) -> &T {
        &self.get_ref().inner
    }

    fn inner_mut(self: Pin<&mut Self>) -> &mut T {
        &mut self.get_mut().inner
    }

    #[inline]
    fn call_mut<'s, 'd, K, M, F>(
        self: Pin<&'s mut Self>,
        request: Request<'_>,
        make: M,
    ) -> DynFuture<'d, F::Output>
    where
        's: 'd,
        K: Kind,
        M: FnOnce(&'s mut T) -> F,
        F: Future + 'd,
        F::Output: 'd,
    {
        let inner = &mut self.get_mut().inner;
        boxed(request, || make(inner))
    }

    #[inline]
    fn call_ref<'s, 'd, K, M, F>(
        self: Pin<&'s Self>,
        request: Request<'_>,
        make: M,
    ) -> DynFuture<'d, F::Output>
    where
        's: 'd,
        K: Kind,
        M: FnOnce(&'s T) -> F,
        F: Future + 'd,
        F::Output: 'd,
    {
        let inner = &self.get_ref().inner;
        boxed(request, || make(inner))
    }
}

/// A call with a box of its own.
#[inline]
pub(crate) fn boxed<'d, F>(
    request: Request<'_>,
    make: impl FnOnce() -> F,
) -> DynFuture<'d, F::Output>
where
    F: Future + 'd,
    F::Output: 'd,
{
    let layout = DynFuture::layout::<OnHeap, F>();
    let memory = allocate(layout, request);
    // SAFETY: EM1: the memory is new and has this layout. EM2: only `release` frees it. EM3: the
    // place is empty.
    unsafe { DynFuture::emplace(memory, OnHeap, make) }
}
