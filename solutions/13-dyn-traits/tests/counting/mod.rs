//! An allocator that counts. The tests of this folder use it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// How many allocations this thread has made, and how many of them it has freed.
    static ALLOCATED: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

struct Counting;

// SAFETY: everything is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (made, freed) = ALLOCATED.get();
        ALLOCATED.set((made + 1, freed));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let (made, freed) = ALLOCATED.get();
        ALLOCATED.set((made, freed + 1));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `action` makes, and how many it frees.
pub fn count(action: impl FnOnce()) -> (usize, usize) {
    let (made, freed) = ALLOCATED.get();
    action();
    let (made_now, freed_now) = ALLOCATED.get();
    (made_now - made, freed_now - freed)
}
