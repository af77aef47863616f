//! Which worker polls the driver if the one that held it is busy.
//!
//! A worker that leaves the driver with a single task does not wake a sibling: most tasks
//! take microseconds, and waking a thread costs more. But a task can compute for a second
//! or block, and no worker would see events and timers all that time.
//!
//! So the first worker that parks on its condition variable is the backup poller. It
//! waits in intervals of [`POLL_INTERVAL`], and takes the driver after an interval if no
//! worker holds it. If the driver was not released during a whole interval, the worker
//! stops being the backup poller and waits without a timeout: an idle runtime uses no
//! processor time. A worker that releases the driver then finds no backup poller and
//! wakes one worker, once in an interval at most.
//!
//! The Go runtime has a thread of its own for this, `sysmon`.
//!
//! | the word     | meaning                                                 |
//! |--------------|---------------------------------------------------------|
//! | bit 0        | there is a backup poller                                |
//! | other bits   | how many times the driver was released; the count wraps |
//!
//! ```text
//!              1 try_begin
//!     absent ──────────────▶ present ◀──┐ 2 continue_if_released: a release came
//!       ▲                       │ └─────┘
//!       └───────────────────────┘
//!         3 continue_if_released: no release came, or the guard is dropped
//! ```
//!
//! Both facts are in one word because of a race. `continue_if_released` ends the duty only
//! if the count has not changed since it last read the word. A worker that releases the
//! driver after that sees that there is no backup poller, and wakes a worker. If the guard
//! is dropped, the duty ends whatever the count is: the worker was unparked, or the
//! driver is free and the worker takes it.

use crate::primitives::AtomicUsize;
use std::{
    mem,
    sync::atomic::Ordering::{AcqRel, Acquire},
    time::Duration,
};

/// How long events can wait while a worker is parked. If an event comes every ten
/// milliseconds, there is always a backup poller. It then uses 0.6 % of one processor. We
/// measured that on a virtual machine with two processors, where waking is expensive.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(5);

const PRESENT: usize = 1;
const RELEASE: usize = 2;

pub(crate) struct BackupPoller {
    word: AtomicUsize,
}

/// The duty of the backup poller, until it is dropped.
pub(crate) struct BackupGuard<'a> {
    backup_poller: &'a BackupPoller,
    /// The word at the last look, without [`PRESENT`].
    seen: usize,
}

// The Release in `count_release` pairs with the Acquire of each read of the word: a thread
// that sees a release tries the driver lock after it was freed.
impl BackupPoller {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicUsize::new(0),
        }
    }

    /// A worker has released the driver.
    pub(crate) fn count_release(&self) {
        self.word.fetch_add(RELEASE, AcqRel);
    }

    /// Whether there is no backup poller, so that the caller, which has released the
    /// driver, must wake one.
    pub(crate) fn is_missing(&self) -> bool {
        self.word.load(Acquire) & PRESENT == 0
    }

    /// A worker parks on its condition variable. Makes it the backup poller if there is
    /// none.
    pub(crate) fn try_begin(&self) -> Option<BackupGuard<'_>> {
        let word = self.word.fetch_or(PRESENT, AcqRel);
        (word & PRESENT == 0).then(|| BackupGuard {
            backup_poller: self,
            seen: word,
        })
    }
}

impl BackupGuard<'_> {
    /// After an interval in which another worker held the driver: goes on if the driver
    /// was released in that interval, and otherwise ends the duty.
    pub(crate) fn continue_if_released(mut self) -> Option<Self> {
        let word = &self.backup_poller.word;
        let ended = word.compare_exchange(self.seen | PRESENT, self.seen, AcqRel, Acquire);
        match ended {
            Ok(_) => {
                mem::forget(self);
                None
            }
            Err(now) => {
                self.seen = now & !PRESENT;
                Some(self)
            }
        }
    }
}

impl Drop for BackupGuard<'_> {
    fn drop(&mut self) {
        self.backup_poller.word.fetch_and(!PRESENT, AcqRel);
    }
}
