//! Exercise `wakers/raw-vtable`: sixty-four wakers that share one allocation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
// hole: begin
use std::task::{RawWaker, RawWakerVTable, Waker};
// hole: instead
//| use std::task::Waker;
//| // You will also need `std::task::{RawWaker, RawWakerVTable}`.
// hole: end

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
        // hole: begin
        // Pairs with the Acquire in `take`.
        self.woken.fetch_or(1 << number, Ordering::Release);
        // hole: instead
        //| let _: &AtomicU64 = &self.woken;
        //| todo!("set mark {number}, and leave the other marks alone")
        // hole: end
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
    // hole: begin
    let data = Arc::into_raw(Arc::clone(marks));
    let data = data.map_addr(|address| address | number);
    // SAFETY: `VTABLE` keeps the contract of `RawWaker` for a counted reference to
    // `Marks` with a number in its last six bits. Any thread may set marks.
    unsafe { Waker::new(data.cast(), &VTABLE) }
    // hole: instead
    //| let _: &Arc<Marks> = marks;
    //| todo!("make a waker that holds a reference to the marks and the number {number}")
    // hole: end
}
// hole: begin

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// Splits the data of a waker into the pointer and the number.
fn parts(data: *const ()) -> (*const Marks, usize) {
    let number = data.addr() % align_of::<Marks>();
    (data.map_addr(|address| address - number).cast(), number)
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: the data belongs to a waker, so it is a counted reference.
    unsafe { Arc::increment_strong_count(parts(data).0) };
    RawWaker::new(data, &VTABLE)
}

unsafe fn wake(data: *const ()) {
    let (marks, number) = parts(data);
    // SAFETY: the call uses the waker up, so its reference is ours now.
    let marks = unsafe { Arc::from_raw(marks) };
    marks.wake(number);
}

unsafe fn wake_by_ref(data: *const ()) {
    let (marks, number) = parts(data);
    // SAFETY: the waker outlives this call, and its reference keeps the marks alive.
    unsafe { &*marks }.wake(number);
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: as in `wake`.
    drop(unsafe { Arc::from_raw(parts(data).0) });
}
// hole: instead
// hole: end
