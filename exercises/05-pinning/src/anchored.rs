//! What the tests need: a future that notices when it is moved, and a question.

use std::cell::Cell;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_by_hand::{Clock, Sleep};

/// What an [`Anchored`] tells of itself.
#[derive(Clone, Default)]
pub struct Log(Rc<Events>);

#[derive(Default)]
struct Events {
    moved: Cell<u32>,
    alive: Cell<u32>,
    dropped: Cell<u32>,
}

impl Log {
    /// How often one was found in another place than that of its first poll.
    pub fn moved(&self) -> u32 {
        self.0.moved.get()
    }

    /// How many are not dropped yet.
    pub fn alive(&self) -> u32 {
        self.0.alive.get()
    }

    /// How many have been dropped.
    pub fn dropped(&self) -> u32 {
        self.0.dropped.get()
    }
}

/// Sleeps, then is ready with its value. Polled first in one place, it has to be
/// polled, and at last dropped, in the same.
pub struct Anchored<T> {
    sleep: Sleep,
    value: Option<T>,
    place: *const (),
    log: Log,
    _pinned: PhantomPinned,
}

impl<T> Anchored<T> {
    /// Ready with `value` after so many ticks.
    pub fn new(clock: &Clock, ticks: u64, value: T, log: &Log) -> Anchored<T> {
        log.0.alive.set(log.alive() + 1);
        Anchored {
            sleep: clock.sleep(ticks),
            value: Some(value),
            place: ptr::null(),
            log: log.clone(),
            _pinned: PhantomPinned,
        }
    }

    fn look(&self) {
        let here = ptr::from_ref(self).cast();
        if !self.place.is_null() && self.place != here {
            self.log.0.moved.set(self.log.moved() + 1);
        }
    }
}

impl<T> Future for Anchored<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // SAFETY: nothing is moved out but the value, which is not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        this.look();
        this.place = ptr::from_ref(this).cast();
        assert!(this.value.is_some(), "polled after its end");
        match Pin::new(&mut this.sleep).poll(cx) {
            Poll::Ready(()) => Poll::Ready(this.value.take().expect("looked at above")),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T> Drop for Anchored<T> {
    fn drop(&mut self) {
        self.look();
        self.log.0.alive.set(self.log.alive() - 1);
        self.log.0.dropped.set(self.log.dropped() + 1);
    }
}

/// Whether a type is `Unpin`.
#[macro_export]
macro_rules! is_unpin {
    ($type:ty) => {{
        // A type's own method comes before a trait's, where its bound holds.
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
