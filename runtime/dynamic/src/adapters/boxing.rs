//! [`Boxing`]: each call has a box of its own.

use super::value_adapter::value_adapter;
use crate::{
    DynFuture, Request,
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

value_adapter! {
    impl Boxing;
    // AD1: as written. AD2: the caller's memory is not used. AD4: `OnHeap` may be released on any
    // thread.
    call<K>(request, make) = boxed(request, make);
}

// ANCHOR: boxed
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
    // place points to nothing.
    unsafe { DynFuture::emplace(memory, OnHeap, make) }
}
// ANCHOR_END: boxed
