// ANCHOR: block
//! A piece of the heap.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

/// Memory from the heap. Its destructor frees it.
pub(crate) struct Block {
    pub(crate) memory: NonNull<u8>,
    pub(crate) layout: Layout,
}

impl Block {
    /// The size of `layout` must not be 0. It never is, because each place has a size.
    pub(crate) fn new(layout: Layout) -> Block {
        assert!(layout.size() > 0, "a block of 0 bytes");
        // SAFETY: the size is not 0.
        let memory = NonNull::new(unsafe { alloc(layout) });
        let memory = memory.unwrap_or_else(|| handle_alloc_error(layout));
        Block { memory, layout }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: the memory was allocated with this layout, and is freed once.
        unsafe { dealloc(self.memory.as_ptr(), self.layout) }
    }
}
// ANCHOR_END: block
