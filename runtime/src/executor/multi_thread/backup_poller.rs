//! Who looks after the watch when it stands empty.
//!
//! A worker that leaves the watch with a single task calls no sibling: most
//! tasks are over in microseconds, and a thread that wakes up costs more. But a
//! task can compute for a second, or block. Nobody would see the sockets and
//! the clock all that time, though other workers sleep at their doors.
//!
//! So the first of those is the deputy. Its sleep is cut into pieces of
//! [`POLL_INTERVAL`], and after each it takes the driver if nobody has it. When nobody
//! has let go of the watch for a whole piece, nothing happens here, and it
//! sleeps on without patrols: a pool that waits is woken by nothing. Who leaves
//! the watch then finds no deputy, and calls one; at most once in a patrol, for
//! whoever lies down at a door next is the deputy again.
//!
//! (The Go runtime has a thread of its own for this, `sysmon`.)

//! | the word  | says                                                       |
//! |-----------|------------------------------------------------------------|
//! | bit 0     | somebody is on duty                                        |
//! | the rest  | how often somebody has let go of the watch; it wraps       |
//!
//! That both are in one word settles the race at the end of a duty: it ends
//! only if nobody has let go since the last patrol, and who lets go later sees
//! that it has ended.

use crate::primitives::AtomicUsize;
use std::{
    mem,
    sync::atomic::Ordering::{AcqRel, Acquire},
    time::Duration,
};

/// How long the watch can stand empty while a worker sleeps. Where an event
/// comes every ten milliseconds, so that there is always a deputy, this costs
/// six thousandths of a processor (on two virtual ones, where a wake is dear).
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(5);

const ON_DUTY: usize = 1;
const CHANGE: usize = 2;

pub(crate) struct BackupPoller {
    word: AtomicUsize,
}

/// The deputy's duty, until it is dropped.
pub(crate) struct BackupGuard<'a> {
    backup_poller: &'a BackupPoller,
    /// The word up to the last patrol, without [`ON_DUTY`].
    seen: usize,
}

// Ordering: a change that is seen was counted after the watch was let go, so
// Acquire, where the word is read, and Release, where it is counted, let the
// next look at the watch find it empty, or another's.
impl BackupPoller {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicUsize::new(0),
        }
    }

    /// Somebody has let go of the watch, having slept on it or not.
    pub(crate) fn note_change(&self) {
        self.word.fetch_add(CHANGE, AcqRel);
    }

    /// Somebody has let go of the watch. Whether nobody looks after it, so that
    /// one who sleeps has to be woken.
    pub(crate) fn is_missing(&self) -> bool {
        self.word.load(Acquire) & ON_DUTY == 0
    }

    /// A worker lies down at its door: is it the first?
    pub(crate) fn begin(&self) -> Option<BackupGuard<'_>> {
        let word = self.word.fetch_or(ON_DUTY, AcqRel);
        (word & ON_DUTY == 0).then(|| BackupGuard {
            backup_poller: self,
            seen: word,
        })
    }
}

impl BackupGuard<'_> {
    /// After a patrol that has found somebody on watch: the duty that goes on,
    /// unless all has been quiet.
    pub(crate) fn goes_on(mut self) -> Option<Self> {
        let word = &self.backup_poller.word;
        let ended = word.compare_exchange(self.seen | ON_DUTY, self.seen, AcqRel, Acquire);
        match ended {
            Ok(_) => {
                mem::forget(self);
                None
            }
            Err(now) => {
                self.seen = now & !ON_DUTY;
                Some(self)
            }
        }
    }
}

impl Drop for BackupGuard<'_> {
    fn drop(&mut self) {
        self.backup_poller.word.fetch_and(!ON_DUTY, AcqRel);
    }
}
