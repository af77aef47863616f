// ANCHOR: head
//! Memory that a call takes out of a slot, owns, and hands back. Nothing counts.
//!
//! - **S1** A `Block` is the only owner of its memory. Either it is in the slot, and then
//!   no future is in the memory. Or it is in its own memory, in front of a future.
//! - **S2** While a call is alive, it borrows the slot. Only the end of the call uses it.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use crate::future::DynFuture;
use crate::placed::{self, Placed};
// ANCHOR_END: head

// ANCHOR: slot
/// Makes calls in one piece of memory, one after the other.
#[derive(Default)]
pub struct Slot(Option<Block>);

/// A piece of memory. It is freed when this is dropped.
struct Block {
    memory: NonNull<u8>,
    layout: Layout,
}

/// During a call, the block is in its own memory, with its way back.
struct Header {
    block: Block,
    slot: NonNull<Slot>,
}

impl Slot {
    /// Puts `future` into the memory of the call before, or into new memory if that is
    /// too small. The call borrows the slot, so there is one at a time.
    pub fn fill<'d, F: Future + 'd>(&'d mut self, future: F) -> DynFuture<'d, F::Output> {
        let layout = Placed::<Header, F>::LAYOUT;
        let block = self.0.take().filter(|block| block.holds(layout));
        let block = block.unwrap_or_else(|| Block::new(layout));
        let header = block.memory.cast::<Header>();
        // SAFETY: S1. The memory holds this layout, which begins with a header.
        unsafe { header.write(Header { block, slot: NonNull::from(self) }) };
        // SAFETY: B1, because of S1.
        unsafe { Placed::start(header, future) }
    }
}

impl placed::Header for Header {
    unsafe fn give_back(header: NonNull<Header>, _: Layout) {
        // SAFETY: S1. The header is read once, and the block has left it then.
        let Header { block, mut slot } = unsafe { header.read() };
        // SAFETY: S2.
        unsafe { slot.as_mut() }.0 = Some(block);
    }
}
// ANCHOR_END: slot

// ANCHOR: block
impl Block {
    fn new(layout: Layout) -> Block {
        // SAFETY: a header is in it, so its size is not zero.
        let memory = NonNull::new(unsafe { alloc(layout) })
            .unwrap_or_else(|| handle_alloc_error(layout));
        Block { memory, layout }
    }

    fn holds(&self, layout: Layout) -> bool {
        layout.size() <= self.layout.size() && layout.align() <= self.layout.align()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: S1.
        unsafe { dealloc(self.memory.as_ptr(), self.layout) }
    }
}
// ANCHOR_END: block
