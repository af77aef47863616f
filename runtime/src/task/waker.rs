//! A task as a [`Waker`]. Its data is the header's address, and all tasks share
//! one static vtable, so `will_wake` compares two pointers.

use super::{
    header::{Header, Task},
    state::TransitionToScheduled,
};
use crate::taskdump::{self, WakerOp};
use std::{
    mem::ManuallyDrop,
    ops::Deref,
    ptr::{self, NonNull},
    task::{RawWaker, RawWakerVTable, Waker},
};

// **W1**: The data of a waker with this vtable is the address of a task's header, and
// the waker owns one of the task's references (H1). `WakerRef` borrows one.
// ANCHOR: borrowed
static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// A waker that borrows its task, so a poll does not change the reference count.
pub(crate) struct WakerRef<'a> {
    waker: ManuallyDrop<Waker>,
    _task: &'a Task,
}

pub(crate) fn waker_ref(task: &Task) -> WakerRef<'_> {
    let raw = RawWaker::new(task.as_raw().as_ptr().cast_const().cast(), &VTABLE);
    WakerRef {
        // SAFETY: W1: the data is a header's address. The waker borrows the
        // reference of `task`, so `ManuallyDrop` keeps it from dropping that.
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

/// Whether the waker wakes a task of this crate. Then waking and dropping it runs
/// no user code, except a subscriber's with the feature `tracing`.
pub(crate) fn is_task_waker(waker: &Waker) -> bool {
    ptr::eq(waker.vtable(), &raw const VTABLE)
}

/// The task that the waker wakes, with a reference of its own, if that is a task of
/// this crate. Counts as a clone of the waker.
pub(super) fn clone_task(waker: &Waker) -> Option<Task> {
    is_task_waker(waker).then(|| {
        // SAFETY: W1: the vtable is ours.
        let task = unsafe { borrow(waker.data()) };
        taskdump::waker(&task.header().stats, WakerOp::Clone);
        Task::clone(&task)
    })
}

/// The task of a waker. `ManuallyDrop` leaves the reference to the waker.
///
/// # Safety
/// `data` is the data of a waker with this vtable.
unsafe fn borrow(data: *const ()) -> ManuallyDrop<Task> {
    // SAFETY: W1: the data is a header's address, which is not null.
    let header = unsafe { NonNull::new_unchecked(data.cast_mut().cast::<Header>()) };
    // SAFETY: W1: the waker owns this reference, and the result does not drop it.
    ManuallyDrop::new(unsafe { Task::from_raw(header) })
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: a `RawWakerVTable` calls its functions with its waker's data.
    let task = unsafe { borrow(data) };
    taskdump::waker(&task.header().stats, WakerOp::Clone);
    let _counted = ManuallyDrop::new(Task::clone(&task));
    RawWaker::new(data, &VTABLE)
}

// ANCHOR: wake
/// Wakes a task. Consumes the reference.
pub(super) fn wake_task(task: Task) {
    taskdump::waker(&task.header().stats, WakerOp::Wake);
    if task.header().state.transition_to_scheduled() == TransitionToScheduled::Submit {
        task.schedule();
    }
}

unsafe fn wake(data: *const ()) {
    // SAFETY: a `RawWakerVTable` calls its functions with its waker's data. The
    // waker is consumed, so its reference goes to the task.
    wake_task(ManuallyDrop::into_inner(unsafe { borrow(data) }));
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: a `RawWakerVTable` calls its functions with its waker's data.
    let task = unsafe { borrow(data) };
    taskdump::waker(&task.header().stats, WakerOp::WakeByRef);
    if task.header().state.transition_to_scheduled() == TransitionToScheduled::Submit {
        Task::clone(&task).schedule();
    }
}
// ANCHOR_END: wake

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: a `RawWakerVTable` calls its functions with its waker's data. The
    // waker is dropped, so its reference goes to the task.
    let task = ManuallyDrop::into_inner(unsafe { borrow(data) });
    taskdump::waker(&task.header().stats, WakerOp::Drop);
}
