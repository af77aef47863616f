//! The promises of the three futures, and their largest permitted sizes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::pin;
use std::task::Poll;

use state_machines::poll;
use state_machines::shapes::Page;
use state_machines_exercises::diet::{given, in_turn, noted};

const PAGE: usize = size_of::<Page>();

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: both methods pass their arguments on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: our caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: our caller keeps the contract of `dealloc`, and `alloc` used `System`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Polls a future to its end. Returns the note after each poll, and the output.
fn run(note: &Cell<u32>, future: impl Future<Output = u32>) -> (Vec<u32>, u32) {
    let mut future = pin!(future);
    let mut notes = Vec::new();
    loop {
        let polled = poll(future.as_mut());
        notes.push(note.get());
        if let Poll::Ready(sum) = polled {
            return (notes, sum);
        }
    }
}

fn assert_one_page(size: usize) {
    let limit = PAGE + 99;
    assert!(
        (PAGE..=limit).contains(&size),
        "the future has {size} bytes instead of {PAGE} to {limit}"
    );
}

#[test]
fn noted_stores_its_sum_before_it_waits() {
    let note = Cell::new(0);
    assert_eq!(
        run(&note, noted(&note)),
        (vec![1024, 1024], 1024),
        "the note after each poll, and the output"
    );
}

#[test]
fn noted_holds_no_page() {
    let size = size_of_val(&noted(&Cell::new(0)));
    assert!(size < 100, "the future has {size} bytes, and it must have less than 100");
}

#[test]
fn given_waits_once_and_adds_up_its_page() {
    assert_eq!(
        run(&Cell::new(7), given(Page::new())),
        (vec![7, 7], 1024),
        "the note after each poll, and the output"
    );
}

#[test]
fn given_holds_one_page() {
    let size = size_of_val(&given(Page::new()));
    assert_one_page(size);
}

#[test]
fn in_turn_stores_each_sum_after_its_wait() {
    let note = Cell::new(0);
    assert_eq!(
        run(&note, in_turn(&note)),
        (vec![0, 1024, 2048], 2048),
        "the note after each poll, and the output"
    );
}

#[test]
fn in_turn_never_holds_two_pages() {
    let size = size_of_val(&in_turn(&Cell::new(0)));
    assert_one_page(size);
}

#[test]
fn no_future_allocates() {
    let note = Cell::new(0);
    let before = ALLOCATIONS.get();
    let mut futures =
        (pin!(noted(&note)), pin!(given(Page::new())), pin!(in_turn(&note)));
    while poll(futures.0.as_mut()).is_pending() {}
    while poll(futures.1.as_mut()).is_pending() {}
    while poll(futures.2.as_mut()).is_pending() {}
    assert_eq!(ALLOCATIONS.get() - before, 0, "allocations");
}
