//! Helpers for the tests: a future that notices when it is moved, and a macro that
//! tells whether a type is `Unpin`.

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_by_hand::{Clock, Sleep};

/// What the [`Anchored`] futures of one test report.
#[derive(Clone, Default)]
pub struct Log(Rc<Events>);

#[derive(Default)]
struct Events {
    moved: Cell<u32>,
    alive: Cell<u32>,
    dropped: Cell<u32>,
}

impl Log {
    /// How often a future was found at another address than at its first poll.
    pub fn moved(&self) -> u32 {
        self.0.moved.get()
    }

    /// How many futures are alive.
    pub fn alive(&self) -> u32 {
        self.0.alive.get()
    }

    /// How many futures were dropped.
    pub fn dropped(&self) -> u32 {
        self.0.dropped.get()
    }
}

/// Sleeps, then is ready with its value. After its first poll, it must be polled and
/// dropped at the same address.
pub struct Anchored<T> {
    sleep: Sleep,
    value: Option<T>,
    address: *const (),
    log: Log,
    _pinned: PhantomPinned,
}

impl<T> Anchored<T> {
    /// Creates a future that is ready with `value` after some ticks.
    pub fn new(clock: &Clock, ticks: u64, value: T, log: &Log) -> Anchored<T> {
        log.0.alive.set(log.alive() + 1);
        Anchored {
            sleep: clock.sleep(ticks),
            value: Some(value),
            address: ptr::null(),
            log: log.clone(),
            _pinned: PhantomPinned,
        }
    }

    fn check_address(&self) {
        let here = ptr::from_ref(self).cast();
        if !self.address.is_null() && self.address != here {
            self.log.0.moved.set(self.log.moved() + 1);
        }
    }
}

impl<T> Future for Anchored<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // SAFETY: only the value is moved, and it is not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        this.check_address();
        this.address = ptr::from_ref(this).cast();
        assert!(this.value.is_some(), "`Anchored` polled after completion");
        match Pin::new(&mut this.sleep).poll(cx) {
            Poll::Ready(()) => Poll::Ready(this.value.take().expect("checked above")),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T> Drop for Anchored<T> {
    fn drop(&mut self) {
        self.check_address();
        self.log.0.alive.set(self.log.alive() - 1);
        self.log.0.dropped.set(self.log.dropped() + 1);
    }
}

/// Tells whether a type is `Unpin`.
#[macro_export]
macro_rules! is_unpin {
    ($type:ty) => {{
        // An inherent method is chosen before the method of a trait if its bound holds.
        struct Probe<T>(std::marker::PhantomData<T>);
        impl<T: Unpin> Probe<T> {
            #[allow(dead_code)]
            fn answer(&self) -> bool {
                true
            }
        }
        #[allow(dead_code)]
        trait Otherwise {
            fn answer(&self) -> bool {
                false
            }
        }
        impl<T> Otherwise for &Probe<T> {}
        (&Probe::<$type>(std::marker::PhantomData)).answer()
    }};
}
