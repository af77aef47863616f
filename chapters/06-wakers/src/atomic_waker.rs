// ANCHOR: atomic_waker
//! A place for one waker: one thread puts it there, any thread wakes it, and
//! nobody waits for anybody.

use std::fmt;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::task::Waker;

use crate::primitives::{AtomicUsize, UnsafeCell};

/// Nobody is at the place.
const FREE: usize = 0;
/// Somebody puts a waker there.
const REGISTERING: usize = 1;
/// Somebody takes it out, or came to do so while one was being put there.
const WAKING: usize = 2;

/// A place for the waker of the one who waits.
pub struct AtomicWaker {
    state: AtomicUsize,
    place: UnsafeCell<Option<Waker>>,
}

// SAFETY: the place belongs to whoever has brought the state from `FREE` to something
// else, and to nobody besides; wakers may go to any thread.
unsafe impl Send for AtomicWaker {}
// SAFETY: as above.
unsafe impl Sync for AtomicWaker {}

impl AtomicWaker {
    /// Without a waker.
    pub fn new() -> AtomicWaker {
        AtomicWaker { state: AtomicUsize::new(FREE), place: UnsafeCell::new(None) }
    }
}
// ANCHOR_END: atomic_waker

// ANCHOR: wake
impl AtomicWaker {
    /// Wakes the waker that is there, if there is one, and takes it out.
    pub fn wake(&self) {
        if let Some(waker) = self.take() {
            waker.wake();
        }
    }

    fn take(&self) -> Option<Waker> {
        // Acquire takes the place over as it was left; Release shows what was done
        // before the wake to whoever registers next.
        if self.state.fetch_or(WAKING, AcqRel) != FREE {
            // Somebody registers at this moment, and will find the mark. Or somebody
            // else wakes, and one wake is as good as two.
            return None;
        }
        // SAFETY: it was free, so it is ours.
        let waker = self.place.with_mut(|place| unsafe { &mut *place }.take());
        // Release hands the place on.
        self.state.fetch_and(!WAKING, Release);
        waker
    }
}
// ANCHOR_END: wake

// ANCHOR: register
impl AtomicWaker {
    /// Leaves `waker` to be woken, in the place of what was left there before.
    /// What is waited for has to be looked at *after* this.
    ///
    /// # Panics
    ///
    /// If two register at the same time: there is one place.
    pub fn register(&self, waker: &Waker) {
        // Acquire takes the place over as it was left. In either case it takes what was
        // done before a wake, for the look that follows.
        match self.state.compare_exchange(FREE, REGISTERING, Acquire, Acquire) {
            Ok(_) => {}
            Err(WAKING) => {
                // The old waker is being taken out at this moment: it is late for the
                // new one to be put there, but not for it to be woken.
                waker.wake_by_ref();
                return;
            }
            Err(busy) => panic!("two register in one `AtomicWaker` (state {busy})"),
        }
        self.place.with_mut(|place| {
            // SAFETY: it was free, so it is ours.
            let place = unsafe { &mut *place };
            if !place.as_ref().is_some_and(|old| old.will_wake(waker)) {
                *place = Some(waker.clone());
            }
        });
        // Release hands the place on. Relaxed otherwise: the exchange below is what counts.
        if self.state.compare_exchange(REGISTERING, FREE, Release, Relaxed).is_err() {
            // A wake has come meanwhile and has left it to us.
            // SAFETY: it is still ours.
            let waker = self.place.with_mut(|place| unsafe { &mut *place }.take());
            // Release hands the place on; Acquire takes what was done before the wake, for
            // the look that follows.
            self.state.swap(FREE, AcqRel);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}
// ANCHOR_END: register

// ANCHOR: traits
impl Default for AtomicWaker {
    fn default() -> AtomicWaker {
        AtomicWaker::new()
    }
}

impl fmt::Debug for AtomicWaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Relaxed: a glance, out of date as soon as it is taken.
        f.write_str(match self.state.load(Relaxed) {
            FREE => "FREE",
            REGISTERING => "REGISTERING",
            WAKING => "WAKING",
            _ => "REGISTERING | WAKING",
        })
    }
}
// ANCHOR_END: traits
