// ANCHOR: head
//! The recycler with a header of 8 bytes, for futures of every alignment.
//!
//! - **P1** The memory has `count` owners. The last one frees it.
//! - **P2** Only the recycler raises the count. It does so when it is the only owner,
//!   so no future is in the memory then.
//! - **P3** `size` and `exponent` are the layout of the memory.

use std::alloc::{Layout, dealloc};
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU8, fence};

use crate::future::{DynFuture, boxed};
use crate::placed::{self, Placed, allocate};
// ANCHOR_END: head

// ANCHOR: header
/// Eight bytes, on machines with 32 bits, too.
struct Header {
    size: u32,
    /// The alignment is 2 to the power of this.
    exponent: u8,
    count: AtomicU8,
}

const _: () = assert!(size_of::<Header>() == 8);

impl Header {
    /// A header for two owners. `None` if the size does not fit into 32 bits.
    fn new(layout: Layout) -> Option<Header> {
        let size = u32::try_from(layout.size()).ok()?;
        let exponent = u8::try_from(layout.align().ilog2()).ok()?;
        Some(Header { size, exponent, count: AtomicU8::new(2) })
    }

    fn layout(&self) -> Layout {
        // SAFETY: P3: both are from a `Layout`.
        unsafe {
            Layout::from_size_align_unchecked(self.size as usize, 1 << self.exponent)
        }
    }

    fn holds(&self, layout: Layout) -> bool {
        layout.size() <= self.layout().size() && layout.align() <= self.layout().align()
    }
}
// ANCHOR_END: header

// ANCHOR: recycler
/// Makes calls in one piece of memory, one after the other.
#[derive(Default)]
pub struct Recycler(Option<Owner>);

impl Recycler {
    /// Puts `future` into the memory of the call before. If that is too small, a larger
    /// one takes its place. A call that finds it busy gets a box.
    #[inline]
    pub fn fill<'d, F: Future + 'd>(&mut self, future: F) -> DynFuture<'d, F::Output> {
        let layout = Placed::<Header, F>::LAYOUT;
        let owner = match &self.0 {
            // Acquire pairs with the Release in `drop`.
            Some(owner) if owner.header().count.load(Acquire) == 2 => {
                return boxed(future);
            }
            Some(owner) if owner.header().holds(layout) => owner,
            _ => match Header::new(layout) {
                // SAFETY: the layout is that of this header and the future.
                Some(header) => self.0.insert(Owner(unsafe { allocate(header, layout) })),
                None => return boxed(future),
            },
        };
        // Relaxed: no call owns the memory (P2), so no other thread reads this.
        owner.header().count.store(2, Relaxed);
        // SAFETY: B1, because of P2, P3, and P1: the call is an owner now.
        unsafe { Placed::start(owner.0, || future) }
    }
}
// ANCHOR_END: recycler

// ANCHOR: owner
/// One of the owners.
struct Owner(NonNull<Header>);

impl Owner {
    fn header(&self) -> &Header {
        // SAFETY: P1.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let layout = self.header().layout();
        // Release pairs with the Acquire in `fill`, and with the fence.
        if self.header().count.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: P1 and P3.
            unsafe { dealloc(self.0.as_ptr().cast(), layout) }
        }
    }
}

impl placed::Header for Header {
    unsafe fn give_back(header: NonNull<Header>, _: Layout) {
        drop(Owner(header));
    }
}
// ANCHOR_END: owner
