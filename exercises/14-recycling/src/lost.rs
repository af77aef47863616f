//! Exercise `recycling/lost`: the recycler of the page, with a count that is not atomic.
//!
//! - **C1** The memory has `count` owners: the recycler, the running call, or both. The
//!   last one frees it.
//! - **C2** Only the recycler raises the count. It does so when it is the only owner,
//!   so no future is in the memory then.
//! - **C3** `layout` is the layout of the memory.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::pin::Pin;
use std::ptr::NonNull;

use recycling::{DynFuture, Functions, boxed};

/// The beginning of the memory.
struct Header {
    layout: Layout,
    count: Cell<u8>,
}

/// The memory while a future is in it.
#[repr(C)]
struct Placed<F> {
    header: Header,
    future: F,
}

/// One of the owners.
struct Owner(NonNull<Header>);

/// Makes calls in one piece of memory, one after the other.
#[derive(Default)]
pub struct Recycler(Option<Owner>);

impl Recycler {
    /// Puts `future` into the memory of the call before. If that is too small, a larger
    /// one takes its place. A call that finds it busy gets a box.
    pub fn fill<'d, F: Future + 'd>(&mut self, future: F) -> DynFuture<'d, F::Output> {
        let layout = Layout::new::<Placed<F>>();
        let owner = match &self.0 {
            Some(owner) if owner.header().count.get() == 2 => return boxed(future),
            Some(owner) if owner.header().layout == layout => owner,
            Some(_) => return boxed(future),
            _ => self.0.insert(Owner::allocate(layout)),
        };
        owner.header().count.set(2);
        let placed = owner.0.cast::<Placed<F>>();
        // SAFETY: C2 and C3.
        unsafe { (&raw mut (*placed.as_ptr()).future).write(future) };
        // SAFETY: the call owns the memory, too (C1). So the future stays there.
        unsafe { DynFuture::new(placed.cast(), &Placed::<F>::FUNCTIONS) }
    }
}

impl<F: Future> Placed<F> {
    const FUNCTIONS: Functions<F::Output> = Functions {
        poll: |data, cx| {
            let placed = data.cast::<Self>().as_ptr();
            // SAFETY: the future is there, and stays there until `drop`.
            unsafe { Pin::new_unchecked(&mut (*placed).future) }.poll(cx)
        },
        drop: |data| {
            let placed = data.cast::<Self>().as_ptr();
            // SAFETY: the future is there, and the handle calls this once.
            unsafe { (&raw mut (*placed).future).drop_in_place() };
            drop(Owner(data.cast()));
        },
    };
}

impl Owner {
    /// Allocates memory. The recycler is its only owner for now.
    fn allocate(layout: Layout) -> Owner {
        // SAFETY: there is a header in it, so its size is not zero.
        let memory = NonNull::new(unsafe { alloc(layout) })
            .unwrap_or_else(|| handle_alloc_error(layout))
            .cast::<Header>();
        // SAFETY: the layout begins with a header.
        unsafe { memory.write(Header { layout, count: Cell::new(1) }) };
        Owner(memory)
    }

    fn header(&self) -> &Header {
        // SAFETY: C1.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let layout = self.header().layout;
        let left = self.header().count.get() - 1;
        self.header().count.set(left);
        if left == 0 {
            // SAFETY: C1 and C3.
            unsafe { dealloc(self.0.as_ptr().cast(), layout) }
        }
    }
}
