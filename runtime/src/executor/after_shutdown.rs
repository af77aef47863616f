//! Cancelling tasks that were spawned or queued after the shutdown.
//!
//! Cancelling a task drops its future, and a destructor may spawn the next task.
//! That task also comes after the shutdown, so it is cancelled inside the first one's
//! destructor. To save the stack, only [`MAX_NESTED`] of these cancellations nest. The
//! tasks of deeper ones go into a list, and the outermost cancellation empties it.

use crate::{
    primitives::thread_local,
    task::{self, SuspendDeferredDrops, Task},
};
use std::cell::{Cell, RefCell};

const MAX_NESTED: u32 = 16;

thread_local! {
    /// How many cancellations are under way on this thread.
    static NESTED: Cell<u32> = const { Cell::new(0) };
    /// The tasks that the outermost cancellation will cancel.
    static LISTED: RefCell<Vec<Task>> = const { RefCell::new(Vec::new()) };
}

/// Sets the count of nested cancellations until it is dropped.
struct NestedGuard(u32);

impl NestedGuard {
    fn set(nested: u32) -> Self {
        Self(NESTED.replace(nested))
    }
}

impl Drop for NestedGuard {
    fn drop(&mut self) {
        NESTED.set(self.0);
    }
}

/// Cancels a task whose executor has ended. Consumes the reference of its queue.
///
/// # Safety
/// The task is in no queue. This thread may drop its future: the future is `Send`,
/// or this is the thread that spawned it.
pub(super) unsafe fn cancel(task: Task) {
    let nested = NESTED.get();
    let task = if nested < MAX_NESTED {
        task
    } else {
        let mut task = Some(task);
        // While the thread ends its list is gone, and nesting is the only way.
        let _ = LISTED.try_with(|listed| listed.borrow_mut().extend(task.take()));
        let Some(task) = task else { return };
        task
    };
    let _guard = NestedGuard::set(nested + 1);
    // SAFETY: the caller's promise.
    unsafe { task.cancel() };
    if nested == 0 {
        while let Ok(Some(task)) = LISTED.try_with(|listed| listed.borrow_mut().pop()) {
            // SAFETY: the promise of the caller that listed the task. The list
            // does not leave this thread.
            unsafe { task.cancel() };
        }
    }
}

/// While this guard exists, [`cancel`] cancels each task at once, and an output is dropped
/// at once. Neither goes into a list. A thread holds the guard while it blocks, because it
/// may block inside a destructor. The lists here and in `task::output` are emptied only
/// after that destructor. If the destructor waited for a task or an output in a list, it
/// would wait for ever.
pub(super) struct BlockingRegionGuard {
    // A guard and not a closure: a closure around all of `block_on` is not inlined,
    // which cost 30 instructions.
    _suspended: Option<(NestedGuard, SuspendDeferredDrops)>,
}

impl BlockingRegionGuard {
    pub(super) fn new() -> Self {
        let is_in_destructor = NESTED.get() != 0 || task::is_dropping_output();
        Self {
            _suspended: is_in_destructor.then(Self::suspend),
        }
    }

    #[cold]
    fn suspend() -> (NestedGuard, SuspendDeferredDrops) {
        (NestedGuard::set(0), SuspendDeferredDrops::suspend())
    }
}
