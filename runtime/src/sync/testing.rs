//! What the tests and the models of `sync` share.

use crate::primitives::AtomicUsize;
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, atomic::Ordering::SeqCst},
    task::{Context, Poll, Wake, Waker},
};

/// Polls once.
pub(crate) fn poll<F: Future + ?Sized>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

/// Polls once with a waker that does nothing.
pub(crate) fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    poll(future, Waker::noop())
}

/// Polls once a future that must be ready.
#[cfg(not(loom))]
#[track_caller]
pub(crate) fn at_once<F: Future>(future: F) -> F::Output {
    match poll_once(std::pin::pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future is pending"),
    }
}

/// A waker that counts its wakes.
pub(crate) struct Count(AtomicUsize);

impl Count {
    pub(crate) fn waker() -> (Waker, Arc<Self>) {
        let count = Arc::new(Self(AtomicUsize::new(0)));
        (Waker::from(Arc::clone(&count)), count)
    }

    pub(crate) fn wakes(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Runs a future to its end on this thread of a model. If a wake is lost, loom
/// reports a deadlock.
#[cfg(loom)]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(loom::sync::Notify);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.notify();
        }
    }
    let unpark = Arc::new(Unpark(loom::sync::Notify::new()));
    let waker = Waker::from(Arc::clone(&unpark));
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut(), &waker) {
            return output;
        }
        unpark.0.wait();
        // A future that wakes itself waits for another thread. Tell loom to run
        // that thread.
        loom::thread::yield_now();
    }
}

/// Wakers whose code does what no code may do under a lock.
#[cfg(not(loom))]
pub(crate) mod hostile_wakers {
    use super::{Arc, Wake, Waker};
    use std::task::{RawWaker, RawWakerVTable};

    /// A waker that panics when it wakes.
    pub(crate) fn panicking() -> Waker {
        struct Panics;
        impl Wake for Panics {
            fn wake(self: Arc<Self>) {
                panic!("a waker that panics, on purpose");
            }
        }
        Waker::from(Arc::new(Panics))
    }

    /// A waker that runs `code` whenever it is cloned, woken or dropped.
    pub(crate) fn calling(code: fn()) -> Waker {
        const fn raw(code: *const ()) -> RawWaker {
            RawWaker::new(code, &VTABLE)
        }
        unsafe fn run(code: *const ()) {
            // SAFETY: `calling` made the pointer from an `fn()`.
            let code = unsafe { std::mem::transmute::<*const (), fn()>(code) };
            code();
        }
        unsafe fn clone(code: *const ()) -> RawWaker {
            // SAFETY: the pointer is the waker's own.
            unsafe { run(code) };
            raw(code)
        }
        static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, run, run, run);
        // SAFETY: the waker owns nothing, so no function of the table can break
        // anything.
        unsafe { Waker::from_raw(raw(code as *const ())) }
    }
}
