//! Outputs that nobody collects, dropped without recursion.
//!
//! A task's output can own the handle of another finished task, whose output
//! owns the next: dropping the first would drop the last from the bottom of a
//! very deep stack. So a drop that begins inside another is put on a list, and
//! the outermost works the list off.

use super::header::Task;
use crate::{primitives::per_thread, unwind::catch_and_discard};
use std::cell::RefCell;

per_thread! {
    /// `Some` while an output is being dropped on this thread.
    static LATER: RefCell<Option<Vec<Task>>> = const { RefCell::new(None) };
}

/// Drops the task's output, now or when the drop under way is through. A
/// destructor that panics has been reported by the panic hook; the panic ends
/// here.
///
/// # Safety
/// The task is complete, nobody else will look for its output, and this
/// thread may drop it.
pub(super) unsafe fn discard(task: &Task) {
    let drop_output = |task: &Task| {
        // SAFETY: the caller's promises, now or when the task was listed; the
        // list never leaves the thread.
        catch_and_discard(|| unsafe { task.drop_output() });
    };
    let place = LATER.try_with(|later| match &mut *later.borrow_mut() {
        Some(list) => {
            list.push(task.clone());
            Place::Listed
        }
        none => {
            *none = Some(Vec::new());
            Place::Outermost
        }
    });
    match place {
        Ok(Place::Listed) => {}
        Ok(Place::Outermost) => {
            drop_output(task);
            while let Some(next) = LATER.with_borrow_mut(|later| later.as_mut()?.pop()) {
                drop_output(&next);
            }
            LATER.with_borrow_mut(|later| *later = None);
        }
        // The thread is ending and its list is gone: recursion is all there is.
        Err(_) => drop_output(task),
    }
}

enum Place {
    Listed,
    Outermost,
}
