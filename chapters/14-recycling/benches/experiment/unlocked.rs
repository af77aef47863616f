//! The recycler of `counted.rs` with a count that is not atomic, to see what the locked
//! instructions cost. The handles cannot leave their thread, so it is sound, too.
//!
//! - **C1**, **C2** and **C3** as in `counted.rs`.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;
use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;

use recycling::{DynFuture, Functions, boxed};

/// The beginning of the memory. The future follows it.
struct Header {
    count: Cell<usize>,
    size: usize,
}

/// One of the owners.
struct Owner(NonNull<Header>);

/// Makes calls in one piece of memory, one after the other.
#[derive(Default)]
pub struct Recycler(Option<Owner>);

impl Recycler {
    /// Puts `future` into the memory of the call before. The first call allocates it. A
    /// call that finds it busy, or made for another size, gets a box.
    ///
    /// # Panics
    ///
    /// If the future has a larger alignment than the header.
    #[inline]
    pub fn fill<'d, F: Future + 'd>(&mut self, future: F) -> DynFuture<'d, F::Output> {
        assert!(align_of::<F>() <= align_of::<Header>(), "the header is in the way");
        let Owner(memory) = match &self.0 {
            None => self.0.insert(Owner::allocate(size_of::<F>())),
            Some(owner) if owner.reuse(size_of::<F>()) => owner,
            Some(_) => return boxed(future),
        };
        // SAFETY: C2 and C3. The assertion has checked the alignment.
        unsafe { future_in::<F>(memory.cast()).write(future) };
        // SAFETY: the future stays there, because this call owns the memory, too (C1).
        unsafe { DynFuture::new(memory.cast(), &Recycled::<F>::FUNCTIONS) }
    }
}

impl Owner {
    /// Makes the next call an owner, unless the call before is still there.
    fn reuse(&self, size: usize) -> bool {
        // SAFETY: C1.
        let header = unsafe { self.0.as_ref() };
        header.size == size && header.count.replace(2) == 1
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // SAFETY: C1.
        let Header { count, size } = unsafe { self.0.as_ref() };
        let layout = layout(*size);
        count.set(count.get() - 1);
        if count.get() == 0 {
            // SAFETY: C1 and C3.
            unsafe { dealloc(self.0.as_ptr().cast(), layout) }
        }
    }
}

struct Recycled<F>(PhantomData<F>);

impl<F: Future> Recycled<F> {
    const FUNCTIONS: Functions<F::Output> = Functions {
        poll: |data, cx| {
            // SAFETY: the future is there until `drop`.
            unsafe { Pin::new_unchecked(&mut *future_in::<F>(data).as_ptr()) }.poll(cx)
        },
        drop: |data| {
            // Gives the memory back at the end, also if the destructor panics.
            let _owner = Owner(data.cast());
            // SAFETY: the handle calls this once.
            unsafe { future_in::<F>(data).drop_in_place() }
        },
    };
}

/// Where the future is: directly behind the header.
///
/// # Safety
///
/// `memory` begins with a [`Header`].
unsafe fn future_in<F>(memory: NonNull<()>) -> NonNull<F> {
    // SAFETY: the caller's promise.
    unsafe { memory.cast::<Header>().add(1) }.cast()
}

fn layout(size: usize) -> Layout {
    let header = Layout::new::<Header>();
    Layout::from_size_align(header.size() + size, header.align())
        .expect("the future is in memory, so there is room for a header")
}

impl Owner {
    /// Allocates memory for two owners: the recycler and its first call.
    fn allocate(size: usize) -> Owner {
        let layout = layout(size);
        // SAFETY: the header has a size.
        let memory = NonNull::new(unsafe { alloc(layout) })
            .unwrap_or_else(|| handle_alloc_error(layout))
            .cast::<Header>();
        // SAFETY: the layout begins with a header.
        unsafe { memory.write(Header { count: Cell::new(2), size }) };
        Owner(memory)
    }
}
