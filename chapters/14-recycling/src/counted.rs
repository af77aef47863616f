// ANCHOR: head
//! A recycler whose memory counts its owners: the recycler, the running call, or both.
//!
//! - **C1** The memory has `count` owners. The last one frees it.
//! - **C2** Only the recycler raises the count. It does so when it is the only owner,
//!   so no future is in the memory then.
//! - **C3** The memory was allocated for a header and a future of `size` bytes.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicUsize, fence};

use crate::future::{DynFuture, Functions, boxed, poll_at};
// ANCHOR_END: head

// ANCHOR: header
/// The beginning of the memory. The future follows it.
struct Header {
    count: AtomicUsize,
    size: usize,
}

/// One of the owners.
struct Owner(NonNull<Header>);
// ANCHOR_END: header

// ANCHOR: recycler
/// Makes calls in one piece of memory, one after the other.
#[derive(Default)]
pub struct Recycler(Option<Owner>);

impl Recycler {
    /// Puts `future` into the memory of the call before. The first call allocates it. If
    /// the memory is busy, or is for another size, the call gets a box.
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
        // SAFETY: D1, because this call owns the memory, too (C1).
        unsafe { DynFuture::new(memory.cast(), &Recycled::<F>::FUNCTIONS) }
    }
}
// ANCHOR_END: recycler

// ANCHOR: owner
impl Owner {
    /// Makes the next call an owner, unless the call before is still there.
    fn reuse(&self, size: usize) -> bool {
        // SAFETY: C1.
        let header = unsafe { self.0.as_ref() };
        // Acquire pairs with the Release in `drop`.
        header.size == size
            && header.count.compare_exchange(1, 2, Acquire, Relaxed).is_ok()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // SAFETY: C1.
        let Header { count, size } = unsafe { self.0.as_ref() };
        // After `fetch_sub`, another owner may free the memory.
        let layout = layout(*size);
        // Release pairs with the Acquire in `reuse`, and with the fence.
        if count.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: C1 and C3.
            unsafe { dealloc(self.0.as_ptr().cast(), layout) }
        }
    }
}
// ANCHOR_END: owner

// ANCHOR: functions
struct Recycled<F>(PhantomData<F>);

impl<F: Future> Recycled<F> {
    const FUNCTIONS: Functions<F::Output> = Functions {
        // SAFETY: D1.
        poll: |data, cx| unsafe { poll_at(future_in::<F>(data), cx) },
        drop: |data| {
            // Gives the memory back at the end, also if the destructor panics.
            let _owner = Owner(data.cast());
            // SAFETY: D1.
            unsafe { future_in::<F>(data).drop_in_place() }
        },
    };
}
// ANCHOR_END: functions

// ANCHOR: layout
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
// ANCHOR_END: layout

// ANCHOR: rest
impl Owner {
    /// Allocates memory for two owners: the recycler and its first call.
    fn allocate(size: usize) -> Owner {
        let layout = layout(size);
        // SAFETY: the header has a size.
        let memory = NonNull::new(unsafe { alloc(layout) })
            .unwrap_or_else(|| handle_alloc_error(layout))
            .cast::<Header>();
        // SAFETY: the layout begins with a header.
        unsafe { memory.write(Header { count: AtomicUsize::new(2), size }) };
        Owner(memory)
    }
}
// ANCHOR_END: rest
