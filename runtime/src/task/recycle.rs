//! Free lists: the memory of finished tasks serves the next ones.
//!
//! Each thread keeps one list of free blocks for each size class. A new task takes
//! the block of a task that has just ended, so it does not call the allocator, and
//! the block is still in the cache. All blocks come from the global allocator, so
//! a block may be released on another thread than the one that allocated it.

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error},
    cell::Cell,
    ptr::{self, NonNull},
};

/// The size of the smallest class, and the distance to the next. The sizes of most
/// tasks are multiples of 8, so the classes add nothing to what a task needs.
const STEP: usize = 8;
/// The number of classes. The largest has 1,032 bytes, and larger tasks go to the
/// allocator.
const CLASSES: usize = 129;
/// The most bytes that a thread keeps: a hundred thousand small tasks.
const MAX_KEPT_BYTES: usize = if cfg!(miri) { 8 << 10 } else { 8 << 20 };
/// The alignment of all blocks, which the allocator gives without extra work.
const ALIGN: usize = 16;

/// The content of a free block.
struct FreeBlock {
    next: *mut FreeBlock,
}

/// The free lists of a thread.
///
/// # Invariants
/// - **R1**: Each block on `first[class]` was allocated with the layout of `class`,
///   holds a `FreeBlock`, and is used by nothing else.
struct FreeLists {
    first: [Cell<*mut FreeBlock>; CLASSES],
    /// The bytes of all blocks on the lists.
    bytes: Cell<usize>,
}

thread_local! {
    static FREE: FreeLists = const {
        FreeLists {
            first: [const { Cell::new(ptr::null_mut()) }; CLASSES],
            bytes: Cell::new(0),
        }
    };
}

/// The class of a layout, or `None` for the allocator.
fn class(layout: Layout) -> Option<usize> {
    let class = layout.size().saturating_sub(STEP).div_ceil(STEP);
    (class < CLASSES && layout.align() <= ALIGN).then_some(class)
}

const fn size_of_class(class: usize) -> usize {
    STEP + class * STEP
}

fn layout_of_class(class: usize) -> Layout {
    Layout::from_size_align(size_of_class(class), ALIGN).expect("a small size and a power of two")
}

/// Memory for `layout`, uninitialized.
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    let recycled = class(layout).and_then(|class| {
        let pop = |free: &FreeLists| free.pop(class);
        FREE.try_with(pop).ok().flatten()
    });
    if let Some(block) = recycled {
        return block;
    }
    let layout = class(layout).map_or(layout, layout_of_class);
    assert!(layout.size() > 0, "a task has a header");
    // SAFETY: the line above checks that the size is not zero.
    let block = unsafe { alloc(layout) };
    NonNull::new(block).unwrap_or_else(|| handle_alloc_error(layout))
}

/// Puts a block on this thread's free list, or gives it to the allocator.
///
/// # Safety
/// `block` came from [`allocate`] with this layout, and the caller never uses it
/// again.
pub(super) unsafe fn release(block: NonNull<u8>, layout: Layout) {
    let Some(class) = class(layout) else {
        // SAFETY: without a class, `allocate` took the block from the allocator with
        // this layout.
        return unsafe { dealloc(block.as_ptr(), layout) };
    };
    // SAFETY: R1: `allocate` used the layout of this class, and the caller gives the
    // block away.
    let is_kept = FREE.try_with(|free| unsafe { free.push(block, class) });
    if is_kept != Ok(true) {
        // SAFETY: the block is on no list, and has the layout of this class.
        unsafe { dealloc(block.as_ptr(), layout_of_class(class)) };
    }
}

// ANCHOR: lists
impl FreeLists {
    fn pop(&self, class: usize) -> Option<NonNull<u8>> {
        let list = &self.first[class];
        let first = NonNull::new(list.get())?;
        // SAFETY: R1: a block on the list holds a `FreeBlock`.
        list.set(unsafe { first.as_ref().next });
        self.bytes.set(self.bytes.get() - size_of_class(class));
        Some(first.cast())
    }

    /// False if the thread has enough free blocks.
    ///
    /// # Safety
    /// The block was allocated with the layout of this class, and the caller gives
    /// it away.
    unsafe fn push(&self, block: NonNull<u8>, class: usize) -> bool {
        let bytes = self.bytes.get() + size_of_class(class);
        if bytes > MAX_KEPT_BYTES {
            return false;
        }
        self.bytes.set(bytes);
        let free = block.cast::<FreeBlock>();
        let next = self.first[class].replace(free.as_ptr());
        // SAFETY: R1: every class is large enough and aligned for a `FreeBlock`.
        unsafe { free.write(FreeBlock { next }) };
        true
    }
}
// ANCHOR_END: lists

impl Drop for FreeLists {
    fn drop(&mut self) {
        for class in 0..CLASSES {
            while let Some(block) = self.pop(class) {
                // SAFETY: R1: the block has the layout of this class, and it is off
                // the list now.
                unsafe { dealloc(block.as_ptr(), layout_of_class(class)) };
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_block_serves_the_next_task_of_its_size_class() {
        let (small, same, large) = (
            Layout::new::<[u8; 105]>(),
            Layout::new::<[u8; 112]>(),
            Layout::new::<[u8; 113]>(),
        );
        let block = allocate(small);
        // SAFETY: just allocated, with this layout.
        unsafe { release(block, small) };
        let other = allocate(large);
        assert_ne!(block, other);
        let again = allocate(same);
        assert_eq!(block, again);
        // SAFETY: just allocated, with these layouts.
        unsafe {
            release(again, same);
            release(other, large);
        }
    }

    #[test]
    fn blocks_that_are_too_large_or_too_aligned_come_from_the_allocator() {
        #[repr(align(64))]
        struct Aligned(#[expect(dead_code, reason = "only its size matters")] [u8; 64]);
        for layout in [Layout::new::<Aligned>(), Layout::new::<[u64; 130]>()] {
            assert!(class(layout).is_none());
            let block = allocate(layout);
            assert_eq!(block.addr().get() % layout.align(), 0);
            // SAFETY: just allocated, with this layout.
            unsafe { release(block, layout) };
        }
    }

    #[test]
    fn a_thread_keeps_a_limited_number_of_bytes() {
        let layout = Layout::new::<[u64; 127]>();
        let share = MAX_KEPT_BYTES / size_of_class(class(layout).unwrap());
        let blocks: Vec<_> = (0..2 * share).map(|_| allocate(layout)).collect();
        for block in blocks {
            // SAFETY: just allocated, with this layout.
            unsafe { release(block, layout) };
        }
        let kept = FREE.with(|free| free.bytes.get());
        assert!((MAX_KEPT_BYTES - size_of_class(CLASSES)..=MAX_KEPT_BYTES).contains(&kept));
    }

    #[test]
    fn a_block_may_be_released_on_another_thread() {
        struct Sent(NonNull<u8>);
        // SAFETY: the owner of the pointer owns the block.
        unsafe impl Send for Sent {}

        let layout = Layout::new::<[u64; 20]>();
        let block = Sent(allocate(layout));
        let release = move || {
            let Sent(block) = { block };
            // SAFETY: allocated with this layout, and not used again.
            unsafe { release(block, layout) };
        };
        std::thread::spawn(release).join().unwrap();
    }
}
