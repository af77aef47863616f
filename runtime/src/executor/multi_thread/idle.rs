//! Which workers are parked, which search, and whether to wake one.
//!
//! A queued task must not wait while a worker is parked. Waking a worker for every task
//! would cost too much. So the rule is that of the Go scheduler: while a worker searches,
//! no other is woken, because the searcher will find the task. The last searcher that
//! finds a task wakes the next worker.
//!
//! A task might be queued at the moment when the last searcher gives up:
//!
//! | the thread that queues                     | the searcher that gives up             |
//! |--------------------------------------------|----------------------------------------|
//! | 1. writes the queue                        | 1. [`Idle::announce_park`] writes the  |
//! |                                            |    counts                              |
//! | 2. [`Idle::worker_to_notify`] reads the    | 2. `Shared::has_work` reads the queues   |
//! |    counts                                  |                                        |
//!
//! Both touch the counts with `SeqCst` read-modify-writes, which have one order. So either
//! the first thread sees a parked worker, or the second sees the task. A plain load in
//! the first column could return an old value, and the task would wait. tokio's `idle.rs`
//! describes the same pitfall.

use crate::primitives::{AtomicUsize, Mutex, lock};
use std::sync::atomic::Ordering::SeqCst;

const SEARCHER: usize = 1;
const PARKED: usize = 1 << 16;

pub(crate) struct Idle {
    /// The searchers in the low 16 bits, the parked workers above.
    counts: AtomicUsize,
    /// The indexes of the parked workers, as a stack. The worker that parked last is
    /// woken first, because its caches are warm.
    parked: Mutex<Vec<usize>>,
    workers: usize,
}

fn searchers(counts: usize) -> usize {
    counts & (PARKED - 1)
}

fn parked(counts: usize) -> usize {
    counts / PARKED
}

impl Idle {
    /// All workers run. There are at most 2^16 - 1.
    pub(crate) fn new(workers: usize) -> Self {
        assert!(workers < PARKED, "a runtime has fewer than 65,536 workers");
        Self {
            counts: AtomicUsize::new(0),
            parked: Mutex::new(Vec::with_capacity(workers)),
            workers,
        }
    }

    /// A task was queued. Returns the worker that the caller must wake for it, if any.
    /// That worker counts as a searcher from now on.
    pub(crate) fn worker_to_notify(&self) -> Option<usize> {
        if !self.must_notify() {
            return None;
        }
        let mut parked = lock(&self.parked);
        // Another thread may have woken a worker before the lock was taken.
        if !self.must_notify() {
            return None;
        }
        let worker = parked.pop()?;
        // SeqCst: see the table of the module.
        self.counts.fetch_sub(PARKED - SEARCHER, SeqCst);
        Some(worker)
    }

    /// A parked worker, to be woken for another reason than a task.
    pub(crate) fn any_parked(&self) -> Option<usize> {
        lock(&self.parked).last().copied()
    }

    fn must_notify(&self) -> bool {
        // SeqCst: see the table of the module. A read-modify-write that changes nothing
        // reads the latest value.
        let counts = self.counts.fetch_add(0, SeqCst);
        searchers(counts) == 0 && parked(counts) > 0
    }

    /// A worker without tasks wants to search its siblings' queues. Refused if half of
    /// the workers search already, because they would compete for few tasks.
    #[must_use]
    pub(crate) fn start_search(&self) -> bool {
        // SeqCst like every access to the counts. The limit need not be exact.
        if 2 * searchers(self.counts.load(SeqCst)) >= self.workers {
            return false;
        }
        self.counts.fetch_add(SEARCHER, SeqCst);
        true
    }

    /// A searcher has found a task. True if it was the last: it wakes the next worker.
    #[must_use]
    pub(crate) fn end_search(&self) -> bool {
        // SeqCst: see the table of the module.
        searchers(self.counts.fetch_sub(SEARCHER, SeqCst)) == 1
    }

    /// A worker is about to park, and must look at all queues once more after this. The
    /// worker that holds the driver is woken last: waking it leaves the driver without a
    /// worker, and costs a system call more.
    pub(crate) fn announce_park(&self, worker: usize, is_searching: bool, has_driver: bool) {
        let mut parked = lock(&self.parked);
        let position = if has_driver { 0 } else { parked.len() };
        parked.insert(position, worker);
        let searcher = if is_searching { SEARCHER } else { 0 };
        // SeqCst: see the table of the module.
        self.counts.fetch_add(PARKED - searcher, SeqCst);
    }

    /// The worker runs again. True if it was woken for a task, and so counts as a
    /// searcher.
    #[must_use]
    pub(crate) fn withdraw_park(&self, worker: usize) -> bool {
        let mut parked = lock(&self.parked);
        let Some(position) = parked.iter().position(|&index| index == worker) else {
            return true;
        };
        parked.remove(position);
        // SeqCst like every access to the counts.
        self.counts.fetch_sub(PARKED, SeqCst);
        false
    }
}
