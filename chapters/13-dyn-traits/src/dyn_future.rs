// ANCHOR: head
//! The future of a call, wherever it lives.
//!
//! - **D1** From `new` until the place is dropped, the memory of a [`DynFuture`] is valid.
//!   It is used only for this place and this future.
//! - **D2** If a `DynFuture` is leaked, its memory is never freed, and never used for
//!   anything else. The future in it is pinned, and other code may have pointers to it.

use std::alloc::Layout;
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::{Context, Poll};
// ANCHOR_END: head

// ANCHOR: dyn_future
/// The future of one call: a pointer to it, and a pointer to its functions.
#[must_use = "a future does nothing until it is polled"]
pub struct DynFuture<'a, T> {
    /// Points to a [`Placed`].
    data: *mut (),
    functions: &'a Functions<T>,
}

/// Two functions that know the type of the future.
struct Functions<T> {
    poll: unsafe fn(*mut (), &mut Context<'_>) -> Poll<T>,
    drop: unsafe fn(*mut ()),
}

/// What lies in the memory: the future, and a value that gives the memory back when it
/// is dropped.
struct Placed<P, F> {
    place: P,
    future: F,
}
// ANCHOR_END: dyn_future

// ANCHOR: new
impl<'a, T: 'a> DynFuture<'a, T> {
    /// How much memory a future of type `F` needs, with its place.
    pub const fn layout<P, F>() -> Layout {
        Layout::new::<Placed<P, F>>()
    }

    /// Moves the future into `memory`.
    ///
    /// # Safety
    ///
    /// D1 and D2. `memory` is at least as large and as aligned as `layout::<P, F>()`.
    pub unsafe fn new<P: 'a, F>(memory: NonNull<u8>, place: P, future: F) -> Self
    where
        F: Future<Output = T> + 'a,
    {
        let data = memory.as_ptr().cast::<Placed<P, F>>();
        // SAFETY: D1.
        unsafe { data.write(Placed { place, future }) };
        let functions =
            &const { Functions { poll: poll::<P, F>, drop: drop_future::<P, F> } };
        DynFuture { data: data.cast(), functions }
    }
}
// ANCHOR_END: new

// ANCHOR: functions
unsafe fn poll<P, F: Future>(data: *mut (), cx: &mut Context<'_>) -> Poll<F::Output> {
    // SAFETY: D1. `new` stored this function for a `Placed<P, F>`.
    let future = unsafe { &mut (*data.cast::<Placed<P, F>>()).future };
    // SAFETY: the future is never moved, and `drop_future` drops it in its memory.
    unsafe { Pin::new_unchecked(future) }.poll(cx)
}

unsafe fn drop_future<P, F>(data: *mut ()) {
    let placed = data.cast::<Placed<P, F>>();
    // SAFETY: D1. The place is moved out here, and nowhere else. It is dropped at the
    // end of this function, even if the destructor of the future panics.
    let _place = unsafe { (&raw const (*placed).place).read() };
    // SAFETY: D1. `DynFuture` calls this once.
    unsafe { ptr::drop_in_place(&raw mut (*placed).future) };
}
// ANCHOR_END: functions

// ANCHOR: impls
impl<T> Future for DynFuture<'_, T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // SAFETY: D1. These are the functions for this data.
        unsafe { (self.functions.poll)(self.data, cx) }
    }
}

impl<T> Drop for DynFuture<'_, T> {
    fn drop(&mut self) {
        // SAFETY: D1. A value is dropped once.
        unsafe { (self.functions.drop)(self.data) }
    }
}
// ANCHOR_END: impls
