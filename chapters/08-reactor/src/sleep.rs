// ANCHOR: head
//! Whether a thread sleeps, so that a wake sends a signal only if it must.

#[cfg(feature = "loom")]
use loom::sync::atomic::{AtomicU8, Ordering};
#[cfg(not(feature = "loom"))]
use std::sync::atomic::{AtomicU8, Ordering};

use Ordering::{AcqRel, Acquire};
// ANCHOR_END: head

// ANCHOR: sleep
/// The state of the thread that turns the reactor: one of three.
pub struct Sleep(AtomicU8);

/// No wake has come since the last sleep.
const AWAKE: u8 = 0;
/// The thread sleeps, or is about to. A wake must send the signal.
const ASLEEP: u8 = 1;
/// A wake has come. The thread must not sleep before it has looked at its work.
const WOKEN: u8 = 2;

impl Sleep {
    /// Another thread has work for this one. Returns whether the caller must send the
    /// signal. Call it after the work is visible, for example in a queue.
    pub fn wake(&self) -> bool {
        // AcqRel pairs with `begin` and `end`: the thread that sees WOKEN sees the work.
        self.0.swap(WOKEN, AcqRel) == ASLEEP
    }

    /// The thread wants to sleep. Returns whether it may.
    pub fn begin(&self) -> bool {
        // AcqRel and Acquire pair with the swap in `wake`.
        self.0.compare_exchange(AWAKE, ASLEEP, AcqRel, Acquire).is_ok()
    }

    /// The thread no longer sleeps, so it needs no signal.
    pub fn interrupt(&self) {
        // AcqRel pairs with the swap in `wake`.
        self.0.swap(WOKEN, AcqRel);
    }

    /// From here on, the thread looks at its work. It has seen all earlier wakes.
    pub fn end(&self) {
        // AcqRel pairs with the swap in `wake`.
        self.0.swap(AWAKE, AcqRel);
    }
}
// ANCHOR_END: sleep

// ANCHOR: rest
impl Sleep {
    /// A thread that is awake.
    pub fn new() -> Sleep {
        Sleep(AtomicU8::new(AWAKE))
    }
}

impl Default for Sleep {
    fn default() -> Sleep {
        Sleep::new()
    }
}
// ANCHOR_END: rest
