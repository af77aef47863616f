//! `block_in_place`: a thread blocks in a poll, and another thread runs its worker.
//!
//! | `run_by`      | the thread that runs the worker                                  |
//! |---------------|------------------------------------------------------------------|
//! | `OwnThread`   | the worker's own thread                                          |
//! | `NoThread`    | none: the thread that ran it blocks, and a replacement will      |
//! |               | come; or the worker's own thread has ended                       |
//! | `Replacement` | a thread of the blocking pool                                    |
//!
//! ```text
//!                1 release              2 try_acquire
//!     OwnThread ───────────▶ NoThread ─────────────────▶ Replacement
//!       ▲                    │ ▲ ▲                           │
//!       └──── 4 take_back ───┘ │ └───────── 3 release ───────┘
//!                              │
//!          any state ── 5 end ─┘
//! ```
//!
//! 1. [`Handoff::release`]: the thread is about to block. It has handed off its worker
//!    until the end of its poll: it belongs to the runtime but runs no worker.
//! 2. [`Handoff::try_acquire`]. It fails if the worker's own thread has come back or the
//!    runtime has closed.
//! 3. [`Handoff::release`]: the worker's own thread wants it back, or the replacement blocks too.
//! 4. [`Handoff::take_back`]: the poll of the worker's own thread has ended. It waits
//!    until no thread runs the worker.
//! 5. [`Handoff::end`]: the worker's own thread ends.
//!
//! Invariant **HO1**: one thread at a time runs a worker. A thread starts to run it
//! under the lock of the [`Handoff`], so it sees what the previous thread did.

use super::Worker;
use crate::{
    blocking, budget,
    executor::context::{self, ExecutorContext},
    primitives::{AtomicUsize, Condvar, Mutex, lock},
};
use std::sync::{Arc, PoisonError, atomic::Ordering::SeqCst};

const NOT_MULTI_THREAD: &str = "`block_in_place` needs a multi-thread runtime, where another thread can go on with this one's \
     tasks. On a runtime of one thread, or a thread per core, use `spawn_blocking`";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RunBy {
    OwnThread,
    NoThread,
    Replacement,
}

struct HandoffState {
    run_by: RunBy,
    /// how many times a thread has released it. A replacement is meant for one of these times.
    releases: usize,
    /// The runtime has closed: only the worker's own thread may take it, to end.
    closed: bool,
}

pub(crate) struct Handoff {
    state: Mutex<HandoffState>,
    changed: Condvar,
    /// 1 while the worker's own thread waits for it.
    wanted: AtomicUsize,
}

