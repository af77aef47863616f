// ANCHOR: head
//! The part of a task that is the same for every future.
//!
//! - **T1** The memory of a task lives as long as its count `refs` is above zero. Each
//!   [`TaskRef`] and each waker owns one reference.
//! - **T2** As long as the executor or the handle owns a reference, only the executor's
//!   thread uses the stage of the cell, and the fields of the header that are a `Cell`.
//! - **T3** When the executor and the handle have given their references back, the
//!   stage is empty. So wakers on other threads free only memory.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicUsize, fence};
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use crossbeam_queue::SegQueue;
use futures_task::WakerRef;
use wakers::Parker;
// ANCHOR_END: head

// ANCHOR: header
/// Every task begins with this.
pub(crate) struct Header {
    /// How many references there are.
    refs: AtomicUsize,
    /// The task's number is in the queue.
    queued: AtomicBool,
    pub(crate) number: usize,
    shared: Arc<Shared>,
    /// What depends on the type of the future.
    pub(crate) vtable: &'static Vtable,
    pub(crate) phase: Cell<Phase>,
    /// The handle wants the task to end.
    pub(crate) aborted: Cell<bool>,
    /// The handle was dropped.
    pub(crate) detached: Cell<bool>,
    /// The waker of the task that waits for the output.
    pub(crate) joiner: Cell<Option<Waker>>,
}

// ANCHOR_END: header

// ANCHOR: phase
/// What the stage of a task holds, and who may use it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The future waits for its next poll.
    Idle,
    /// The future is being polled or dropped. Only that call uses the stage.
    Busy,
    /// The result waits for the handle.
    Ended,
    /// The result was taken or dropped.
    Empty,
}

// ANCHOR_END: phase

// ANCHOR: shared
/// The part of an executor that wakers use, on any thread.
pub(crate) struct Shared {
    pub(crate) woken: SegQueue<usize>,
    pub(crate) parker: Arc<Parker>,
}
// ANCHOR_END: shared

// ANCHOR: vtable
/// Four functions that know the type of the future.
pub(crate) struct Vtable {
    /// Polls the future. True if the task has ended.
    pub(crate) poll: unsafe fn(NonNull<Header>, &mut Context<'_>) -> bool,
    /// Drops the future of a task that has not ended.
    pub(crate) cancel: unsafe fn(NonNull<Header>),
    /// Moves the result out of the stage. The second pointer points to the `Option`
    /// that receives it.
    pub(crate) take_result: unsafe fn(NonNull<Header>, *mut ()),
    /// Frees the memory.
    pub(crate) free: unsafe fn(NonNull<Header>),
}
// ANCHOR_END: vtable

// ANCHOR: task_ref
/// One counted reference to a task.
pub(crate) struct TaskRef(NonNull<Header>);

impl Clone for TaskRef {
    fn clone(&self) -> TaskRef {
        // Relaxed: we own a reference, so the count cannot reach zero now.
        self.refs.fetch_add(1, Relaxed);
        TaskRef(self.0)
    }
}

impl Drop for TaskRef {
    fn drop(&mut self) {
        // Release pairs with the Acquire fence below, on the thread that frees.
        if self.refs.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: T1. This was the last reference.
            unsafe { (self.vtable.free)(self.0) }
        }
    }
}

impl Deref for TaskRef {
    type Target = Header;

    fn deref(&self) -> &Header {
        // SAFETY: T1. We own a reference.
        unsafe { self.0.as_ref() }
    }
}
// ANCHOR_END: task_ref

// ANCHOR: wake
impl Header {
    /// Queues the task, unless it is in the queue already.
    pub(crate) fn wake(&self) {
        // AcqRel pairs with the swap in `begin_poll`.
        if !self.queued.swap(true, AcqRel) {
            self.shared.woken.push(self.number);
            self.shared.parker.unpark();
        }
    }

    /// The executor calls this just before it polls the task.
    pub(crate) fn begin_poll(&self) {
        // AcqRel pairs with the swap in `wake`.
        self.queued.swap(false, AcqRel);
    }
}
// ANCHOR_END: wake

// ANCHOR: waker
static WAKER: RawWakerVTable = RawWakerVTable::new(
    clone_waker,
    // SAFETY: `wake` uses the waker up, so its reference is ours.
    |data| unsafe { TaskRef::from_raw(data) }.wake(),
    // SAFETY: the waker keeps its reference.
    |data| unsafe { borrow(data) }.wake(),
    // SAFETY: the waker's reference is ours to give back.
    |data| drop(unsafe { TaskRef::from_raw(data) }),
);

unsafe fn clone_waker(data: *const ()) -> RawWaker {
    // SAFETY: the data of a waker is a reference (T1), and the waker keeps it.
    let task = unsafe { borrow(data) };
    RawWaker::new(TaskRef::clone(&task).into_raw(), &WAKER)
}

/// # Safety
///
/// `data` comes from `into_raw`, and its reference is kept while this is used.
unsafe fn borrow(data: *const ()) -> ManuallyDrop<TaskRef> {
    // SAFETY: the caller's promise. The reference is not given back.
    ManuallyDrop::new(unsafe { TaskRef::from_raw(data) })
}

impl TaskRef {
    /// A waker that borrows our reference, so it does not change the count.
    pub(crate) fn waker(&self) -> WakerRef<'_> {
        // SAFETY: T1. The functions of `WAKER` expect a task, and use only those fields
        // that are for every thread. The waker lives as long as `self`, and is not dropped.
        let waker = unsafe { Waker::new(self.0.as_ptr().cast(), &WAKER) };
        WakerRef::new_unowned(ManuallyDrop::new(waker))
    }
}
// ANCHOR_END: waker

// ANCHOR: rest
impl TaskRef {
    /// # Safety
    ///
    /// `data` comes from `into_raw`, and its reference becomes this one.
    unsafe fn from_raw(data: *const ()) -> TaskRef {
        // SAFETY: `into_raw` made this of a pointer that is not null.
        TaskRef(unsafe { NonNull::new_unchecked(data.cast_mut().cast()) })
    }

    fn into_raw(self) -> *const () {
        ManuallyDrop::new(self).0.as_ptr().cast()
    }

    /// # Safety
    ///
    /// `task` points to a task, and its first reference becomes this one.
    pub(crate) unsafe fn first(task: NonNull<Header>) -> TaskRef {
        TaskRef(task)
    }

    /// The pointer of the box. It may be used for the whole cell, and a pointer that is
    /// made of a `&Header` only for the header.
    pub(crate) fn pointer(&self) -> NonNull<Header> {
        self.0
    }
}

impl Header {
    /// Wakes the task that waits for the result, if there is one.
    pub(crate) fn wake_joiner(&self) {
        if let Some(joiner) = self.joiner.take() {
            joiner.wake();
        }
    }

    pub(crate) fn new(
        number: usize,
        shared: &Arc<Shared>,
        vtable: &'static Vtable,
    ) -> Header {
        Header {
            refs: AtomicUsize::new(1),
            queued: AtomicBool::new(false),
            number,
            shared: Arc::clone(shared),
            vtable,
            phase: Cell::new(Phase::Idle),
            aborted: Cell::new(false),
            detached: Cell::new(false),
            joiner: Cell::new(None),
        }
    }
}
// ANCHOR_END: rest
