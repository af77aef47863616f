//! The budget of a poll: a task that is always ready must still yield.
//!
//! 1. Each poll of a task begins with a budget ([`with_budget`]).
//! 2. Each leaf future of this crate that is ready spends one unit ([`spend`]).
//! 3. A leaf without budget returns `Pending` and wakes its task ([`poll_proceed`]).
//! 4. The executor sees that the task yielded ([`deferred`]). It polls the task after
//!    the other ready tasks and after the driver.
//!
//! The idea and the number are tokio's. `task::coop` is the interface for users.

use crate::{primitives::thread_local, taskdump};
use std::{
    cell::Cell,
    task::{Context, Poll, Waker},
};

/// Few under shuttle, so that a short schedule runs out of them too.
const UNITS_PER_POLL: u32 = if cfg!(shuttle) { 3 } else { 128 };

thread_local! {
    /// `None` outside a poll.
    static BUDGET: Cell<Option<u32>> = const { Cell::new(None) };
    /// Whether the current poll has yielded.
    static DEFERRED: Cell<bool> = const { Cell::new(false) };
}

/// Runs one poll of a task with a fresh budget.
pub(crate) fn with_budget<R>(poll: impl FnOnce() -> R) -> R {
    DEFERRED.set(false);
    with(Some(UNITS_PER_POLL), poll)
}

/// Runs a part of a poll that must not yield, with a budget that it cannot spend.
pub(crate) fn unconstrained<R>(poll: impl FnOnce() -> R) -> R {
    with(is_in_poll().then_some(u32::MAX), poll)
}

/// Runs code that is not part of the poll around it.
pub(crate) fn outside<R>(code: impl FnOnce() -> R) -> R {
    with(None, code)
}

/// Whether this thread is in a poll of a task.
pub(crate) fn is_in_poll() -> bool {
    BUDGET.try_with(Cell::get).ok().flatten().is_some()
}

/// Runs one poll of a sub-future, one of several futures in a task. If the others have
/// spent the budget, it gets one unit. Otherwise the sub-futures that are polled after a
/// greedy sub-future would never make progress.
pub(crate) fn poll_subfuture<R>(poll: impl FnOnce() -> R) -> R {
    if is_spent() {
        with(Some(1), poll)
    } else {
        poll()
    }
}

fn with<R>(budget: Option<u32>, poll: impl FnOnce() -> R) -> R {
    struct Restore(Option<u32>);
    impl Drop for Restore {
        fn drop(&mut self) {
            BUDGET.set(self.0);
        }
    }
    let _restore = Restore(BUDGET.replace(budget));
    poll()
}

/// Whether the poll has no budget left.
pub(crate) fn is_spent() -> bool {
    BUDGET.try_with(Cell::get).ok().flatten() == Some(0)
}

// ANCHOR: defer
/// Ready while the budget lasts. Otherwise the task is woken and will be polled again
/// after the others.
pub(crate) fn poll_proceed(context: &Context<'_>) -> Poll<()> {
    if is_spent() {
        defer(context.waker());
        taskdump::record_no_budget();
        return Poll::Pending;
    }
    Poll::Ready(())
}

/// Wakes the task that this thread polls, and marks the poll as one that yielded. The
/// executor polls the task again after every other task that is ready now, and after it
/// has polled the driver.
pub(crate) fn defer(waker: &Waker) {
    DEFERRED.set(true);
    waker.wake_by_ref();
}
// ANCHOR_END: defer

/// Whether the current poll, or the last one, has yielded.
pub(crate) fn deferred() -> bool {
    DEFERRED.get()
}

/// Spends one unit, because a leaf future was ready.
pub(crate) fn spend() {
    // While the thread ends, its budget is gone.
    let _ = BUDGET.try_with(|budget| budget.set(budget.get().map(|left| left.saturating_sub(1))));
}
