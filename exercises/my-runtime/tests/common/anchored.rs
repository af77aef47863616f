//! A future that notices when it is moved.

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What the [`Anchored`] futures of one test report.
#[derive(Clone, Default)]
pub struct Log(Rc<Events>);

#[derive(Default)]
struct Events {
    moved: Cell<u32>,
    dropped: Cell<u32>,
}

impl Log {
    /// How often a future was found at another address than at its first poll.
    pub fn moved(&self) -> u32 {
        self.0.moved.get()
    }

    /// How many futures were dropped.
    pub fn dropped(&self) -> u32 {
        self.0.dropped.get()
    }
}

/// Is pending for some polls, then ready with its value. After its first poll, it
/// must be polled and dropped at the same address.
pub struct Anchored<T> {
    pending: u32,
    value: Option<T>,
    address: *const (),
    log: Log,
    _pinned: PhantomPinned,
}

impl<T> Anchored<T> {
    /// Returns `Pending` this many times before it is ready with `value`.
    pub fn new(pending: u32, value: T, log: &Log) -> Anchored<T> {
        let (value, address) = (Some(value), ptr::null());
        Anchored { pending, value, address, log: log.clone(), _pinned: PhantomPinned }
    }

    fn check_address(&self) {
        if !self.address.is_null() && self.address != ptr::from_ref(self).cast() {
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
        if this.pending > 0 {
            this.pending -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(this.value.take().expect("`Anchored` polled after completion"))
    }
}

impl<T> Drop for Anchored<T> {
    fn drop(&mut self) {
        self.check_address();
        self.log.0.dropped.set(self.log.dropped() + 1);
    }
}
