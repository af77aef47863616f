//! The allocator of all contenders: the system's allocator with a counter. Only
//! the rows about memory switch the counter on.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicIsize, AtomicU64, Ordering::Relaxed},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

// Ordering: Relaxed everywhere. The rows that count run on one thread.
static COUNTING: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicIsize = AtomicIsize::new(0);

/// The allocations between [`Tally::begin`] and [`Tally::end`].
#[derive(Debug, PartialEq, Eq)]
pub struct Tally {
    pub allocations: u64,
    /// The growth of the allocated bytes.
    pub bytes: isize,
}

impl Tally {
    pub fn begin() -> Self {
        COUNTING.store(true, Relaxed);
        Self::now()
    }

    /// Stops counting and returns the difference since `begin`.
    pub fn end(self) -> Self {
        COUNTING.store(false, Relaxed);
        let now = Self::now();
        Self {
            allocations: now.allocations - self.allocations,
            bytes: now.bytes - self.bytes,
        }
    }

    fn now() -> Self {
        Self {
            allocations: ALLOCATIONS.load(Relaxed),
            bytes: LIVE.load(Relaxed),
        }
    }
}

fn count(allocations: u64, new: usize, old: usize) {
    if COUNTING.load(Relaxed) {
        ALLOCATIONS.fetch_add(allocations, Relaxed);
        // The size of a layout always fits into an `isize`.
        LIVE.fetch_add(new.cast_signed() - old.cast_signed(), Relaxed);
    }
}

// SAFETY: every call passes its arguments on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size(), 0);
        // SAFETY: the caller upholds the contract of the same method.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size(), 0);
        // SAFETY: the caller upholds the contract of the same method.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size, layout.size());
        // SAFETY: the caller upholds the contract of the same method.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        count(0, 0, layout.size());
        // SAFETY: the caller upholds the contract of the same method.
        unsafe { System.dealloc(old, layout) }
    }
}
