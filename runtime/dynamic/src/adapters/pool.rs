//! [`Pool`]: each call takes a block of its thread's pool.

use super::{boxing::boxed, value_adapter::value_adapter};
use crate::{
    DynFuture, Kind, Request,
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
///
/// This adapter needs `std`, because stable Rust has no thread-locals without it, and a pool that all threads
/// share needs atomic operations, which can cost more than an allocation. Without `std`, use
/// [`BoxingIn`](crate::BoxingIn) with a pool of your own, or [`Scratch`](crate::Scratch).
#[derive(Clone, Copy, Debug, Default)]
pub struct Pool<T> {
    inner: T,
}

value_adapter! {
    impl Pool;
    // AD1: as written. AD2: the caller's memory is not used. AD4: `InPool` may be released on any
    // thread.
    call<K>(request, make) = pooled::<K, _>(request, make);
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
