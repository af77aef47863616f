//! Drops outputs that no handle takes, without recursion.
//!
//! A task's output can own the handle of another finished task, whose output owns
//! the next handle, and so on. Dropping the first would drop the last at the bottom
//! of a very deep stack. So a drop that begins inside another goes into a list, and
//! the outermost drop empties the list.

use super::header::Task;
use crate::unwind::catch_and_discard;
use std::cell::RefCell;

thread_local! {
    /// The tasks whose outputs the outermost drop will drop. `None` while this
    /// thread drops no output.
    static NESTED: RefCell<Option<Vec<Task>>> = const { RefCell::new(None) };
}

/// Drops the task's outcome, now or at the end of the outermost drop on this
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
    let is_nested = NESTED.try_with(|nested| match &mut *nested.borrow_mut() {
        Some(list) => {
            list.push(task.clone());
            true
        }
        none => {
            *none = Some(Vec::new());
            false
        }
    });
    match is_nested {
        Ok(true) => {}
        Ok(false) => {
            drop_output(task);
            while let Some(next) = NESTED.with_borrow_mut(|nested| nested.as_mut()?.pop()) {
                drop_output(&next);
            }
            NESTED.with_borrow_mut(|nested| *nested = None);
        }
        // The thread is ending and has no list any more, so nested drops recurse.
        Err(_) => drop_output(task),
    }
}
