//! Exercise `wakers/raw-vtable`: sixty-four wakers out of one allocation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
// hole: begin
use std::task::{RawWaker, RawWakerVTable, Waker};
// hole: instead
//| use std::task::Waker;
//| // You will need `std::task::{RawWaker, RawWakerVTable}` too. A pointer's `map_addr`
//| // changes its address, and leaves alone what it may be used for.
// hole: end

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
        // hole: begin
        // Release: who takes the mark sees what was done before it was set.
        self.woken.fetch_or(1 << number, Ordering::Release);
        // hole: instead
        //| todo!("set the mark of {number} in {:?}", self.woken)
        // hole: end
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
    // hole: begin
    let data = Arc::into_raw(Arc::clone(marks));
    let data = data.map_addr(|address| address | number);
    // SAFETY: the four functions do what a waker's have to, for data that is a
    // reference to `Marks` with a number in its last bits; marks may be set by any
    // thread.
    unsafe { Waker::new(data.cast(), &VTABLE) }
    // hole: instead
    //| todo!("make a waker of {:p} and {number}", Arc::as_ptr(marks))
    // hole: end
}
// hole: begin

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// The marks, and the number.
fn parts(data: *const ()) -> (*const Marks, usize) {
    let number = data.addr() % align_of::<Marks>();
    (data.map_addr(|address| address - number).cast(), number)
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: the data of a waker is a reference that is counted.
    unsafe { Arc::increment_strong_count(parts(data).0) };
    RawWaker::new(data, &VTABLE)
}

unsafe fn wake(data: *const ()) {
    let (marks, number) = parts(data);
    // SAFETY: the waker is used up: its reference is ours.
    let marks = unsafe { Arc::from_raw(marks) };
    marks.wake(number);
}

unsafe fn wake_by_ref(data: *const ()) {
    let (marks, number) = parts(data);
    // SAFETY: the waker, and so the marks, are there for longer than this call.
    unsafe { &*marks }.wake(number);
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: as in `wake`.
    drop(unsafe { Arc::from_raw(parts(data).0) });
}
// hole: instead
// hole: end