impl Handoff {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(HandoffState {
                run_by: RunBy::OwnThread,
                releases: 0,
                closed: false,
            }),
            changed: Condvar::new(),
            wanted: AtomicUsize::new(0),
        }
    }

    /// The thread that runs the worker releases it. Returns how many times that has
    /// happened. The replacement names this number.
    pub(crate) fn release(&self) -> usize {
        let mut state = lock(&self.state);
        debug_assert_ne!(
            state.run_by,
            RunBy::NoThread,
            "the thread that runs the worker releases it"
        );
        state.run_by = RunBy::NoThread;
        state.releases += 1;
        let number = state.releases;
        drop(state);
        self.changed.notify_all();
        number
    }

    /// The worker's own thread ends, whichever thread runs the worker.
    pub(crate) fn end(&self) {
        lock(&self.state).run_by = RunBy::NoThread;
        self.changed.notify_all();
    }

    /// The runtime has closed: waits until no thread runs the worker. Its own thread may still
    /// be in a poll that has handed it off and waits for what the shutdown will end.
    pub(crate) fn wait_until_released(&self) {
        let mut state = lock(&self.state);
        while state.run_by != RunBy::NoThread {
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.closed = true;
    }

    /// Takes the worker that was released for the `number`-th time. False if another thread has
    /// it, or the worker's own thread waits for it.
    #[must_use]
    pub(crate) fn try_acquire(&self, number: usize) -> bool {
        let mut state = lock(&self.state);
        let is_meant = state.run_by == RunBy::NoThread && state.releases == number && !state.closed;
        if is_meant && !self.is_wanted() {
            state.run_by = RunBy::Replacement;
            return true;
        }
        false
    }

    /// Whether the worker's own thread waits for it, so that the replacement must release it.
    pub(crate) fn is_wanted(&self) -> bool {
        // SeqCst pairs with the store in `take_back`, which comes before the unpark. A
        // replacement that is about to park reads this and then checks its parker.
        self.wanted.load(SeqCst) == 1
    }

    /// The worker's own thread waits for it. `unpark` wakes the replacement.
    pub(crate) fn take_back(&self, unpark: impl FnOnce()) {
        // SeqCst pairs with the load in `is_wanted`.
        self.wanted.store(1, SeqCst);
        let mut state = lock(&self.state);
        if state.run_by == RunBy::Replacement {
            drop(state);
            unpark();
            state = lock(&self.state);
        }
        while state.run_by != RunBy::NoThread {
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.run_by = RunBy::OwnThread;
        // Under the lock, so that a later replacement does not see the old value.
        self.wanted.store(0, SeqCst);
    }
}

/// A worker that goes to another thread.
pub(crate) struct SendWorker(pub(crate) Arc<Worker>);

// SAFETY: a new worker goes to the thread that will run it. After that, HO1 (see the
// module) lets only one thread use it. The last thread may drop it,
// because no part of it is tied to a thread.
unsafe impl Send for SendWorker {}

/// Runs `work`, which may block, on this thread. Until it returns, a thread of the
/// blocking pool runs the other tasks of this worker.
///
/// This is for work that borrows or must not move to another thread. For other work,
/// [`spawn_blocking`](crate::spawn_blocking) costs less.
///
/// - The rest of this poll spawns its tasks on the other workers.
/// - Futures that are joined with this one in the same task wait until `work` is done.
///   On worker 0, the future of [`block_on`](crate::Runtime::block_on) waits too.
/// - If all threads of the blocking pool are busy, the runtime has one worker less until
///   `work` is done. The blocking pool also has one thread less. If it is limited to one
///   thread, blocking work that `work` waits for never begins.
///
/// Outside a runtime, and inside another `block_in_place`, this only runs `work`. `work`
/// may block on another runtime, and on this one with
/// [`Handle::block_on`](crate::runtime::Handle::block_on). If the runtime is dropped
/// during `work`, those waits end: a task is cancelled, a socket returns an error, and
/// a timer panics.
///
/// # Panics
/// On a runtime of one thread and on a thread per core, where no other thread can run the
/// tasks. If `work` panics.
///
/// ```
/// let runtime = wakeful::runtime::Builder::new_multi_thread().build()?;
/// let words = runtime.block_on(async {
///     let text = String::from("as long as it takes");
///     wakeful::task::block_in_place(|| text.split(' ').count())
/// });
/// assert_eq!(words, 5);
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn block_in_place<F, T>(work: F) -> T
where
    F: FnOnce() -> T,
{
    let is_on_a_core = context::with(|current| match current {
        // Outside a poll (in a hook, or in `Runtime::enter`), this thread does not run
        // the worker's tasks, so it does not hand them off.
        Some(ExecutorContext::Worker(worker))
            if budget::is_in_poll() && !context::is_shutting_down() =>
        {
            worker.hand_off();
            false
        }
        Some(ExecutorContext::Local(_)) => budget::is_in_poll(),
        _ => false,
    });
    assert!(!is_on_a_core, "{NOT_MULTI_THREAD}");
    // With a spent budget, no future is ready before this poll ends. An executor that
    // `work` calls would wait for ever.
    budget::outside(work)
}

impl Worker {
    /// Transition 1: this thread hands off the worker to a replacement.
    fn hand_off(&self) {
        // Siblings may take the tasks before the replacement comes.
        self.make_stealable();
        self.shared().notify();
        self.shared().wake_backup_poller();
        context::hand_off(self);
        if !self.is_replaced.get() {
            self.is_handed_off.set(true);
        }
        let worker = SendWorker(self.to_arc());
        let handle = self.handle().clone();
        let shared = Arc::clone(self.shared());
        // HO1: this thread does not use the worker after `release`.
        let number = shared.handoff(self.index()).release();
        let replacement = move || {
            let SendWorker(worker) = { worker };
            if shared.handoff(worker.index()).try_acquire(number) {
                worker.run_as_replacement();
            }
        };
        drop(blocking::spawn(handle.blocking(), replacement));
    }

    /// The loop of a replacement, until the worker's own thread wants it, the runtime
    /// closes, or a task blocks here too.
    fn run_as_replacement(&self) {
        let shared = Arc::clone(self.shared());
        let handoff = shared.handoff(self.index());
        let _seeded = shared.settings.seed_thread();
        context::enter(ExecutorContext::Worker(self), || {
            self.is_replaced.set(true);
            while !handoff.is_wanted() && !shared.is_closed() {
                self.step();
                if context::has_handed_off() {
                    // The task blocked, and another thread runs the worker.
                    return;
                }
            }
            self.is_replaced.set(false);
            handoff.release();
        });
    }

    /// After a poll on the worker's own thread: if the poll has handed off the worker, waits
    /// until no thread runs it, and runs it again.
    pub(super) fn take_back_if_handed_off(&self) {
        if context::has_handed_off() {
            self.take_back();
        }
    }

    #[cold]
    fn take_back(&self) {
        let (shared, index) = (self.shared(), self.index());
        shared.handoff(index).take_back(|| shared.unpark(index));
        self.is_replaced.set(false);
        self.is_handed_off.set(false);
        context::take_back(self);
    }
}
