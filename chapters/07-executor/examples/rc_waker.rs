//! A waker that counts its references with `Rc`. It compiles, and it is unsound.

use std::cell::Cell;
use std::rc::Rc;
use std::task::{RawWaker, RawWakerVTable, Waker};
use std::thread;

// ANCHOR: rc_waker
static VTABLE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: this is wrong. Another thread may change the count at the same time.
        unsafe { Rc::increment_strong_count(data.cast::<Cell<bool>>()) };
        RawWaker::new(data, &VTABLE)
    },
    // SAFETY: wrong for the same reason.
    |data| unsafe { Rc::from_raw(data.cast::<Cell<bool>>()) }.set(true),
    // SAFETY: wrong for the same reason.
    |data| unsafe { &*data.cast::<Cell<bool>>() }.set(true),
    // SAFETY: wrong for the same reason.
    |data| drop(unsafe { Rc::from_raw(data.cast::<Cell<bool>>()) }),
);

fn main() {
    let woken = Rc::new(Cell::new(false));
    // SAFETY: wrong. A `Waker` may go to any thread, and an `Rc` may not.
    let waker = unsafe { Waker::new(Rc::into_raw(Rc::clone(&woken)).cast(), &VTABLE) };
    let device = thread::spawn({
        let waker = waker.clone();
        move || waker.wake()
    });
    drop(waker);
    println!("woken: {}", woken.get());
    device.join().expect("the device ends");
}
// ANCHOR_END: rc_waker
