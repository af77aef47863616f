//! The references of a waker, counted as `Rc` counts them: without atomics. It compiles,
//! and it is unsound.

use std::thread;

// ANCHOR: rc_waker
/// Stands for a waker that holds an `Rc`. The pointer leads to the count.
struct RcWaker(*mut usize);

// SAFETY: this is wrong. Two threads may change the count at the same time.
unsafe impl Send for RcWaker {}

impl RcWaker {
    fn add_reference(&self) -> RcWaker {
        // SAFETY: this is wrong for the same reason.
        unsafe { *self.0 += 1 };
        RcWaker(self.0)
    }

    fn give_back(self) {
        // SAFETY: this is wrong for the same reason.
        unsafe { *self.0 -= 1 };
    }
}

fn main() {
    let waker = RcWaker(Box::leak(Box::new(1)));
    let for_device = waker.add_reference();
    let device = thread::spawn(move || for_device.give_back());
    waker.give_back();
    device.join().expect("the device ends");
}
// ANCHOR_END: rc_waker
