//! Cooperation: a task that is always ready must give way all the same.
//!
//! Every poll of a task begins with a budget. Each thing of the runtime's that
//! turns out ready spends one of it; with none left, they all say `Pending`
//! and wake the task at once, so it goes to the back of the queue. The idea
//! and the number are tokio's.

use crate::{primitives::per_thread, trace};
use std::{
    cell::Cell,
    task::{Context, Poll, Waker},
};

/// Few in a random schedule, so that a short one runs out of them too.
const PER_POLL: u32 = if cfg!(shuttle) { 3 } else { 128 };

per_thread! {
    /// `None` where nobody waits for a turn: outside a runtime, say.
    static BUDGET: Cell<Option<u32>> = const { Cell::new(None) };
    /// Whether the poll that runs now has given way.
    static DEFERRED: Cell<bool> = const { Cell::new(false) };
}

/// Runs one poll of a task with a fresh budget.
pub(crate) fn with_budget<R>(poll: impl FnOnce() -> R) -> R {
    DEFERRED.set(false);
    under(Some(PER_POLL), poll)
}

/// Runs what must have its say although the budget may be spent: with one that
/// it will not come to the end of.
pub(crate) fn unconstrained<R>(poll: impl FnOnce() -> R) -> R {
    under(is_in_poll().then_some(u32::MAX), poll)
}

/// Runs what is no part of the poll that it is called in.
pub(crate) fn outside<R>(code: impl FnOnce() -> R) -> R {
    under(None, code)
}

/// Whether a poll of a task is what this thread is doing.
pub(crate) fn is_in_poll() -> bool {
    BUDGET.try_with(Cell::get).ok().flatten().is_some()
}

/// Runs one poll of one of several futures of a task. What its siblings have
/// spent is none of its fault: it may have one thing at least, or those that
/// are polled behind a greedy one would wait for ever.
pub(crate) fn among_siblings<R>(poll: impl FnOnce() -> R) -> R {
    if is_spent() {
        under(Some(1), poll)
    } else {
        poll()
    }
}

fn under<R>(budget: Option<u32>, poll: impl FnOnce() -> R) -> R {
    struct Restore(Option<u32>);
    impl Drop for Restore {
        fn drop(&mut self) {
            BUDGET.set(self.0);
        }
    }
    let _restore = Restore(BUDGET.replace(budget));
    poll()
}

/// Whether nothing is left of the budget, if there is one.
pub(crate) fn is_spent() -> bool {
    BUDGET.try_with(Cell::get).ok().flatten() == Some(0)
}

/// Ready while the budget lasts; else the task has been woken, to come back
/// when the others had their turn.
pub(crate) fn poll_proceed(context: &Context<'_>) -> Poll<()> {
    if is_spent() {
        defer(context.waker());
        trace::note_no_turn();
        return Poll::Pending;
    }
    Poll::Ready(())
}

/// Wakes the task that is being polled. The executor polls it again after every
/// other task that is ready now, and after a look at the sockets and the timers.
pub(crate) fn defer(waker: &Waker) {
    DEFERRED.set(true);
    waker.wake_by_ref();
}

/// Whether the poll that runs now, or has just ended, has given way.
pub(crate) fn deferred() -> bool {
    DEFERRED.get()
}

/// Something was ready: that costs one.
pub(crate) fn spend() {
    // No budget is left to keep when the thread is ending.
    let _ = BUDGET.try_with(|budget| budget.set(budget.get().map(|left| left.saturating_sub(1))));
}
