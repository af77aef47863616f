//! The free blocks of each thread. The adapter `Pool` takes its memory from them.

use core::{
    alloc::Layout,
    cell::Cell,
    ptr::{self, NonNull},
};

use crate::{
    Place, Request,
    memory::{allocate, free},
};

/// The sizes of blocks are the multiples of this.
const STEP: usize = 64;
const CLASSES: usize = 16;
const ALIGN: usize = 16;

/// How many blocks of one size a thread keeps.
const MOST: u8 = 64;

/// The index of the smallest class that holds a layout. A layout without bytes has the first class.
const fn class(layout: Layout) -> usize {
    layout.size().saturating_sub(1) / STEP
}

const fn block(class: usize) -> Layout {
    match Layout::from_size_align((class + 1) * STEP, ALIGN) {
        Ok(layout) => layout,
        Err(_) => panic!("a block is smaller than the address space"),
    }
}

/// The free blocks of one size.
///
/// - **BL1** `first` is null or points to a block of this class that no code uses. It begins with
///   the pointer to the next one. `count` is their number.
struct Class {
    first: Cell<*mut Free>,
    count: Cell<u8>,
}

struct Free {
    next: *mut Free,
}

struct Blocks([Class; CLASSES]);

std::thread_local! {
    static BLOCKS: Blocks = const {
        Blocks(
            [const {
                Class {
                    first: Cell::new(ptr::null_mut()),
                    count: Cell::new(0),
                }
            }; CLASSES],
        )
    };
}

impl Class {
    #[inline]
    fn pop(&self) -> Option<NonNull<u8>> {
        let first = NonNull::new(self.first.get())?;
        // SAFETY: BL1.
        self.first.set(unsafe { first.as_ref().next });
        self.count.set(self.count.get() - 1);
        Some(first.cast())
    }

    /// Keeps a block, unless there are enough.
    ///
    /// # Safety
    /// `memory` is a block of this class that no code uses.
    #[inline]
    unsafe fn push(&self, memory: NonNull<u8>) -> bool {
        if self.count.get() == MOST {
            return false;
        }
        let free = memory.cast::<Free>();
        let next = self.first.get();
        // SAFETY: the caller's promise. Every block is large enough and aligned for a `Free`.
        unsafe { free.write(Free { next }) };
        self.first.set(free.as_ptr());
        self.count.set(self.count.get() + 1);
        true
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        for (index, class) in self.0.iter().enumerate() {
            while let Some(memory) = class.pop() {
                // SAFETY: BL1.
                unsafe { free(memory, block(index)) };
            }
        }
    }
}

/// Takes a block that holds `layout`.
#[inline]
pub(crate) fn take(layout: Layout, request: Request<'_>) -> NonNull<u8> {
    let class = class(layout);
    // After the end of a thread's pool there are no free blocks.
    let free = BLOCKS.try_with(|blocks| blocks.0[class].pop());
    free.ok()
        .flatten()
        .unwrap_or_else(|| allocate(block(class), request))
}

/// The place of a future in a block.
pub(crate) struct InPool;

impl InPool {
    /// Whether there are blocks for this layout.
    pub(crate) const fn holds(layout: Layout) -> bool {
        layout.align() <= ALIGN && class(layout) < CLASSES
    }
}

// SAFETY: PL1: each thread has a pool of its own. PL2: the memory is only written.
unsafe impl Place for InPool {
    #[inline]
    unsafe fn release(self, memory: NonNull<u8>, layout: Layout) {
        let class = class(layout);
        // SAFETY: `take` returned this block for the same layout, and its future is gone.
        let kept = BLOCKS.try_with(|blocks| unsafe { blocks.0[class].push(memory) });
        if !kept.unwrap_or(false) {
            // SAFETY: it is not in a pool, and a block has this layout.
            unsafe { free(memory, block(class)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_each_layout_of_its_class() {
        for size in 0..=1024 {
            for align in [1, 8, 16] {
                let layout = Layout::from_size_align(size, align).unwrap();
                assert!(InPool::holds(layout));
                let block = block(class(layout));
                assert!(block.size() >= size && block.size() < size + STEP + STEP);
            }
        }
        assert!(!InPool::holds(Layout::from_size_align(1025, 1).unwrap()));
        assert!(!InPool::holds(Layout::from_size_align(32, 32).unwrap()));
    }

    #[test]
    fn a_thread_keeps_a_limited_number_of_blocks() {
        let layout = Layout::from_size_align(100, 8).unwrap();
        let blocks: std::vec::Vec<_> = (0..=MOST).map(|_| take(layout, Request::plain())).collect();
        for memory in blocks {
            // SAFETY: `take` returned it, and no future is in it.
            unsafe { InPool.release(memory, layout) };
        }
        assert_eq!(BLOCKS.with(|blocks| blocks.0[1].count.get()), MOST);
    }
}
