//! Exercise `one-allocation/thin`: a boxed future that is one pointer wide.
//!
//! A `Pin<Box<dyn Future>>` has two words: the address of the future, and the address of
//! its vtable. Here the vtable is in front of the future, in the same allocation.

use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

/// A future with this output, in a box, one pointer wide.
pub struct ThinFuture<T> {
    header: NonNull<Header<T>>,
    /// We own a future, which may hold an `Rc`.
    _owns: PhantomData<*mut T>,
}

/// The beginning of each allocation: the functions that know the type of the future.
struct Header<T> {
    poll: unsafe fn(NonNull<Header<T>>, &mut Context<'_>) -> Poll<T>,
    /// Drops the future, and frees the allocation.
    free: unsafe fn(NonNull<Header<T>>),
}

impl<T> ThinFuture<T> {
    /// Allocates `future`.
    pub fn new<F>(future: F) -> ThinFuture<T>
    where
        F: Future<Output = T> + 'static,
    {
        drop(future);
        todo!("put a header and the future into one box, and keep a pointer to it")
    }
}

impl<T> Future for ThinFuture<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // SAFETY: the header lives as long as `self`.
        let poll = unsafe { self.header.as_ref() }.poll;
        // SAFETY: this is the allocation whose header has this function.
        unsafe { poll(self.header, cx) }
    }
}

impl<T> Drop for ThinFuture<T> {
    fn drop(&mut self) {
        // SAFETY: the header lives as long as `self`.
        let free = unsafe { self.header.as_ref() }.free;
        // SAFETY: this is the allocation whose header has this function.
        unsafe { free(self.header) }
    }
}
