//! Exercise `wakers/orderings`: choose the weakest memory orderings that are correct.
//!
//! All atomics in this file are loom's. Loom runs the tests in every order in which
//! the threads can meet, and reports the first order that fails.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use loom::cell::UnsafeCell;
use loom::sync::Notify;
use loom::sync::atomic::AtomicBool;

/// The memory orderings of a [`Handover`].
#[derive(Clone, Copy, Debug)]
pub struct Orderings {
    /// The swap by which a device claims the right to write the value.
    pub claim: Ordering,
    /// The store that says: the value is written.
    pub publish: Ordering,
    /// The load that asks: is the value written?
    pub check: Ordering,
    /// The swap in `unpark`.
    pub unpark: Ordering,
    /// The swap in `park`.
    pub park: Ordering,
}

/// Your choice.
pub const CHOSEN: Orderings = Orderings {
    // hole: begin
    // Only one swap can see `false`, whatever its ordering. No data depends on it.
    claim: Ordering::Relaxed,
    // Pairs with `check`: the receiver reads the value after it.
    publish: Ordering::Release,
    // Pairs with `publish`.
    check: Ordering::Acquire,
    // Pairs with `park`: the receiver checks again after it, and must see `published`.
    unpark: Ordering::Release,
    // Pairs with `unpark`.
    park: Ordering::Acquire,
    // hole: instead
    //| claim: Ordering::Relaxed,
    //| publish: Ordering::Relaxed,
    //| check: Ordering::Relaxed,
    //| unpark: Ordering::Relaxed,
    //| park: Ordering::Relaxed,
    // hole: end
};

/// Hands one value from a device's thread to the thread that waits. Several devices
/// may try. The first one wins.
pub struct Handover {
    orderings: Orderings,
    claimed: AtomicBool,
    value: UnsafeCell<u32>,
    published: AtomicBool,
    woken: AtomicBool,
    /// Stands for the park token of the receiver's thread.
    token: Notify,
}

// SAFETY: `value` is written by the one device that claimed it, and read after it was
// published. Loom checks exactly this claim.
unsafe impl Sync for Handover {}
// SAFETY: all fields may be sent to other threads.
unsafe impl Send for Handover {}

impl Handover {
    /// Creates a handover without a value.
    pub fn new(orderings: Orderings) -> Arc<Handover> {
        Arc::new(Handover {
            orderings,
            claimed: AtomicBool::new(false),
            value: UnsafeCell::new(0),
            published: AtomicBool::new(false),
            woken: AtomicBool::new(false),
            token: Notify::new(),
        })
    }

    /// Hands `value` over, unless another device was first. Returns whether it did.
    pub fn send(&self, value: u32) -> bool {
        if self.claimed.swap(true, self.orderings.claim) {
            return false;
        }
        // SAFETY: only the device that claimed the handover comes here. The receiver
        // reads the value after the store below.
        self.value.with_mut(|place| unsafe { *place = value });
        self.published.store(true, self.orderings.publish);
        self.unpark();
        true
    }

    /// Waits for the value. Only the receiver may call this, and only once.
    pub fn receive(&self) -> u32 {
        while !self.published.load(self.orderings.check) {
            self.park();
        }
        // SAFETY: the value was published, and no device writes it again.
        self.value.with(|place| unsafe { *place })
    }

    fn unpark(&self) {
        if !self.woken.swap(true, self.orderings.unpark) {
            self.token.notify();
        }
    }

    fn park(&self) {
        while !self.woken.swap(false, self.orderings.park) {
            self.token.wait();
        }
    }
}
