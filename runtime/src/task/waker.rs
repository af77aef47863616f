//! A task as a [`Waker`]: the header's address and one static vtable, so that
//! `will_wake` compares two pointers and means it.

use super::{
    header::{Header, Task},
    state::TransitionToScheduled,
};
use crate::trace::{self, WakerOp};
use std::{
    mem::ManuallyDrop,
    ops::Deref,
    ptr::{self, NonNull},
    task::{RawWaker, RawWakerVTable, Waker},
};

// ANCHOR: borrowed
static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// A waker that borrows its task: polling counts no reference.
pub(crate) struct WakerRef<'a> {
    waker: ManuallyDrop<Waker>,
    _task: &'a Task,
}

pub(crate) fn waker_ref(task: &Task) -> WakerRef<'_> {
    let raw = RawWaker::new(task.as_raw().as_ptr().cast_const().cast(), &VTABLE);
    WakerRef {
        // SAFETY: the vtable upholds the waker's contract, and the reference
        // that this waker would drop is never dropped: it is borrowed.
        waker: ManuallyDrop::new(unsafe { Waker::from_raw(raw) }),
        _task: task,
    }
}
// ANCHOR_END: borrowed

impl Deref for WakerRef<'_> {
    type Target = Waker;

    fn deref(&self) -> &Waker {
        &self.waker
    }
}

/// Whether it wakes a task, of whatever runtime of ours: that runs no stranger's
/// code (but a subscriber's, with the feature `tracing`).
pub(crate) fn is_task_waker(waker: &Waker) -> bool {
    ptr::eq(waker.vtable(), &raw const VTABLE)
}

/// The task that a waker wakes, if it is one of ours; with its reference.
pub(super) fn into_task(waker: Waker) -> Result<Task, Waker> {
    if !is_task_waker(&waker) {
        return Err(waker);
    }
    let waker = ManuallyDrop::new(waker);
    // SAFETY: a waker of this vtable, whose reference is ours: it is not
    // dropped.
    Ok(ManuallyDrop::into_inner(unsafe { borrow(waker.data()) }))
}

/// The task that a waker's data points to.
///
/// # Safety
/// `data` is that of a waker of this vtable.
unsafe fn borrow(data: *const ()) -> ManuallyDrop<Task> {
    // SAFETY: such data is a task's header, never null.
    let header = unsafe { NonNull::new_unchecked(data.cast_mut().cast::<Header>()) };
    // SAFETY: the waker's reference, borrowed: not dropped here.
    ManuallyDrop::new(unsafe { Task::from_raw(header) })
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: called with a waker's data.
    let task = unsafe { borrow(data) };
    let _counted = ManuallyDrop::new(Task::clone(&task));
    trace::waker(task.header(), WakerOp::Clone);
    RawWaker::new(data, &VTABLE)
}

// ANCHOR: wake
unsafe fn wake(data: *const ()) {
    // SAFETY: called with a waker's data; the waker is consumed, so its
    // reference is ours.
    let task = ManuallyDrop::into_inner(unsafe { borrow(data) });
    trace::waker(task.header(), WakerOp::Wake);
    if task.header().state.transition_to_scheduled() == TransitionToScheduled::Submit {
        task.schedule();
    }
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: called with a waker's data.
    let task = unsafe { borrow(data) };
    trace::waker(task.header(), WakerOp::WakeByRef);
    if task.header().state.transition_to_scheduled() == TransitionToScheduled::Submit {
        Task::clone(&task).schedule();
    }
}
// ANCHOR_END: wake

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: called with a waker's data; its reference is ours.
    let task = ManuallyDrop::into_inner(unsafe { borrow(data) });
    trace::waker(task.header(), WakerOp::Drop);
}
