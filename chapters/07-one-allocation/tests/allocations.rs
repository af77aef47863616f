//! Counts what a spawn allocates. The counter is the allocator of this whole program, so
//! these claims are in one test.

use std::alloc::{GlobalAlloc, Layout, System};
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Relaxed: this program has one thread.
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations `action` makes.
fn allocations<R>(action: impl FnOnce() -> R) -> (usize, R) {
    let before = ALLOCATIONS.load(Relaxed);
    let result = action();
    (ALLOCATIONS.load(Relaxed) - before, result)
}

#[test]
fn a_spawn_is_one_allocation_here_and_three_on_the_first_page() {
    let one = one_allocation::Executor::new();
    let three = executor::Executor::new();
    // The first spawn also makes room in the list and in the queue.
    let _first = (one.spawn(pending::<()>()), three.spawner().spawn(pending::<()>()));
    let (count, _task) = allocations(|| one.spawn(pending::<()>()));
    assert_eq!(count, 1);
    let spawner = three.spawner();
    let (count, _task) = allocations(|| spawner.spawn(pending::<()>()));
    assert_eq!(count, 3);
}
