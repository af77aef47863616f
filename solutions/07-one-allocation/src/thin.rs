//! Exercise `one-allocation/thin`: a boxed future that is one pointer wide.
//!
//! A `Pin<Box<dyn Future>>` has two words: the address of the future, and the address of
//! its vtable. Here the vtable is in front of the future, in the same allocation.

// hole: begin
use std::cell::UnsafeCell;
// hole: instead
// hole: end
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
// hole: begin

/// One allocation. `repr(C)` puts the header first, and the future at its alignment.
#[repr(C)]
struct Cell<F: Future> {
    header: Header<F::Output>,
    future: UnsafeCell<F>,
}

unsafe fn poll<F: Future>(
    header: NonNull<Header<F::Output>>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    // SAFETY: `new` stored this function in the header of a `Cell<F>`.
    let cell = unsafe { header.cast::<Cell<F>>().as_ref() };
    // SAFETY: `ThinFuture::poll` has the only reference. The future is never moved.
    let future = unsafe { Pin::new_unchecked(&mut *cell.future.get()) };
    future.poll(cx)
}

unsafe fn free<F: Future>(header: NonNull<Header<F::Output>>) {
    // SAFETY: `new` made this of a box, and `ThinFuture` is dropped once.
    drop(unsafe { Box::from_raw(header.cast::<Cell<F>>().as_ptr()) });
}
// hole: instead
// hole: end

impl<T> ThinFuture<T> {
    /// Allocates `future`.
    pub fn new<F>(future: F) -> ThinFuture<T>
    where
        F: Future<Output = T> + 'static,
    {
        // hole: begin
        let header = Header { poll: poll::<F>, free: free::<F> };
        let cell = Box::new(Cell { header, future: UnsafeCell::new(future) });
        // A pointer to the whole cell. A pointer made of `&cell.header` would be allowed
        // to reach the header alone.
        let header = NonNull::from(Box::leak(cell)).cast();
        ThinFuture { header, _owns: PhantomData }
        // hole: instead
        //| drop(future);
        //| todo!("put a header and the future into one box, and keep a pointer to it")
        // hole: end
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
