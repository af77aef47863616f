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

/// The sizes of blocks are this far apart, and [`FIRST`] is the first: what
/// glibc gives for a request is a multiple of 16, of which it keeps 8.
const STEP: usize = 16;
const FIRST: usize = 8;
/// Larger tasks, those above a kibibyte, are the allocator's business.
const CLASSES: usize = 65;
/// How many bytes a thread keeps at most, should so many of its tasks ever have
/// been there at once: a hundred thousand small ones.
const KEPT: usize = if cfg!(miri) { 8 << 10 } else { 8 << 20 };
/// What the system's allocator gives without being asked for more.
const ALIGN: usize = 16;

/// A block that is not in use holds the next one.
struct Free {
    next: *mut Free,
}

struct Blocks {
    first: [Cell<*mut Free>; CLASSES],
    /// The bytes of all that is kept.
    bytes: Cell<usize>,
}

thread_local! {
    static BLOCKS: Blocks = const {
        Blocks {
            first: [const { Cell::new(ptr::null_mut()) }; CLASSES],
            bytes: Cell::new(0),
        }
    };
}

/// The class of a layout, if it has one.
fn class(layout: Layout) -> Option<usize> {
    let class = layout.size().saturating_sub(FIRST).div_ceil(STEP);
    (class < CLASSES && layout.align() <= ALIGN).then_some(class)
}

const fn size_of_class(class: usize) -> usize {
    FIRST + class * STEP
}

/// The layout of every block of a class.
fn of_class(class: usize) -> Layout {
    Layout::from_size_align(size_of_class(class), ALIGN).expect("a small size and a power of two")
}

/// Memory for `layout`, uninitialized.
pub(super) fn allocate(layout: Layout) -> NonNull<u8> {
    let recycled = class(layout).and_then(|class| {
        let blocks = |blocks: &Blocks| blocks.pop(class);
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
    let kept = BLOCKS.try_with(|blocks| unsafe { blocks.push(block, class) });
    if kept != Ok(true) {
        // SAFETY: not kept, so it is the caller's still.
        unsafe { dealloc(block.as_ptr(), of_class(class)) };
    }
}

impl Blocks {
    fn pop(&self, class: usize) -> Option<NonNull<u8>> {
        let list = &self.first[class];
        let first = NonNull::new(list.get())?;
        // SAFETY: a block on the list is ours, and holds a `Free`.
        list.set(unsafe { first.as_ref().next });
        self.bytes.set(self.bytes.get() - size_of_class(class));
        Some(first.cast())
    }

    /// False if there are enough.
    ///
    /// # Safety
    /// The block is of this class, and nobody's.
    unsafe fn push(&self, block: NonNull<u8>, class: usize) -> bool {
        let bytes = self.bytes.get() + size_of_class(class);
        if bytes > KEPT {
            return false;
        }
        self.bytes.set(bytes);
        let free = block.cast::<Free>();
        let next = self.first[class].replace(free.as_ptr());
        // SAFETY: the block is large enough and aligned for a `Free`.
        unsafe { free.write(Free { next }) };
        true
    }
}

impl Drop for Blocks {
    fn drop(&mut self) {
        for class in 0..CLASSES {
            while let Some(block) = self.pop(class) {
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
            Layout::new::<[u64; 14]>(),
            Layout::new::<[u64; 15]>(),
            Layout::new::<[u64; 16]>(),
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
        for layout in [Layout::new::<Aligned>(), Layout::new::<[u64; 130]>()] {
            assert!(class(layout).is_none());
            let block = allocate(layout);
            assert_eq!(block.addr().get() % layout.align(), 0);
            // SAFETY: just allocated, with this layout.
            unsafe { release(block, layout) };
        }
    }

    #[test]
    fn a_thread_keeps_no_more_than_its_share() {
        let layout = Layout::new::<[u64; 127]>();
        let share = KEPT / size_of_class(class(layout).unwrap());
        let blocks: Vec<_> = (0..2 * share).map(|_| allocate(layout)).collect();
        for block in blocks {
            // SAFETY: just allocated, with this layout.
            unsafe { release(block, layout) };
        }
        let kept = BLOCKS.with(|blocks| blocks.bytes.get());
        assert!((KEPT - size_of_class(CLASSES)..=KEPT).contains(&kept));
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
