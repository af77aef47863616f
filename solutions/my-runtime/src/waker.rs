//! Exercise `wakers/waker`: a waker by hand, and the smallest executor.
//!
//! `Parker` is complete. You write the waker, its table of functions, and `block_on`.

// hole: begin
use std::pin::pin;
// hole: instead
// hole: end
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
// hole: begin
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};
// hole: instead
//| use std::task::Waker;
//| // You will also need `Context`, `Poll`, `RawWaker` and `RawWakerVTable`.
// hole: end
use std::thread::{self, Thread};
use std::time::Instant;

/// Lets one thread sleep until another thread wakes it.
pub struct Parker {
    /// Another thread called `unpark`, and the owner has not noticed yet.
    woken: AtomicBool,
    /// The owner.
    thread: Thread,
}

impl Parker {
    /// Creates a parker for the current thread.
    pub fn new() -> Arc<Parker> {
        Arc::new(Parker { woken: AtomicBool::new(false), thread: thread::current() })
    }

    /// Wakes the owner. If it is awake, its next `park` returns at once.
    pub fn unpark(&self) {
        // Pairs with the Acquire swap in `park_until`.
        if !self.woken.swap(true, Release) {
            self.thread.unpark();
        }
    }

    /// Sleeps until `unpark` is called. Only the owner may call this.
    pub fn park(&self) {
        self.park_until(None);
    }

    /// Sleeps until `unpark` is called or `deadline` has passed. Only the owner may
    /// call this.
    pub fn park_until(&self, deadline: Option<Instant>) {
        // Pairs with the Release swap in `unpark`. The loop covers a `thread::park`
        // that returns early.
        while !self.woken.swap(false, Acquire) {
            let Some(deadline) = deadline else {
                thread::park();
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::park_timeout(left);
        }
    }
}

/// Creates a waker that unparks `parker`. The waker owns this reference.
pub fn waker(parker: Arc<Parker>) -> Waker {
    // hole: begin
    let data = Arc::into_raw(parker).cast();
    // SAFETY: `VTABLE` keeps the contract of `RawWaker` for data that came from
    // `Arc::<Parker>::into_raw`. Any thread may use a `Parker`.
    unsafe { Waker::new(data, &VTABLE) }
    // hole: instead
    //| drop(parker);
    //| todo!("make a waker of this reference and a table of four functions")
    // hole: end
}
// hole: begin

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// Adds one reference.
unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: `data` belongs to a waker, so it is a counted reference.
    unsafe { Arc::increment_strong_count(data.cast::<Parker>()) };
    RawWaker::new(data, &VTABLE)
}

/// Unparks, and gives the waker's reference back.
unsafe fn wake(data: *const ()) {
    // SAFETY: the call uses the waker up, so its reference is ours now.
    let parker = unsafe { Arc::from_raw(data.cast::<Parker>()) };
    parker.unpark();
}

/// Unparks, and keeps the waker's reference.
unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: the waker outlives this call, and its reference keeps the parker alive.
    let parker = unsafe { &*data.cast::<Parker>() };
    parker.unpark();
}

/// Gives the waker's reference back.
unsafe fn drop_waker(data: *const ()) {
    // SAFETY: as in `wake`.
    drop(unsafe { Arc::from_raw(data.cast::<Parker>()) });
}
// hole: instead
// hole: end

/// Runs `future` on the current thread until it is ready. The thread sleeps when
/// the future is pending and no wake has arrived.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // hole: begin
    let parker = Parker::new();
    let waker = waker(Arc::clone(&parker));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        parker.park();
    }
    // hole: instead
    //| drop(future);
    //| todo!("poll the future, and park between the polls")
    // hole: end
}
