// ANCHOR: head
//! Memory that a call takes out of a slot, owns, and hands back. Nothing counts.
//!
//! - **S1** `Memory` is the only owner of its memory. It is in the slot, and then no future
//!   is in the memory. Or it is in the header of the memory, in front of a future.
//! - **S2** While a call is alive, it borrows the slot. Only the end of the call uses it.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use crate::block::{self, Block};
use crate::future::DynFuture;
// ANCHOR_END: head

// ANCHOR: slot
/// Makes calls in one piece of memory, one after the other.
#[derive(Default)]
pub struct Slot(Option<Memory>);

/// A piece of memory. It is freed when this is dropped.
struct Memory {
    at: NonNull<u8>,
    layout: Layout,
}

/// During a call, the memory owns itself, and knows its way back.
struct Header {
    memory: Memory,
    slot: NonNull<Slot>,
}

impl Slot {
    /// Puts `future` into the memory of the call before, or into new memory if that is
    /// too small. The call borrows the slot, so there is one at a time.
    pub fn call<'d, F: Future + 'd>(&'d mut self, future: F) -> DynFuture<'d, F::Output> {
        let layout = Block::<Header, F>::LAYOUT;
        let memory = self.0.take().filter(|memory| memory.holds(layout));
        let memory = memory.unwrap_or_else(|| Memory::new(layout));
        let header = memory.at.cast::<Header>();
        // SAFETY: S1. The memory holds a block, which begins with its header.
        unsafe { header.write(Header { memory, slot: NonNull::from(self) }) };
        // SAFETY: B1, because of S1.
        unsafe { Block::start(header, future) }
    }
}

impl block::Header for Header {
    unsafe fn give_back(header: NonNull<Header>, _: Layout) {
        // SAFETY: S1. The header is read once, and the memory has left it then.
        let Header { memory, mut slot } = unsafe { header.read() };
        // SAFETY: S2.
        unsafe { slot.as_mut() }.0 = Some(memory);
    }
}
// ANCHOR_END: slot

// ANCHOR: memory
impl Memory {
    fn new(layout: Layout) -> Memory {
        // SAFETY: a block has a header, so its size is not zero.
        let at = NonNull::new(unsafe { alloc(layout) })
            .unwrap_or_else(|| handle_alloc_error(layout));
        Memory { at, layout }
    }

    fn holds(&self, layout: Layout) -> bool {
        layout.size() <= self.layout.size() && layout.align() <= self.layout.align()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: S1.
        unsafe { dealloc(self.at.as_ptr(), self.layout) }
    }
}
// ANCHOR_END: memory
