//! The allocator of all contenders: the system's, with a counter that is off
//! unless a row is about memory.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicIsize, AtomicU64, Ordering::Relaxed},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

// Ordering: Relaxed throughout. The rows that count run on one thread.
static COUNTING: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicIsize = AtomicIsize::new(0);

/// What the heap went through between [`Tally::begin`] and [`Tally::end`].
#[derive(Debug, PartialEq, Eq)]
pub struct Tally {
    pub allocations: u64,
    /// How many more bytes are allocated than before.
    pub bytes: isize,
}

impl Tally {
    pub fn begin() -> Self {
        COUNTING.store(true, Relaxed);
        Self::now()
    }

    /// What has happened since.
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
        // A layout's size always fits.
        LIVE.fetch_add(new.cast_signed() - old.cast_signed(), Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size(), 0);
        // SAFETY: the caller's promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size(), 0);
        // SAFETY: the caller's promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size, layout.size());
        // SAFETY: the caller's promises.
        unsafe { System.realloc(old, layout, size) }
    }

    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        count(0, 0, layout.size());
        // SAFETY: the caller's promises.
        unsafe { System.dealloc(old, layout) }
    }
}
