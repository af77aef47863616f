//! [`Pool`]: each call takes a block of its thread's pool.

use core::pin::Pin;

use super::boxing::boxed;
use crate::{
    Adapter, AnyThread, DynFuture, Kind, ManyCalls, Request,
    blocks::{InPool, take},
};

/// Takes the memory of each call from a pool of free blocks. Each thread has one pool, which all
/// adapters share.
///
/// This is the adapter for methods with `&self`, whose calls may run at once. After a call, its
/// block waits for the next call on the same thread, of any object. A call that ends on another
/// thread leaves its block there. A thread keeps at most 64 blocks of each size, and frees them
/// when it ends.
///
/// Futures of more than 1,024 bytes, or with an alignment of more than 16, have boxes of their own.
/// So have methods with `#[dyn_async(once)]`. A leaked call leaks its block.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pool<T> {
    inner: T,
}

impl<T> Pool<T> {
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
impl<T> Unpin for Pool<T> {}

// SAFETY: AD1 and AD3 as written. AD2: the caller's memory is not used. AD4: `InPool` may be
// released on any thread.
unsafe impl<T> Adapter for Pool<T> {
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
        pooled::<K, _>(request, || make(inner))
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
        pooled::<K, _>(request, || make(inner))
    }
}

/// A call in a block of the pool.
#[inline]
fn pooled<'d, K, F>(request: Request<'_>, make: impl FnOnce() -> F) -> DynFuture<'d, F::Output>
where
    K: Kind,
    F: Future + 'd,
    F::Output: 'd,
{
    let layout = DynFuture::layout::<InPool, F>();
    if K::ONCE || !InPool::holds(layout) {
        return boxed(request, make);
    }
    let memory = take(layout, request);
    // SAFETY: EM1: a block is at least as large as its class, and is not in the pool now (BL1).
    // EM2: only `release` makes it reachable again. EM3: the place is empty.
    unsafe { DynFuture::emplace(memory, InPool, make) }
}
