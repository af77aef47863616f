//! Who sleeps, who searches, and whether somebody has to be woken.
//!
//! Work that is queued must not lie there while a worker sleeps. To wake one
//! for each piece of work would be a storm, so the rule is the Go scheduler's:
//! while anybody is searching, nobody is woken, for the searcher will find it;
//! and the last to end its search with a find wakes the next.
//!
//! What can go wrong is that work is queued just as the last searcher gives
//! up. The one who queues writes the queue and then reads the counts; the one
//! who gives up writes the counts and then reads the queues. Both touch the
//! counts by read-modify-writes, which stand in one order: either the first
//! sees the second asleep, or the second sees the first's work. A load in the
//! place of the first's read-modify-write could see an old value, and the
//! work would lie there. (The trap is described in tokio's `idle.rs`.)

use crate::primitives::{AtomicUsize, Mutex, lock};
use std::sync::atomic::Ordering::SeqCst;

const SEARCHER: usize = 1;
const SLEEPER: usize = 1 << 16;

pub(crate) struct Idle {
    /// Searchers below, sleepers above.
    counters: AtomicUsize,
    /// The sleepers by number; the last to lie down is the first to be woken,
    /// for its caches are warm.
    asleep: Mutex<Vec<usize>>,
    workers: usize,
}

fn searchers(counters: usize) -> usize {
    counters & (SLEEPER - 1)
}

fn sleepers(counters: usize) -> usize {
    counters / SLEEPER
}

impl Idle {
    /// All are awake. At most 2^16 - 1 workers.
    pub(crate) fn new(workers: usize) -> Self {
        assert!(workers < SLEEPER, "a runtime has fewer than 65,536 workers");
        Self {
            counters: AtomicUsize::new(0),
            asleep: Mutex::new(Vec::with_capacity(workers)),
            workers,
        }
    }

    /// Work has been queued: whom to wake for it, if anybody. Who is woken
    /// counts as a searcher from now on.
    pub(crate) fn whom_to_wake(&self) -> Option<usize> {
        if !self.somebody_is_needed() {
            return None;
        }
        let mut asleep = lock(&self.asleep);
        // Another may have woken one meanwhile.
        if !self.somebody_is_needed() {
            return None;
        }
        let worker = asleep.pop()?;
        // Ordering: SeqCst, as the head says.
        self.counters.fetch_sub(SLEEPER - SEARCHER, SeqCst);
        Some(worker)
    }

    /// One that sleeps, to be woken for something else than work.
    pub(crate) fn somebody_asleep(&self) -> Option<usize> {
        lock(&self.asleep).last().copied()
    }

    fn somebody_is_needed(&self) -> bool {
        // Ordering: a SeqCst read-modify-write that writes nothing new, as the
        // head says.
        let counters = self.counters.fetch_add(0, SeqCst);
        searchers(counters) == 0 && sleepers(counters) > 0
    }

    /// A worker without work wants to look at its siblings' queues. Refused
    /// when half of them do so already: they would fight over the scraps.
    #[must_use]
    pub(crate) fn start_search(&self) -> bool {
        // Ordering: SeqCst as everywhere here; the bound need not be exact.
        if 2 * searchers(self.counters.load(SeqCst)) >= self.workers {
            return false;
        }
        self.counters.fetch_add(SEARCHER, SeqCst);
        true
    }

    /// A searcher has found work. True if it was the last: it wakes the next.
    #[must_use]
    pub(crate) fn end_search(&self) -> bool {
        // Ordering: SeqCst, as the head says.
        searchers(self.counters.fetch_sub(SEARCHER, SeqCst)) == 1
    }

    /// A worker, searching or not, is about to sleep. It must look at all the
    /// queues once more after this. Who is on watch is the last to be woken:
    /// the watch would stand empty, and is slower to leave than a door.
    pub(crate) fn fall_asleep(&self, worker: usize, searching: bool, on_watch: bool) {
        let mut asleep = lock(&self.asleep);
        let place = if on_watch { 0 } else { asleep.len() };
        asleep.insert(place, worker);
        let searcher = if searching { SEARCHER } else { 0 };
        // Ordering: SeqCst, as the head says.
        self.counters.fetch_add(SLEEPER - searcher, SeqCst);
    }

    /// It is awake again. True if somebody woke it for work, and it counts as
    /// a searcher.
    #[must_use]
    pub(crate) fn wake_up(&self, worker: usize) -> bool {
        let mut asleep = lock(&self.asleep);
        let Some(place) = asleep.iter().position(|&sleeper| sleeper == worker) else {
            return true;
        };
        asleep.remove(place);
        // Ordering: SeqCst as everywhere here.
        self.counters.fetch_sub(SLEEPER, SeqCst);
        false
    }
}
