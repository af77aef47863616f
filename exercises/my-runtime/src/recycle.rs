//! Exercise `recycling/recycle`: memory for futures and tasks that serves again and again.
//!
//! Each thread keeps free blocks, in one list for each size. A block that is dropped goes to
//! the list of its size, and the next block of this size comes from there. So the calls
//! and the tasks of a new connection use the memory of the last one.
//!
//! - **R1** Each address on a list points to memory that this module allocated with the
//!   layout of the list. Nothing else uses it.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::RefCell;
use std::ptr::NonNull;

/// The sizes of recycled blocks are the multiples of this.
const STEP: usize = 64;
/// The number of lists. Larger blocks are not recycled.
const LISTS: usize = 16;
/// The alignment of recycled blocks.
const ALIGN: usize = 16;
/// The most free blocks of one size.
pub const MOST: usize = 64;

/// The free blocks of a thread.
struct Lists([Vec<NonNull<u8>>; LISTS]);

thread_local! {
    static FREE: RefCell<Lists> = const { RefCell::new(Lists::NONE) };
}

impl Lists {
    const NONE: Lists = Lists([const { Vec::new() }; LISTS]);
}

impl Drop for Lists {
    fn drop(&mut self) {
        for (list, blocks) in self.0.iter().enumerate() {
            for memory in blocks {
                // SAFETY: R1. The list is never used again.
                unsafe { dealloc(memory.as_ptr(), layout_of(list)) }
            }
        }
    }
}

/// Memory. Its destructor gives it back.
pub struct Block {
    pub(crate) memory: NonNull<u8>,
    pub(crate) layout: Layout,
}

impl Block {
    /// Memory with at least this layout.
    pub fn new(needs: Layout) -> Block {
        let layout = rounded(needs);
        let memory = take(layout).unwrap_or_else(|| {
            // SAFETY: the size is not 0, because `rounded` rounds up.
            let memory = NonNull::new(unsafe { alloc(layout) });
            memory.unwrap_or_else(|| handle_alloc_error(layout))
        });
        Block { memory, layout }
    }

    /// Where the memory is.
    pub fn address(&self) -> usize {
        self.memory.addr().get()
    }

    /// What the memory can hold.
    pub fn layout(&self) -> Layout {
        self.layout
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if !keep(self.memory, self.layout) {
            // SAFETY: it was allocated with this layout, and it is on no list.
            unsafe { dealloc(self.memory.as_ptr(), self.layout) }
        }
    }
}

/// Frees all free blocks of this thread.
pub fn clear() {
    drop(FREE.replace(Lists::NONE));
}

/// The layout of the blocks on a list.
fn layout_of(list: usize) -> Layout {
    Layout::from_size_align((list + 1) * STEP, ALIGN).expect("a small size")
}

/// The list of a layout, if blocks of this layout are recycled.
fn list_of(layout: Layout) -> Option<usize> {
    let _ = (LISTS, layout);
    None
}

/// The layout that is allocated for such a future: that of its list, if it has one.
fn rounded(needs: Layout) -> Layout {
    let at_least_a_byte = Layout::from_size_align(needs.size().max(1), needs.align())
        .expect("a larger size was valid, too");
    list_of(needs).map_or(at_least_a_byte, layout_of)
}

/// Takes a block of this layout off its list.
fn take(layout: Layout) -> Option<NonNull<u8>> {
    let _ = layout;
    None
}

/// Puts a block on its list. False if blocks of this layout are not recycled, or if
/// there are enough.
fn keep(memory: NonNull<u8>, layout: Layout) -> bool {
    let _ = (memory, layout);
    false
}
