//! Blocking on a worker's own thread, while another thread drives the worker.
//!
//! The thread that blocks is adrift from then on, to the end of the poll that
//! it is in: it belongs to the pool and is none of its workers. Then, if it is
//! the worker's own, it comes back; a substitute that has blocked goes home.

use super::Worker;
use crate::{
    blocking, budget,
    executor::context::{self, Current},
};
use std::sync::Arc;

const NOT_A_POOL: &str = "`block_in_place` needs a pool, where another thread can go on with this one's \
     tasks. On a runtime of one thread, or a thread per core, use `spawn_blocking`";

/// Runs `work`, which may block, on this very thread; the other tasks of the
/// worker go on, on a thread of the blocking pool. For what must not be moved
/// to another thread, or borrows: else [`spawn_blocking`](crate::spawn_blocking)
/// costs less.
///
/// What the rest of this poll spawns goes to the other workers. Futures that
/// are joined in the same task with this one wait until `work` is done. On
/// worker 0, so does the future of [`block_on`](crate::Runtime::block_on). If
/// all threads of the blocking pool are taken, the pool has a worker less
/// meanwhile; and work that `work` itself waits for, of
/// [`spawn_blocking`](crate::spawn_blocking) or on a file, finds a thread less
/// there: with a limit of one it is never begun.
///
/// Outside a runtime, and within another `block_in_place`, it runs `work` and
/// no more. `work` may itself block on another runtime, and on this one by
/// [`Handle::block_on`](crate::runtime::Handle::block_on). Should the runtime be
/// dropped meanwhile, what that waits for ends: a task is cancelled, a socket
/// answers with an error, and a timer's wait panics.
///
/// # Panics
/// On a runtime of one thread and on a thread per core, where there is nobody
/// to go on; and with the panic of `work`.
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
    let is_a_core = context::with(|current| match current {
        // Elsewhere than in a poll (in a hook, or where the runtime was only
        // entered) there is nothing that another thread could go on with.
        Some(Current::Worker(worker)) if budget::is_in_poll() && !context::is_visiting() => {
            worker.hand_off();
            false
        }
        Some(Current::Local(_)) => budget::is_in_poll(),
        _ => false,
    });
    assert!(!is_a_core, "{NOT_A_POOL}");
    // A spent budget would have futures say for ever that they are not ready:
    // another executor that `work` calls does not come back to the end of this
    // poll.
    budget::outside(work)
}

/// A worker, on its way to another thread.
pub(crate) struct HandedOff(pub(crate) Arc<Worker>);

// SAFETY: a worker that is new goes to the thread that is to be its own. Later
// the seat lets one thread have it at a time, and its lock orders what they do.
// Who has it last may drop it: nothing of it is tied to a thread.
unsafe impl Send for HandedOff {}

impl Worker {
    /// Leaves the worker to another thread. The caller is adrift.
    fn hand_off(&self) {
        // What nobody could steal is for whoever comes first.
        self.offer_slot();
        self.pool().notify();
        self.pool().wake_backup_poller();
        context::detach(self);
        if !self.is_substituted() {
            self.set_away(true);
        }
        let given = HandedOff(self.itself());
        let handle = self.handle().clone();
        let pool = Arc::clone(self.pool());
        // From here on the worker is not ours.
        let left = pool.handoff(self.index()).leave();
        let substitute = move || {
            let HandedOff(worker) = { given };
            if pool.handoff(worker.index()).substitute(left) {
                worker.stand_in();
            }
        };
        drop(blocking::spawn(handle.blocking(), substitute));
    }

    /// The life of a substitute: until the owner comes back, the pool closes,
    /// or it blocks too.
    fn stand_in(&self) {
        let pool = Arc::clone(self.pool());
        let handoff = pool.handoff(self.index());
        context::enter(Current::Worker(self), || {
            self.set_substituted(true);
            while !handoff.is_wanted() && !pool.is_closed() {
                self.step();
                if context::is_detached() {
                    // It blocked, and another has the worker.
                    return;
                }
            }
            self.set_substituted(false);
            handoff.leave();
        });
    }

    /// The owner's poll is over: if it has given the worker away, it waits for
    /// it.
    pub(super) fn come_back(&self) {
        if context::is_detached() {
            self.reclaim();
        }
    }

    #[cold]
    fn reclaim(&self) {
        let (pool, index) = (self.pool(), self.index());
        pool.handoff(index).come_back(|| pool.ring(index));
        self.set_substituted(false);
        self.set_away(false);
        context::reattach(self);
    }
}
