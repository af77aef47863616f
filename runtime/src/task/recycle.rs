//! Memory of tasks that have ended, kept for those that are to come.
//!
//! Each thread keeps some blocks of each size. A task that is spawned soon
//! after another has ended takes its block, which is still in the cache, and
//! asks the allocator nothing. The blocks are the global allocator's: one that
//! is freed on another thread than it was taken on changes hands without harm.

use std::{
    alloc::{Layout, alloc, dealloc, handle_alloc_error},
    cell::Cell,
    ptr::{self, NonNull},
};

/// Blocks come in multiples of this.
const STEP: usize = 64;
/// Larger tasks are the allocator's business.
const CLASSES: usize = 16;
/// How many bytes of each class a thread keeps: four mebibytes in all, should
/// it ever have had that many tasks of every size.
const KEPT: usize = 256 * 1024;
/// What the system's allocator gives without being asked for more.
const ALIGN: usize = 16;

/// A block that is not in use holds the next one.
struct Free {
    next: *mut Free,
}

struct Class {
    first: Cell<*mut Free>,
    length: Cell<usize>,
}

struct Blocks([Class; CLASSES]);

thread_local! {
    static BLOCKS: Blocks = const {
        Blocks([const { Class { first: Cell::new(ptr::null_mut()), length: Cell::new(0) } }; CLASSES])
    };
}

/// The class of a layout, if it has one.
fn class(layout: Layout) -> Option<usize> {
    let class = layout.size().div_ceil(STEP);
    (1..=CLASSES)
        .contains(&class)
        .then_some(class - 1)
        .filter(|_| layout.align() <= ALIGN)
}

/// The layout of every block of a class.
fn of_class(class: usize) -> Layout {
    Layout::from_size_align((class + 1) * STEP, ALIGN).expect("a small size and a power of two")
}

/// How many blocks of a class are kept.
fn most(class: usize) -> usize {
    KEPT / of_class(class).size()
}

/// Memory for `layout`, uninitialized.
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    let recycled = class(layout).and_then(|class| {
        let blocks = |blocks: &Blocks| blocks.0[class].pop();
        BLOCKS.try_with(blocks).ok().flatten()
    });
    if let Some(block) = recycled {
        return block;
    }
    let layout = class(layout).map_or(layout, of_class);
    assert!(layout.size() > 0, "a task has a header");
    // SAFETY: the size is not zero.
    let block = unsafe { alloc(layout) };
    NonNull::new(block).unwrap_or_else(|| handle_alloc_error(layout))
}

/// Takes memory back.
///
/// # Safety
/// `block` came from [`allocate`] with this layout, and is not used any more.
pub(super) unsafe fn release(block: NonNull<u8>, layout: Layout) {
    let Some(class) = class(layout) else {
        // SAFETY: the caller's promise.
        return unsafe { dealloc(block.as_ptr(), layout) };
    };
    // SAFETY: the caller's promise; the block is of this class.
    let kept = BLOCKS.try_with(|blocks| unsafe { blocks.0[class].push(block, most(class)) });
    if kept != Ok(true) {
        // SAFETY: not kept, so it is the caller's still.
        unsafe { dealloc(block.as_ptr(), of_class(class)) };
    }
}

impl Class {
    fn pop(&self) -> Option<NonNull<u8>> {
        let first = NonNull::new(self.first.get())?;
        // SAFETY: a block on the list is ours, and holds a `Free`.
        self.first.set(unsafe { first.as_ref().next });
        self.length.set(self.length.get() - 1);
        Some(first.cast())
    }

    /// False if there are enough.
    ///
    /// # Safety
    /// The block is of this class, and nobody's.
    unsafe fn push(&self, block: NonNull<u8>, most: usize) -> bool {
        if self.length.get() >= most {
            return false;
        }
        let free = block.cast::<Free>();
        let next = self.first.replace(free.as_ptr());
        // SAFETY: the block is large enough and aligned for a `Free`.
        unsafe { free.write(Free { next }) };
        self.length.set(self.length.get() + 1);
        true
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        for (class, list) in self.0.iter().enumerate() {
            while let Some(block) = list.pop() {
                // SAFETY: a block of this class, off the list.
                unsafe { dealloc(block.as_ptr(), of_class(class)) };
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_used_again_by_its_size_alone() {
        let (small, same, large) = (
            Layout::new::<[u64; 9]>(),
            Layout::new::<[u64; 16]>(),
            Layout::new::<[u64; 17]>(),
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
    fn what_is_too_large_or_too_aligned_is_the_allocators() {
        #[repr(align(64))]
        struct Aligned(#[expect(dead_code, reason = "for its size")] [u8; 64]);
        for layout in [Layout::new::<Aligned>(), Layout::new::<[u64; 129]>()] {
            assert!(class(layout).is_none());
            let block = allocate(layout);
            assert_eq!(block.addr().get() % layout.align(), 0);
            // SAFETY: just allocated, with this layout.
            unsafe { release(block, layout) };
        }
    }

    #[test]
    fn a_thread_keeps_no_more_than_its_share() {
        let layout = Layout::new::<[u64; 40]>();
        let class = class(layout).unwrap();
        let blocks: Vec<_> = (0..2 * most(class)).map(|_| allocate(layout)).collect();
        for block in blocks {
            // SAFETY: just allocated, with this layout.
            unsafe { release(block, layout) };
        }
        let kept = BLOCKS.with(|blocks| blocks.0[class].length.get());
        assert_eq!(kept, most(class));
    }

    #[test]
    fn a_block_may_be_released_on_another_thread() {
        struct Sent(NonNull<u8>);
        // SAFETY: a block belongs to whoever holds it.
        unsafe impl Send for Sent {}

        let layout = Layout::new::<[u64; 20]>();
        let block = Sent(allocate(layout));
        let release = move || {
            let Sent(block) = { block };
            // SAFETY: allocated with this layout, and given away.
            unsafe { release(block, layout) };
        };
        std::thread::spawn(release).join().unwrap();
    }
}
