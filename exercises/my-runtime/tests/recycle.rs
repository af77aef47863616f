//! The promises of `recycle`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

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
                assert!(block.layout().size() >= size, "{size} bytes");
                assert!(block.layout().align() >= align, "alignment {align}");
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
    assert!(addresses.iter().all(|address| address.is_multiple_of(64)), "{addresses:x?}");
}

#[test]
fn a_thread_keeps_a_limited_number_of_blocks() {
    clear();
    let (before, _) = USED.get();
    let blocks: Vec<_> = (0..3 * MOST).map(|_| Block::new(layout(1024, 8))).collect();
    drop(blocks);
    let kept = (USED.get().0 - before).cast_unsigned() / 1024;
    assert!((MOST..MOST + 4).contains(&kept), "{kept} blocks were kept");
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

/// Drops its block when its thread ends, and reports a panic.
struct Late(Option<Block>, Arc<AtomicBool>);

impl Drop for Late {
    fn drop(&mut self) {
        let block = self.0.take();
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(block)));
        // Relaxed: the other thread is joined before this is read.
        self.1.store(dropped.is_err(), Relaxed);
    }
}

#[test]
fn a_block_may_be_dropped_after_the_lists_of_its_thread() {
    thread_local! {
        static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
    }
    let panicked = Arc::new(AtomicBool::new(false));
    let report = Arc::clone(&panicked);
    let thread = std::thread::spawn(move || {
        // What a thread used first is dropped last.
        LATE.set(None);
        drop(Block::new(layout(100, 8)));
        LATE.set(Some(Late(Some(Block::new(layout(100, 8))), report)));
    });
    thread.join().expect("the thread ends");
    // Relaxed: the thread was joined.
    assert!(!panicked.load(Relaxed), "the destructor of the block has panicked");
}
