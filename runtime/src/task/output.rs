//! Drops outputs that no handle takes, without recursion.
//!
//! A task's output can own the handle of another finished task, whose output owns
//! the next handle, and so on. Dropping the first would drop the last at the bottom
//! of a very deep stack. So a drop that begins inside another goes into a list, and
//! the outermost drop empties the list.
//!
//! A destructor may block this thread, for example in `block_on`, and wait for an output
//! that is dropped on this thread while it blocks. If that output went into the list, the
//! destructor would wait for ever. So while a destructor blocks, outputs are dropped at
//! once: see [`SuspendDeferredDrops`].

use super::header::Task;
use crate::{primitives::thread_local, unwind::catch_and_discard};
use std::cell::{Cell, RefCell};

thread_local! {
    /// Whether this thread is dropping an output.
    static IS_DROPPING: Cell<bool> = const { Cell::new(false) };
    /// The tasks whose outputs the outermost drop will drop.
    static NESTED: RefCell<Vec<Task>> = const { RefCell::new(Vec::new()) };
}

/// Drops the task's output, now or at the end of the outermost drop on this
/// thread. A destructor's panic ends here, after the panic hook has reported it.
///
/// # Safety
/// As for [`Task::drop_output`].
pub(super) unsafe fn discard(task: &Task) {
    let drop_output = |task: &Task| {
        // SAFETY: C3 and C4 of the cell, as the caller promised for this task now, or
        // for a task on the list when it was put there. The list stays on its thread.
        catch_and_discard(|| unsafe { task.drop_output() });
    };
    if IS_DROPPING.replace(true) {
        let listed = NESTED.try_with(|nested| nested.borrow_mut().push(task.clone()));
        if listed.is_err() {
            // The thread is ending and has no list any more, so nested drops recurse.
            drop_output(task);
        }
        return;
    }
    drop_output(task);
    while let Ok(Some(next)) = NESTED.try_with(|nested| nested.borrow_mut().pop()) {
        drop_output(&next);
    }
    IS_DROPPING.set(false);
}

/// Whether this thread is dropping an output.
pub(crate) fn is_dropping_output() -> bool {
    IS_DROPPING.get()
}

/// While the guard exists, outputs are dropped at once, even inside of another drop. Code
/// that blocks the thread holds a guard.
pub(crate) struct SuspendDeferredDrops(bool);

impl SuspendDeferredDrops {
    pub(crate) fn suspend() -> Self {
        Self(IS_DROPPING.replace(false))
    }
}

impl Drop for SuspendDeferredDrops {
    fn drop(&mut self) {
        IS_DROPPING.set(self.0);
    }
}
