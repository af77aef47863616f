//! [`ScratchOrBox`]: the caller's memory if the future fits, and otherwise a box.

use core::pin::Pin;

use super::{boxing::boxed, scratch::in_space};
use crate::{Adapter, AnyThread, DynFuture, Kind, ManyCalls, Request};

/// Keeps the future of a call in memory that the caller offers, and boxes it if it does not fit.
///
/// Callers offer memory with [`Space`](crate::Space). Any number of bytes works, so you can begin
/// with a guess. With [`NoSpace`](crate::NoSpace), this adapter is [`Boxing`](crate::Boxing).
#[derive(Clone, Copy, Debug, Default)]
pub struct ScratchOrBox<T> {
    inner: T,
}

impl<T> ScratchOrBox<T> {
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
impl<T> Unpin for ScratchOrBox<T> {}

// SAFETY: AD1 and AD3 as written. AD2: `in_space` uses the memory once and returns its owner. AD4: both
// places may be released on any thread.
unsafe impl<T> Adapter for ScratchOrBox<T> {
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
        in_space(request, || make(inner)).unwrap_or_else(|make| boxed(request, make))
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
        in_space(request, || make(inner)).unwrap_or_else(|make| boxed(request, make))
    }
}
