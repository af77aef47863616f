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

/// Polls once, on behalf of nobody.
pub(crate) fn glance<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    poll(future, Waker::noop())
}

/// Polls what must be ready at once.
#[cfg(not(loom))]
pub(crate) fn at_once<F: Future>(future: F) -> F::Output {
    match glance(std::pin::pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it had to wait"),
    }
}

/// A waker that counts.
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

/// Runs a future to its end on this thread of a model. Should a wake be lost,
/// loom reports that nobody can go on.
#[cfg(loom)]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    struct Bell(loom::sync::Notify);
    impl Wake for Bell {
        fn wake(self: Arc<Self>) {
            self.0.notify();
        }
    }
    let bell = Arc::new(Bell(loom::sync::Notify::new()));
    let waker = Waker::from(Arc::clone(&bell));
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut(), &waker) {
            return output;
        }
        bell.0.wait();
        // Who wakes itself waits for another thread, of whom loom must know.
        loom::thread::yield_now();
    }
}

/// Wakers of strangers: what may never happen under a lock.
#[cfg(not(loom))]
pub(crate) mod strangers {
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
    pub(crate) fn meddling(code: fn()) -> Waker {
        const fn raw(code: *const ()) -> RawWaker {
            RawWaker::new(code, &VTABLE)
        }
        unsafe fn run(code: *const ()) {
            // SAFETY: made of such a function below.
            let code = unsafe { std::mem::transmute::<*const (), fn()>(code) };
            code();
        }
        unsafe fn clone(code: *const ()) -> RawWaker {
            // SAFETY: as for `run`.
            unsafe { run(code) };
            raw(code)
        }
        static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, run, run, run);
        // SAFETY: it owns nothing, so it may do as it likes.
        unsafe { Waker::from_raw(raw(code as *const ())) }
    }
}
