//! Exercise `wakers/raw-vtable`: sixty-four wakers that share one allocation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;
// You will also need `std::task::{RawWaker, RawWakerVTable}`.

/// Sixty-four marks, one for each waker.
///
/// The alignment is 64, so the last six bits of the address are zero. A pointer to
/// `Marks` can hold the number of a mark in these bits.
#[derive(Default)]
#[repr(align(64))]
pub struct Marks {
    woken: AtomicU64,
}

impl Marks {
    /// Returns all marks and clears them. Bit `n` is the mark of waker `n`.
    pub fn take(&self) -> u64 {
        // Pairs with the Release in `wake`.
        self.woken.swap(0, Ordering::Acquire)
    }

    /// Sets the mark of one waker. The other marks stay as they are.
    pub fn wake(&self, number: usize) {
        let _: &AtomicU64 = &self.woken;
        todo!("set mark {number}, and leave the other marks alone")
    }
}

/// Creates a waker that sets the mark of `number`. The waker owns one reference to
/// `marks` and allocates no memory.
///
/// # Panics
///
/// If `number` is 64 or more.
pub fn waker(marks: &Arc<Marks>, number: usize) -> Waker {
    assert!(number < 64, "there are sixty-four marks");
    let _: &Arc<Marks> = marks;
    todo!("make a waker that holds a reference to the marks and the number {number}")
}
