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
///   the pointer to the next one. `room` says how many more the thread may keep.
struct Class {
    first: Cell<*mut Free>,
    room: Cell<u8>,
}

struct Free {
    next: *mut Free,
}

std::thread_local! {
    /// They have no destructor, so the access needs no check. There is no room in them before the
    /// thread has registered [`END`], and after its end.
    static BLOCKS: [Class; CLASSES] = const {
        [const {
            Class {
                first: Cell::new(ptr::null_mut()),
                room: Cell::new(0),
            }
        }; CLASSES]
    };

    /// Frees the blocks at the end of the thread.
    static END: End = const { End { is_registered: Cell::new(false) } };
}

struct End {
    is_registered: Cell<bool>,
}

impl Class {
    #[inline]
    fn pop(&self) -> Option<NonNull<u8>> {
        let first = NonNull::new(self.first.get())?;
        // SAFETY: BL1.
        self.first.set(unsafe { first.as_ref().next });
        self.room.set(self.room.get() + 1);
        Some(first.cast())
    }

    /// Keeps a block, unless there are enough.
    ///
    /// # Safety
    /// `memory` is a block of this class that no code uses.
    #[inline]
    unsafe fn push(&self, memory: NonNull<u8>) -> bool {
        if self.room.get() == 0 && !self.open() {
            return false;
        }
        let free = memory.cast::<Free>();
        let next = self.first.get();
        // SAFETY: the caller's promise. Every block is large enough and aligned for a `Free`.
        unsafe { free.write(Free { next }) };
        self.first.set(free.as_ptr());
        self.room.set(self.room.get() - 1);
        true
    }

    /// Makes room in all classes of this thread when it keeps its first block. Returns whether
    /// there is room now.
    #[cold]
    fn open(&self) -> bool {
        // It fails at the end of the thread.
        let _ = END.try_with(|end| {
            if !end.is_registered.replace(true) {
                BLOCKS.with(|blocks| blocks.iter().for_each(|class| class.room.set(MOST)));
            }
        });
        self.room.get() > 0
    }
}

impl Drop for End {
    fn drop(&mut self) {
        BLOCKS.with(|blocks| {
            for (index, class) in blocks.iter().enumerate() {
                while let Some(memory) = class.pop() {
                    // SAFETY: BL1.
                    unsafe { free(memory, block(index)) };
                }
                class.room.set(0);
            }
        });
    }
}

/// Takes a block that holds `layout`.
#[inline]
pub(crate) fn take(layout: Layout, request: Request<'_>) -> NonNull<u8> {
    let class = class(layout);
    let free = BLOCKS.with(|blocks| blocks[class].pop());
    free.unwrap_or_else(|| allocate(block(class), request))
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
        let kept = BLOCKS.with(|blocks| unsafe { blocks[class].push(memory) });
        if !kept {
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
        BLOCKS.with(|blocks| {
            assert_eq!(blocks[1].room.get(), 0);
            let kept = core::iter::from_fn(|| blocks[1].pop());
            // SAFETY: each is a block of this class, and is in no list now.
            let freed = kept.map(|memory| unsafe { free(memory, block(1)) });
            assert_eq!(freed.count(), usize::from(MOST));
        });
    }

    #[test]
    fn a_thread_that_ends_frees_its_blocks_and_keeps_no_others() {
        /// Gives a block back at the end of the thread.
        struct Late(Cell<Option<NonNull<u8>>>);
        impl Drop for Late {
            fn drop(&mut self) {
                let layout = Layout::from_size_align(100, 8).unwrap();
                let memory = self.0.take().unwrap();
                // SAFETY: `take` returned it for this layout, and no future is in it.
                unsafe { InPool.release(memory, layout) };
                BLOCKS.with(|blocks| assert!(blocks[1].first.get().is_null()));
            }
        }
        std::thread_local! {
            static LATE: Late = const { Late(Cell::new(None)) };
        }
        let thread = std::thread::spawn(|| {
            let layout = Layout::from_size_align(100, 8).unwrap();
            // The destructor of `LATE` is registered first, so it runs last.
            LATE.with(|late| late.0.set(Some(take(layout, Request::plain()))));
            let memory = take(layout, Request::plain());
            // SAFETY: as above.
            unsafe { InPool.release(memory, layout) };
            BLOCKS.with(|blocks| assert!(!blocks[1].first.get().is_null()));
        });
        thread.join().unwrap();
    }
}
