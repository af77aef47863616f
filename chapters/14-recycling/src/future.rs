// ANCHOR: head
//! A handle for a future of any type, in memory that only its functions know.
//!
//! - **D1** `data` points to memory with a future that `functions` can poll and drop. No
//!   other code uses this future. It stays where it is until the handle calls
//!   `functions.drop`, once.

use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};
// ANCHOR_END: head

// ANCHOR: handle
/// A future with this output. Only `functions` know its type, and where it is in `data`.
#[must_use = "a future does nothing until you `.await` or poll it"]
pub struct DynFuture<'d, T> {
    data: NonNull<()>,
    functions: &'d Functions<T>,
}

/// What can be done with the future in `data`.
pub struct Functions<T> {
    /// Polls the future.
    pub poll: unsafe fn(NonNull<()>, &mut Context<'_>) -> Poll<T>,
    /// Drops the future, and gives its memory back.
    pub drop: unsafe fn(NonNull<()>),
}
// ANCHOR_END: handle

// ANCHOR: calls
impl<T> Future for DynFuture<'_, T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // SAFETY: D1.
        unsafe { (self.functions.poll)(self.data, cx) }
    }
}

impl<T> Drop for DynFuture<'_, T> {
    fn drop(&mut self) {
        // SAFETY: D1. This is the only call.
        unsafe { (self.functions.drop)(self.data) }
    }
}
// ANCHOR_END: calls

// ANCHOR: boxed
/// Puts `future` into a box of its own.
#[inline]
pub fn boxed<'d, F: Future + 'd>(future: F) -> DynFuture<'d, F::Output> {
    let data = NonNull::from(Box::leak(Box::new(future))).cast();
    // SAFETY: D1: the box belongs to the handle now.
    unsafe { DynFuture::new(data, &Boxed::<F>::FUNCTIONS) }
}

pub(crate) struct Boxed<F>(PhantomData<F>);

impl<F: Future> Boxed<F> {
    pub(crate) const FUNCTIONS: Functions<F::Output> = Functions {
        // SAFETY: D1: an `F` is there.
        poll: |data, cx| unsafe { poll_at(data.cast::<F>(), cx) },
        // SAFETY: D1: the box was leaked for this handle.
        drop: |data| drop(unsafe { Box::from_raw(data.cast::<F>().as_ptr()) }),
    };
}
// ANCHOR_END: boxed

// ANCHOR: rest
/// # Safety
///
/// D1: a future is at `at`, it stays there, and no other code uses it now.
pub(crate) unsafe fn poll_at<F: Future>(
    at: NonNull<F>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    // SAFETY: the caller's promise.
    unsafe { Pin::new_unchecked(&mut *at.as_ptr()) }.poll(cx)
}

impl<'d, T> DynFuture<'d, T> {
    /// # Safety
    ///
    /// D1, as long as the handle lives.
    pub unsafe fn new(data: NonNull<()>, functions: &'d Functions<T>) -> Self {
        DynFuture { data, functions }
    }
}
// ANCHOR_END: rest
