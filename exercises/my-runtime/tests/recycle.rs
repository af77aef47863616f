//! The promises of `recycle`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use my_runtime::recycle::{Block, MOST, clear};

thread_local! {
    /// The bytes that this thread has allocated and not freed, and the number of its
    /// allocations.
    static USED: Cell<(isize, usize)> = const { Cell::new((0, 0)) };
}

struct Counting;

// SAFETY: everything is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (bytes, made) = USED.get();
        USED.set((bytes + layout.size().cast_signed(), made + 1));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let (bytes, made) = USED.get();
        USED.set((bytes - layout.size().cast_signed(), made));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `action` makes on this thread.
fn allocations(action: impl FnOnce()) -> usize {
    let before = USED.get().1;
    action();
    USED.get().1 - before
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).expect("a power of two")
}

#[test]
fn a_block_is_as_large_as_it_was_asked_for() {
    for size in [0, 1, 63, 64, 65, 128, 1000, 1024, 1025, 5000] {
        for align in [1, 8, 16, 64, 4096] {
            for _ in 0..2 {
                let block = Block::new(layout(size, align));
                let has = block.layout();
                assert!(has.size() >= size, "{} bytes instead of {size}", has.size());
                assert!(
                    has.align() >= align,
                    "an alignment of {} instead of {align}",
                    has.align()
                );
            }
        }
    }
}

#[test]
fn the_memory_of_a_dropped_block_serves_the_next_one() {
    drop(Block::new(layout(100, 8)));
    // The list may have allocated room for itself.
    drop(Block::new(layout(100, 8)));
    let made = allocations(|| {
        for size in [100, 65, 128] {
            drop(Block::new(layout(size, 8)));
        }
    });
    assert_eq!(made, 0, "these three sizes share a list");
}

#[test]
fn a_block_serves_one_owner_at_a_time() {
    drop(Block::new(layout(100, 8)));
    let (first, second) = (Block::new(layout(100, 8)), Block::new(layout(100, 8)));
    let (one, two) = (first.address(), second.address());
    // If they were the same memory, it must not be freed twice.
    mem::forget((first, second));
    assert_ne!(one, two, "two owners got the same memory");
}

#[test]
fn the_memory_of_a_leaked_block_is_never_used_again() {
    let leaked = Block::new(layout(200, 8));
    let address = leaked.address();
    mem::forget(leaked);
    for _ in 0..3 {
        let block = Block::new(layout(200, 8));
        let other = block.address();
        mem::forget(block);
        assert_ne!(other, address, "the leaked block was used again");
    }
}

#[test]
fn a_block_with_a_large_alignment_is_at_its_alignment() {
    // Free blocks of this size, at all kinds of addresses.
    let blocks: Vec<_> = (0..20).map(|_| Block::new(layout(192, 8))).collect();
    drop(blocks);
    let blocks: Vec<_> = (0..20).map(|_| Block::new(layout(192, 64))).collect();
    let addresses: Vec<_> = blocks.iter().map(Block::address).collect();
    drop(blocks);
    for address in addresses {
        assert!(address.is_multiple_of(64), "{address:#x} is not a multiple of 64");
    }
}

/// How many of these blocks are new memory. The others are from the lists.
fn allocated(count: usize, size: usize, blocks: &mut Vec<Block>) -> usize {
    blocks.reserve(count);
    allocations(|| blocks.extend((0..count).map(|_| Block::new(layout(size, 8)))))
}

#[test]
fn a_thread_keeps_a_limited_number_of_blocks() {
    clear();
    let (before, _) = USED.get();
    let mut blocks = Vec::new();
    allocated(3 * MOST, 1024, &mut blocks);
    drop(blocks);
    let mut blocks = Vec::new();
    let kept = 3 * MOST - allocated(3 * MOST, 1024, &mut blocks);
    assert_eq!(kept, MOST, "blocks that were kept");
    drop(blocks);
    clear();
    assert_eq!(USED.get().0, before, "bytes that were not freed, or freed too often");
}

#[test]
fn each_size_has_its_own_limit() {
    clear();
    let mut blocks = Vec::new();
    for size in [64, 1024] {
        allocated(MOST, size, &mut blocks);
    }
    drop(blocks);
    for size in [64, 1024] {
        let kept = MOST - allocated(MOST, size, &mut Vec::new());
        assert_eq!(kept, MOST, "blocks of {size} bytes that were kept");
    }
}

#[test]
fn all_memory_is_freed_with_the_layout_of_its_allocation() {
    clear();
    let (before, _) = USED.get();
    for size in [1025, 1024, 1000, 100, 40, 0, 40, 100, 1000] {
        for align in [1, 16, 64] {
            drop(Block::new(layout(size, align)));
        }
    }
    clear();
    assert_eq!(USED.get().0, before, "bytes that were not freed, or freed too often");
}

/// Gives a block to its action when its thread ends, and stores the result. The result
/// is `None` if the action has panicked.
struct Late {
    block: Option<Block>,
    action: fn(Block) -> isize,
    result: Arc<Mutex<Option<isize>>>,
}

impl Drop for Late {
    fn drop(&mut self) {
        let Some(block) = self.block.take() else { return };
        let ran = catch_unwind(AssertUnwindSafe(|| (self.action)(block)));
        *self.result.lock().expect("no panic under this lock") = ran.ok();
    }
}

/// Runs an action in a thread whose lists are gone.
fn after_the_lists(action: fn(Block) -> isize) -> Option<isize> {
    thread_local! {
        static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
    }
    let result = Arc::new(Mutex::new(None));
    let report = Arc::clone(&result);
    let thread = std::thread::spawn(move || {
        // What a thread used first is dropped last.
        LATE.set(None);
        drop(Block::new(layout(100, 8)));
        let block = Some(Block::new(layout(100, 8)));
        LATE.set(Some(Late { block, action, result: report }));
    });
    thread.join().expect("the thread ends");
    *result.lock().expect("no panic under this lock")
}

#[test]
fn a_block_may_be_dropped_after_the_lists_of_its_thread() {
    let left = after_the_lists(|block| {
        let (size, before) = (block.layout().size().cast_signed(), USED.get().0);
        drop(block);
        size - (before - USED.get().0)
    });
    assert!(left.is_some(), "the destructor of the block has panicked");
    assert_eq!(left, Some(0), "bytes of the block that were not freed");
}

#[test]
fn a_block_may_be_made_after_the_lists_of_its_thread() {
    let made = after_the_lists(|_block| {
        let before = USED.get().1;
        drop(Block::new(layout(100, 8)));
        (USED.get().1 - before).cast_signed()
    });
    assert!(made.is_some(), "a block that is made now must not need the lists");
    assert_eq!(made, Some(1), "allocations");
}
