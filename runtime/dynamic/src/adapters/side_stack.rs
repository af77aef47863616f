//! [`SideStack`]: each call takes a frame of its task's side stack.

use core::pin::Pin;

use super::boxing::boxed;
use crate::{
    Adapter, AnyThread, DynFuture, Kind, ManyCalls, Request,
    stack::{OnStack, Stack},
};

/// Keeps the future of each call on the side stack of the task that makes the call.
///
/// A task gets a side stack with [`with_side_stack`](crate::with_side_stack). A call outside such
/// a task has a box of its own. The first call allocates a chunk, and later ones allocate only if
/// the stack has to grow.
///
/// The stack belongs to the task, and not to the object. So one stack serves all objects of the
/// task, with `&mut self` and `&self`. A call may move to another task or thread. A call that is
/// leaked, or that outlives its task, leaks its chunk of the stack.
#[derive(Clone, Copy, Debug, Default)]
pub struct SideStack<T> {
    inner: T,
}

impl<T> SideStack<T> {
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
impl<T> Unpin for SideStack<T> {}

// SAFETY: AD1 and AD3 as written. AD2: the caller's memory is not used. AD4: `OnStack` may be
// released on any thread.
unsafe impl<T> Adapter for SideStack<T> {
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
        on_stack(request, || make(inner))
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
        on_stack(request, || make(inner))
    }
}

/// A call on the side stack, or in a box.
#[inline]
fn on_stack<'d, F>(request: Request<'_>, make: impl FnOnce() -> F) -> DynFuture<'d, F::Output>
where
    F: Future + 'd,
    F::Output: 'd,
{
    match Stack::push(DynFuture::layout::<OnStack, F>(), request) {
        // SAFETY: EM1 and EM2: the frame belongs to this future until its release (SS2). A stack
        // with a frame that was not released leaks it. EM3: the place is empty.
        Some(memory) => unsafe { DynFuture::emplace(memory, OnStack, make) },
        None => boxed(request, make),
    }
}
