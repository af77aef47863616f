//! What every task has, and a counted reference to it.
//!
//! [`Task`] knows nothing of the types of its future and its output; what
//! depends on them goes through the [`Vtable`], to the task's
//! [cell](super::cell).

use super::{
    error::JoinError,
    id::Id,
    joiner::Joiner,
    origin::Origin,
    state::{State, Wake},
};
use crate::primitives::UnsafeCell;
use std::{
    mem::{self, ManuallyDrop},
    ptr::NonNull,
    sync::atomic::AtomicU32,
};

/// Where a task goes when it is to be polled, and where it is forgotten.
pub(crate) trait Schedule: 'static {
    /// Queues the task. Called from any thread that wakes it.
    ///
    /// The scheduler lives in the task's own cell, so it can be gone as soon
    /// as another thread can see the task: hence a pointer and no `&self`.
    ///
    /// # Safety
    /// `this` may be read until `task` is given away.
    unsafe fn schedule(this: *const Self, task: Task);

    /// Queues a task that was woken while it ran: it has had its turn, and
    /// others go first.
    ///
    /// # Safety
    /// As for [`schedule`](Self::schedule).
    unsafe fn reschedule(this: *const Self, task: Task) {
        // SAFETY: the caller's promise.
        unsafe { Self::schedule(this, task) }
    }

    /// The task is in no list, and waits for the first time: whoever keeps
    /// tasks that wait lists it now. Called by who runs it.
    fn keep(&self, _: &Task) {}

    /// The task ends: takes it off the list that keeps it, and hands over that
    /// list's reference. Called once, by who runs the task, before anybody can
    /// see that it is complete.
    fn release(&self, task: &Task) -> Option<Task>;
}

/// What every task has, whatever its future: 40 bytes.
#[repr(C)]
pub(crate) struct Header {
    pub(crate) state: State,
    /// Where the executor's list of tasks keeps it; that list's alone.
    pub(crate) key: AtomicU32,
    /// The next task in the queue that holds this one; that queue's alone.
    pub(crate) link: UnsafeCell<*mut Header>,
    /// Whose turn it is is told by `JOIN_WAKER` in the state.
    pub(super) joiner: UnsafeCell<Option<Joiner>>,
    pub(super) vtable: &'static Vtable,
    pub(crate) id: Id,
    pub(crate) origin: Origin,
}

#[cfg(all(
    target_pointer_width = "64",
    not(any(loom, shuttle)),
    not(feature = "trace")
))]
const _: () = assert!(size_of::<Header>() == 40);

pub(super) struct Vtable {
    pub(super) run: unsafe fn(Task),
    pub(super) cancel: unsafe fn(Task),
    pub(super) schedule: unsafe fn(Task),
    /// Moves the output to `*mut Result<T, JoinError>`.
    pub(super) take_output: unsafe fn(&Task, *mut ()),
    pub(super) drop_output: unsafe fn(&Task),
    pub(super) free: unsafe fn(NonNull<Header>),
}

/// The key of a task that is in no list.
pub(crate) const UNLISTED: u32 = u32::MAX;

/// A counted reference to a task.
pub(crate) struct Task(pub(super) NonNull<Header>);

// SAFETY: what a `Task` reaches without further promises is the header: atomics,
// `Send + Sync` values, and cells guarded by the state word. The future and
// the output are touched only by `run`, `cancel` and the output functions,
// whose callers promise to be on a thread that may.
unsafe impl Send for Task {}
// SAFETY: as above.
unsafe impl Sync for Task {}

impl Task {
    pub(crate) fn header(&self) -> &Header {
        // SAFETY: the reference that `self` is keeps the cell allocated, and
        // a header is never borrowed mutably.
        unsafe { self.0.as_ref() }
    }

    /// Polls the task, or cancels it if that was asked for. Consumes the
    /// reference that its queue held.
    ///
    /// # Safety
    /// The caller took the task from its queue, on a thread that may touch
    /// the future: any thread if it is `Send`, else the one that spawned it.
    pub(crate) unsafe fn run(self) {
        // SAFETY: the vtable was made with the cell; the rest is the caller's.
        unsafe { (self.header().vtable.run)(self) }
    }

    /// Drops the future of a task that is not running, at shutdown. Consumes
    /// the reference of whoever kept it.
    ///
    /// # Safety
    /// As for [`Task::run`], but for the queue.
    pub(crate) unsafe fn cancel(self) {
        if self.header().state.seize() {
            // SAFETY: as in `run`; `seize` made the future ours.
            unsafe { (self.header().vtable.cancel)(self) }
        }
    }

    /// Puts the task into its queue; the state has said that the caller must.
    pub(crate) fn schedule(self) {
        // SAFETY: the vtable was made with the cell. Schedulers may be called
        // from every thread.
        unsafe { (self.header().vtable.schedule)(self) }
    }

    /// Moves the output out.
    ///
    /// # Safety
    /// The task is complete, the caller is its one `JoinHandle` and has not
    /// taken the output before, and `T` is the output's type.
    pub(super) unsafe fn take_output<T>(&self) -> Result<T, JoinError> {
        let mut output = mem::MaybeUninit::<Result<T, JoinError>>::uninit();
        // SAFETY: the caller's promises; the function writes the whole value.
        unsafe {
            (self.header().vtable.take_output)(self, output.as_mut_ptr().cast());
            output.assume_init()
        }
    }

    /// Drops the output if it has not been taken.
    ///
    /// # Safety
    /// The task is complete, nobody else will look for the output, and this
    /// thread may drop it.
    pub(super) unsafe fn drop_output(&self) {
        // SAFETY: the vtable was made with the cell; the rest is the caller's.
        unsafe { (self.header().vtable.drop_output)(self) }
    }

    /// Asks for the task to be dropped where it lives, soon.
    pub(crate) fn abort(&self) {
        if self.header().state.cancel() == Wake::Queue {
            self.clone().schedule();
        }
    }

    pub(crate) fn into_raw(self) -> NonNull<Header> {
        ManuallyDrop::new(self).0
    }

    /// # Safety
    /// The pointer came from [`Task::into_raw`] (or [`Task::as_raw`], for a
    /// reference that the state counts already), and its reference is not
    /// used by anybody else.
    pub(crate) unsafe fn from_raw(header: NonNull<Header>) -> Self {
        Self(header)
    }

    pub(crate) fn as_raw(&self) -> NonNull<Header> {
        self.0
    }
}

impl Clone for Task {
    fn clone(&self) -> Self {
        self.header().state.add_reference();
        Self(self.0)
    }
}

impl Task {
    /// Lets go of several references at once, this one among them.
    ///
    /// # Safety
    /// They are the caller's.
    pub(super) unsafe fn drop_references(self, references: u32) {
        let header = ManuallyDrop::new(self).0;
        // SAFETY: the references keep the header allocated.
        let Header { state, vtable, .. } = unsafe { header.as_ref() };
        let free = vtable.free;
        if state.drop_references(references) {
            // SAFETY: those were the last.
            unsafe { free(header) }
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        // SAFETY: this reference, which is not used any more.
        unsafe { Self(self.0).drop_references(1) }
    }
}
