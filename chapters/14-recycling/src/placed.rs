// ANCHOR: head
//! A header and a future in one piece of memory.
//!
//! - **B1** The memory is large enough and aligned for both. While a handle points to it,
//!   the future is there, and no other code uses the future.
//! - **B2** When a call is over, its future is dropped, and then `give_back` is called
//!   once. This also holds if the destructor of the future panics.

use std::alloc::{Layout, alloc, handle_alloc_error};
use std::ptr::NonNull;

use crate::future::{DynFuture, Functions, poll_at};
// ANCHOR_END: head

// ANCHOR: placed
/// `repr(C)` puts the header first. The compiler puts the future at its alignment.
#[repr(C)]
pub(crate) struct Placed<H, F> {
    pub(crate) header: H,
    pub(crate) future: F,
}

/// What is in front of a future.
pub(crate) trait Header: Sized {
    /// Gives the memory back. `layout` is the layout of this header with its future.
    ///
    /// # Safety
    ///
    /// The header is at `header`, the future behind it is gone, and this is the only call.
    unsafe fn give_back(header: NonNull<Self>, layout: Layout);
}

/// Gives the memory back when it is dropped.
struct GiveBack<H: Header>(NonNull<H>, Layout);

impl<H: Header> Drop for GiveBack<H> {
    fn drop(&mut self) {
        // SAFETY: B2.
        unsafe { H::give_back(self.0, self.1) }
    }
}
// ANCHOR_END: placed

// ANCHOR: functions
impl<H: Header, F: Future> Placed<H, F> {
    pub(crate) const LAYOUT: Layout = Layout::new::<Self>();

    pub(crate) const FUNCTIONS: Functions<F::Output> = Functions {
        // SAFETY: B1.
        poll: |data, cx| unsafe { poll_at(Self::future(data.cast()), cx) },
        drop: |data| {
            let _back = GiveBack::<H>(data.cast(), Self::LAYOUT);
            // SAFETY: B1. `_back` is dropped after this.
            unsafe { Self::future(data.cast()).drop_in_place() }
        },
    };
}
// ANCHOR_END: functions

// ANCHOR: start
impl<H: Header, F: Future> Placed<H, F> {
    /// Makes the future behind the header.
    ///
    /// # Safety
    ///
    /// B1, for as long as the handle lives. The header is there before the handle is used.
    #[inline]
    pub(crate) unsafe fn start<'d>(
        header: NonNull<H>,
        make: impl FnOnce() -> F,
    ) -> DynFuture<'d, F::Output>
    where
        F: 'd,
        H: 'd,
    {
        // SAFETY: B1.
        unsafe { Self::future(header.cast()).write(make()) };
        // SAFETY: D1, because of B1.
        unsafe { DynFuture::new(header.cast(), &Self::FUNCTIONS) }
    }

    /// # Safety
    ///
    /// There is memory for both.
    unsafe fn future(placed: NonNull<Self>) -> NonNull<F> {
        // SAFETY: the caller's promise.
        unsafe { NonNull::new_unchecked(&raw mut (*placed.as_ptr()).future) }
    }
}
// ANCHOR_END: start

// ANCHOR: allocate
/// Allocates memory, and writes its header.
///
/// # Safety
///
/// This is the layout of a [`Placed`] with such a header. The size is not zero.
pub(crate) unsafe fn allocate<H>(header: H, layout: Layout) -> NonNull<H> {
    // SAFETY: the caller's promise.
    let memory = NonNull::new(unsafe { alloc(layout) })
        .unwrap_or_else(|| handle_alloc_error(layout))
        .cast::<H>();
    // SAFETY: the header comes first.
    unsafe { memory.write(header) };
    memory
}
// ANCHOR_END: allocate
