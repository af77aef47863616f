//! [`CachedIf`]: a choice between two adapters at run time.

use core::pin::Pin;

use super::{Cached, boxing::boxed};
use crate::{Adapter, AnyThread, DynFuture, Kind, ManyCalls, Request};

/// [`Cached`] or [`Boxing`](crate::Boxing), chosen by a boolean when the adapter is made.
///
/// A library can use it to let its users decide with a parameter. The price is one word in the
/// object, and one branch in each call.
#[derive(Debug)]
pub struct CachedIf<T> {
    cached: Cached<T>,
    recycle: bool,
}

impl<T> CachedIf<T> {
    /// Wraps a value. The calls use one box if `recycle` is true, and otherwise each call has its
    /// own.
    pub const fn new(inner: T, recycle: bool) -> Self {
        Self {
            cached: Cached::new(inner),
            recycle,
        }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.cached.into_inner()
    }
}

// SAFETY: AD1, AD2, AD3 and AD4 are those of `Cached` and `Boxing`.
unsafe impl<T> Adapter for CachedIf<T> {
    type Inner = T;
    type Calls = ManyCalls;
    type Threads = AnyThread;

    const ALLOCATES: bool = true;

    fn inner(self: Pin<&Self>) -> &T {
        Pin::new(&self.get_ref().cached).inner()
    }

    fn inner_mut(self: Pin<&mut Self>) -> &mut T {
        Pin::new(&mut self.get_mut().cached).inner_mut()
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
        let Self { cached, recycle } = self.get_mut();
        let cached = Pin::new(cached);
        if *recycle {
            cached.call_mut::<K, M, F>(request, make)
        } else {
            boxed(request, || make(cached.inner_mut()))
        }
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
        let cached = Pin::new(&self.get_ref().cached);
        cached.call_ref::<K, M, F>(request, make)
    }
}
