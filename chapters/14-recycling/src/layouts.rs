// ANCHOR: head
//! The recycler without a layout in the memory: the functions of a call know it.
//!
//! - **L1** The memory has `count` owners. The last one frees it.
//! - **L2** Only the recycler raises the count. It does so when it is the only owner,
//!   so no future is in the memory then.
//! - **L3** The memory was allocated with one layout, and each future in it had this layout,
//!   together with the header.

use std::alloc::{Layout, dealloc};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU8, fence};

use crate::future::{DynFuture, boxed};
use crate::placed::{self, Placed, allocate};
// ANCHOR_END: head

// ANCHOR: header
/// The header is one byte.
struct Header {
    count: AtomicU8,
}

/// Makes calls in one piece of memory, one after the other. It frees the memory when no
/// call is there, so it needs the layout, too.
#[derive(Default)]
pub struct Recycler(Option<Owner>);

/// One of the owners. For a call, its functions make this out of a pointer and a constant.
struct Owner {
    memory: NonNull<Header>,
    layout: Layout,
}
// ANCHOR_END: header

// ANCHOR: recycler
impl Recycler {
    /// Puts `future` into the memory of the call before, if its layout is the same. A call
    /// that finds it busy gets a box.
    #[inline]
    pub fn fill<'d, F: Future + 'd>(&mut self, future: F) -> DynFuture<'d, F::Output> {
        let layout = Placed::<Header, F>::LAYOUT;
        let owner = match &self.0 {
            // Acquire pairs with the Release in `drop`.
            Some(owner) if owner.count().load(Acquire) == 2 => return boxed(future),
            Some(owner) if owner.layout == layout => owner,
            _ => {
                let header = Header { count: AtomicU8::new(2) };
                // SAFETY: the layout is that of this header and the future.
                let memory = unsafe { allocate(header, layout) };
                self.0.insert(Owner { memory, layout })
            }
        };
        // Relaxed: no call owns the memory (L2), so no other thread reads this.
        owner.count().store(2, Relaxed);
        // SAFETY: B1, because of L2, L3, and L1: the call is an owner now.
        unsafe { Placed::start(owner.memory, || future) }
    }
}
// ANCHOR_END: recycler

// ANCHOR: owner
impl Owner {
    fn count(&self) -> &AtomicU8 {
        // SAFETY: L1.
        unsafe { &(*self.memory.as_ptr()).count }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // Release pairs with the Acquire in `fill`, and with the fence.
        if self.count().fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: L1 and L3.
            unsafe { dealloc(self.memory.as_ptr().cast(), self.layout) }
        }
    }
}

impl placed::Header for Header {
    unsafe fn give_back(memory: NonNull<Header>, layout: Layout) {
        drop(Owner { memory, layout });
    }
}
// ANCHOR_END: owner
