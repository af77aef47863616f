//! Exercise `wakers/raw-vtable`: sixty-four wakers out of one allocation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;
// You will need `std::task::{RawWaker, RawWakerVTable}` too. A pointer's `map_addr`
// changes its address, and leaves alone what it may be used for.

/// Sixty-four marks. It lies at an address whose last six bits are zero, so a
/// pointer to it has room for the number of one of them.
#[derive(Default)]
#[repr(align(64))]
pub struct Marks {
    woken: AtomicU64,
}

impl Marks {
    /// Takes the marks of all that have been woken: bit `n` is that of number `n`.
    pub fn take(&self) -> u64 {
        // Acquire: pairs with `wake`.
        self.woken.swap(0, Ordering::Acquire)
    }

    /// Sets the mark of one, and leaves those of the others.
    pub fn wake(&self, number: usize) {
        todo!("set the mark of {number} in {:?}", self.woken)
    }
}

/// A waker that sets the mark of `number`. It is a reference to `marks`, and it
/// needs no memory of its own.
///
/// # Panics
///
/// If there is no such mark.
pub fn waker(marks: &Arc<Marks>, number: usize) -> Waker {
    assert!(number < 64, "there are sixty-four marks");
    todo!("make a waker of {:p} and {number}", Arc::as_ptr(marks))
}
