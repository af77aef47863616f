// ANCHOR: head
//! The allocation of a task: its header, and then its future or its result.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::{Context, Poll};

use executor::{JoinError, discard};

use crate::header::{Header, Phase, Shared, TaskRef, Vtable};
// ANCHOR_END: head

// ANCHOR: cell
/// One task. `repr(C)` keeps the fields in this order, so a pointer to the header is
/// also a pointer to the cell.
#[repr(C)]
struct TaskCell<F: Future> {
    header: Header,
    stage: UnsafeCell<Stage<F>>,
}

/// The future and its result are never there at the same time, so they share memory.
enum Stage<F: Future> {
    Future(F),
    Result(Result<F::Output, JoinError>),
    Empty,
}
// ANCHOR_END: cell

// ANCHOR: new
/// Allocates a task. The reference is for the executor.
pub(crate) fn allocate<F>(future: F, number: usize, shared: &Arc<Shared>) -> TaskRef
where
    F: Future + 'static,
    F::Output: 'static,
{
    // The compiler makes one such table for each `F`, and it lives as long as the program.
    let vtable = &const {
        Vtable {
            poll: poll::<F>,
            cancel: cancel::<F>,
            take_result: take_result::<F>,
            free: free::<F>,
        }
    };
    let header = Header::new(number, shared, vtable);
    let stage = UnsafeCell::new(Stage::Future(future));
    let cell = Box::into_raw(Box::new(TaskCell { header, stage }));
    // SAFETY: a box is not null, and `refs` begins with one reference.
    unsafe { TaskRef::first(NonNull::new_unchecked(cell.cast())) }
}

/// # Safety
///
/// `task` points to the cell of an `F` that is alive (T1).
unsafe fn cell<'t, F: Future>(task: NonNull<Header>) -> &'t TaskCell<F> {
    // SAFETY: the caller's promise, and `repr(C)`.
    unsafe { task.cast().as_ref() }
}
// ANCHOR_END: new

// ANCHOR: poll
unsafe fn poll<F: Future>(task: NonNull<Header>, cx: &mut Context<'_>) -> bool {
    // SAFETY: T1. The executor owns a reference during the call.
    let cell = unsafe { cell::<F>(task) };
    let header = &cell.header;
    let before = header.phase.replace(Phase::Busy);
    assert!(before == Phase::Idle, "only a task that waits is polled");
    let result = if header.aborted.get() {
        Err(JoinError::Cancelled)
    } else {
        // SAFETY: T2, and the phase was `Idle`, so no other code uses the stage.
        match unsafe { cell.poll_future(cx) } {
            Ok(Poll::Pending) if !header.aborted.get() => {
                header.phase.set(Phase::Idle);
                return false;
            }
            Ok(Poll::Pending) => Err(JoinError::Cancelled),
            Ok(Poll::Ready(output)) => Ok(output),
            Err(panic) => Err(JoinError::Panicked(panic)),
        }
    };
    // SAFETY: as for `poll_future`.
    unsafe { cell.end(result) };
    true
}
// ANCHOR_END: poll

// ANCHOR: poll_future
impl<F: Future> TaskCell<F> {
    /// # Safety
    ///
    /// No other reference to the stage is in use.
    unsafe fn poll_future(
        &self,
        cx: &mut Context<'_>,
    ) -> Result<Poll<F::Output>, Box<dyn Any + Send>> {
        // SAFETY: the caller's promise.
        let Stage::Future(future) = (unsafe { &mut *self.stage.get() }) else {
            unreachable!("the executor has removed a task that has ended");
        };
        // SAFETY: the cell is never moved, and the future is dropped in its place.
        let future = unsafe { Pin::new_unchecked(future) };
        catch_unwind(AssertUnwindSafe(|| future.poll(cx)))
    }
}
// ANCHOR_END: poll_future

// ANCHOR: end
impl<F: Future> TaskCell<F> {
    /// Drops the future, and stores the result for the handle.
    ///
    /// # Safety
    ///
    /// The phase is `Busy`, and no reference to the stage is in use.
    unsafe fn end(&self, result: Result<F::Output, JoinError>) {
        // SAFETY: the caller's promise. The assignment drops the future in its place.
        // If that panics, `Empty` is stored nevertheless.
        let dropped = catch_unwind(AssertUnwindSafe(|| unsafe {
            *self.stage.get() = Stage::Empty;
        }));
        let result = match dropped {
            Ok(()) => result,
            Err(panic) => {
                discard(result);
                Err(JoinError::Panicked(panic))
            }
        };
        if self.header.detached.get() {
            self.header.phase.set(Phase::Empty);
            // T3: the result is dropped now, on this thread.
            discard(result);
            return;
        }
        // SAFETY: the caller's promise.
        unsafe { *self.stage.get() = Stage::Result(result) };
        self.header.phase.set(Phase::Ended);
    }
}
// ANCHOR_END: end

// ANCHOR: others
unsafe fn cancel<F: Future>(task: NonNull<Header>) {
    // SAFETY: T1. The executor owns a reference during the call.
    let cell = unsafe { cell::<F>(task) };
    let before = cell.header.phase.replace(Phase::Busy);
    assert!(before == Phase::Idle, "only a task that waits is cancelled");
    // SAFETY: T2, and the phase was `Idle`, so no other code uses the stage.
    unsafe { cell.end(Err(JoinError::Cancelled)) };
}

unsafe fn take_result<F: Future>(task: NonNull<Header>, to: *mut ()) {
    // SAFETY: T1. The handle owns a reference during the call.
    let cell = unsafe { cell::<F>(task) };
    cell.header.phase.set(Phase::Empty);
    // SAFETY: T2, and the phase was `Ended`, so no other code uses the stage.
    let stage = unsafe { std::mem::replace(&mut *cell.stage.get(), Stage::Empty) };
    if let Stage::Result(result) = stage {
        // SAFETY: the handle of this task passes a pointer to such an `Option`.
        unsafe { *to.cast::<Option<Result<F::Output, JoinError>>>() = Some(result) };
    }
}

unsafe fn free<F: Future>(task: NonNull<Header>) {
    // SAFETY: T1. `allocate` made this of a box, and no reference is left.
    drop(unsafe { Box::from_raw(task.cast::<TaskCell<F>>().as_ptr()) });
}
// ANCHOR_END: others
