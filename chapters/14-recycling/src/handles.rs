// ANCHOR: head
//! Two other places for the functions of a boxed future: in front of it, and in the
//! handle.
//!
//! - **H1** `data` points to memory with a future that the functions can poll and drop.
//!   The future stays where it is until the handle calls `drop`, once.

use std::alloc::{Layout, dealloc};
use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

use crate::future::{Boxed, Functions};
use crate::placed::{self, Placed};
// ANCHOR_END: head

// ANCHOR: thin
/// A handle of one word. The pointer to the functions is in front of the future.
#[must_use = "a future does nothing until you `.await` or poll it"]
pub struct ThinFuture<'d, T> {
    data: NonNull<Header<'d, T>>,
}

struct Header<'d, T> {
    functions: &'d Functions<T>,
}

impl<'d, T> ThinFuture<'d, T> {
    /// Puts `future` into a box of its own.
    #[inline]
    pub fn new<F: Future<Output = T> + 'd>(future: F) -> Self {
        let functions = &Placed::<Header<'d, T>, F>::FUNCTIONS;
        let placed = Box::new(Placed { header: Header { functions }, future });
        ThinFuture { data: NonNull::from(Box::leak(placed)).cast() }
    }

    fn functions(&self) -> &'d Functions<T> {
        // SAFETY: H1: the header comes first.
        unsafe { self.data.as_ref() }.functions
    }
}

impl<T> placed::Header for Header<'_, T> {
    unsafe fn give_back(header: NonNull<Self>, layout: Layout) {
        // SAFETY: `new` allocated a box with this layout. Its future is gone.
        unsafe { dealloc(header.as_ptr().cast(), layout) }
    }
}
// ANCHOR_END: thin

// ANCHOR: thin_calls
impl<T> Future for ThinFuture<'_, T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // SAFETY: H1.
        unsafe { (self.functions().poll)(self.data.cast(), cx) }
    }
}

impl<T> Drop for ThinFuture<'_, T> {
    fn drop(&mut self) {
        // SAFETY: H1.
        unsafe { (self.functions().drop)(self.data.cast()) }
    }
}
// ANCHOR_END: thin_calls

// ANCHOR: wide
/// A handle of three words. Both functions are in it.
#[must_use = "a future does nothing until you `.await` or poll it"]
pub struct WideFuture<'d, T> {
    data: NonNull<()>,
    functions: Functions<T>,
    _lives: PhantomData<&'d ()>,
}

impl<'d, T> WideFuture<'d, T> {
    /// Puts `future` into a box of its own.
    #[inline]
    pub fn new<F: Future<Output = T> + 'd>(future: F) -> Self {
        let data = NonNull::from(Box::leak(Box::new(future))).cast();
        WideFuture { data, functions: Boxed::<F>::FUNCTIONS, _lives: PhantomData }
    }
}

impl<T> Future for WideFuture<'_, T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // SAFETY: H1.
        unsafe { (self.functions.poll)(self.data, cx) }
    }
}

impl<T> Drop for WideFuture<'_, T> {
    fn drop(&mut self) {
        // SAFETY: H1.
        unsafe { (self.functions.drop)(self.data) }
    }
}
// ANCHOR_END: wide
