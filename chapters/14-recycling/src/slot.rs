// ANCHOR: head
//! Memory that a call takes out of a slot, owns, and hands back. Nothing counts.
//!
//! - **S1** A piece of memory has one owner. Between two calls, the owner is a `Block` in
//!   the slot. During a call, the owner is the call.
//! - **S2** A call borrows the slot until it is dropped or leaked, so no other code can use
//!   the slot. The call itself writes to the slot once, when it is dropped.
//! - **S3** The memory was allocated with the layout in its header.

use std::alloc::{Layout, dealloc};
use std::mem;
use std::ptr::NonNull;

use crate::future::DynFuture;
use crate::placed::{self, Placed, allocate};
// ANCHOR_END: head

// ANCHOR: slot
/// Makes calls in one piece of memory, one after the other.
#[derive(Default)]
pub struct Slot(Option<Block>);

/// The owner of the memory between two calls.
struct Block(NonNull<Header>);

struct Header {
    layout: Layout,
    /// Where the running call puts the memory at its end.
    slot: NonNull<Slot>,
}
// ANCHOR_END: slot

// ANCHOR: fill
impl Slot {
    /// Lets `make` make a future in the memory of the call before, or in new memory if
    /// that is too small. The call borrows the slot, so there is one at a time.
    #[inline]
    pub fn fill<'d, F>(&'d mut self, make: impl FnOnce() -> F) -> DynFuture<'d, F::Output>
    where
        F: Future + 'd,
    {
        let layout = Placed::<Header, F>::LAYOUT;
        let block = self.0.take().filter(|block| block.holds(layout));
        let slot = NonNull::from(self);
        // SAFETY: the layout is that of this header and the future.
        let new = || Block(unsafe { allocate(Header { layout, slot }, layout) });
        let block = block.unwrap_or_else(new);
        // SAFETY: S1 and S3. If `make` panics, `block` frees the memory.
        let call = unsafe { Placed::start(block.0, make) };
        // SAFETY: S1. The slot may have moved since the last call.
        unsafe { (*block.0.as_ptr()).slot = slot };
        mem::forget(block); // S1: the call is the owner now.
        call
    }
}
// ANCHOR_END: fill

// ANCHOR: back
impl placed::Header for Header {
    unsafe fn give_back(header: NonNull<Header>, _: Layout) {
        // SAFETY: S1 and S2. The call is over, and it was the owner.
        unsafe { (*header.as_ptr()).slot.as_mut() }.0 = Some(Block(header));
    }
}
// ANCHOR_END: back

// ANCHOR: rest
impl Block {
    fn layout(&self) -> Layout {
        // SAFETY: S1.
        unsafe { self.0.as_ref() }.layout
    }

    fn holds(&self, layout: Layout) -> bool {
        layout.size() <= self.layout().size() && layout.align() <= self.layout().align()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let layout = self.layout();
        // SAFETY: S1 and S3.
        unsafe { dealloc(self.0.as_ptr().cast(), layout) }
    }
}
// ANCHOR_END: rest
