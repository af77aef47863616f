//! The header of a task, and [`Task`], a counted reference to it.
//!
//! A [`Task`] does not know the types of its future and its output. Code that
//! depends on them is in the task's [cell](super::cell), behind the [`Vtable`].

use super::{
    error::JoinError,
    packed_waker::PackedWaker,
    state::{StateWord, TransitionToScheduled},
};
use crate::{id::Id, primitives::UnsafeCell, taskdump::TaskStats};
use std::{
    mem::{self, ManuallyDrop},
    ptr::NonNull,
    sync::atomic::AtomicU32,
};

/// What an executor does for its tasks. A value of this type lives in each
/// task's cell.
pub(crate) trait Schedule: 'static {
    /// Queues the task. A waker calls this from any thread.
    ///
    /// The scheduler lives in the task's own cell. Another thread can free that
    /// cell as soon as it sees the task, so this takes a pointer and not `&self`.
    ///
    /// # Safety
    /// `this` may be read until `task` is given away.
    unsafe fn schedule(this: *const Self, task: Task);

    /// Queues a task that was woken while it ran. It goes behind the other ready
    /// tasks, because it has had its turn.
    ///
    /// # Safety
    /// `this` may be read until `task` is given away.
    unsafe fn reschedule(this: *const Self, task: Task) {
        // SAFETY: `schedule` asks for the same promise.
        unsafe { Self::schedule(this, task) }
    }

    /// Puts the task into the list of owned tasks. The runner calls this when the
    /// task waits for the first time, so a task that never waits is in no list.
    fn bind(&self, _: &Task) {}

    /// Takes the task off the list of owned tasks, and returns that list's
    /// reference. The runner calls this once, before the task is complete.
    fn release(&self, task: &Task) -> Option<Task>;

    /// The task panicked. The runner calls this before the task is complete.
    fn panicked(&self) {}
}

/// The part of a task that does not depend on the type of its future: 40 bytes.
///
/// # Invariants
/// - **H1**: Each [`Task`] owns one of the references that the state word counts.
///   The cell stays allocated while there is one.
/// - **H2**: A header is never borrowed mutably. Its fields are atomics, constants
///   and cells.
/// - **H3**: `Task::new::<F, S>` built `vtable`, and the header is the first field
///   of a `Cell<F, S>`. Each pointer to it has the provenance of the whole cell.
/// - **H4**: A task is in one queue at most, and only that queue uses `link`.
/// - **H5**: J1 to J5 of [`state::join`](super::state) say who may use
///   `join_waker`.
// ANCHOR: header
#[repr(C)]
pub(crate) struct Header {
    pub(crate) state: StateWord,
    /// The task's place in its executor's list of owned tasks, or [`NO_KEY`]. Only
    /// that list writes it. After the end, the place of a panic's payload (C3 of the
    /// cell).
    pub(crate) key: AtomicU32,
    /// The next task in the same queue (H4).
    pub(crate) link: UnsafeCell<*mut Header>,
    /// The waker of the task that awaits the `JoinHandle` (H5).
    pub(super) join_waker: UnsafeCell<Option<PackedWaker>>,
    pub(super) vtable: &'static Vtable,
    pub(crate) id: Id,
    pub(crate) stats: TaskStats,
}
// ANCHOR_END: header

#[cfg(all(
    target_pointer_width = "64",
    not(any(loom, shuttle)),
    not(feature = "taskdump")
))]
const _: () = assert!(size_of::<Header>() == 40);

/// The functions that know the types of the future and the scheduler.
pub(super) struct Vtable {
    pub(super) run: unsafe fn(Task),
    pub(super) cancel: unsafe fn(Task),
    pub(super) schedule: unsafe fn(Task),
    /// Moves the output to `*mut Result<T, JoinError>`.
    pub(super) take_output: unsafe fn(&Task, *mut ()),
    pub(super) drop_output: unsafe fn(&Task),
    pub(super) free: unsafe fn(NonNull<Header>),
}

/// The key of a task that is in no list of owned tasks.
pub(crate) const NO_KEY: u32 = u32::MAX;

/// A counted reference to a task.
pub(crate) struct Task(pub(super) NonNull<Header>);

// SAFETY: safe code reaches only the header through a `Task`. H2, H4 and H5 make
// its fields safe to use from every thread. The future and the output are reached
// through unsafe functions, and their callers promise to be on a thread that may
// touch them.
unsafe impl Send for Task {}
// SAFETY: `&Task` reaches the same header, by the same invariants.
unsafe impl Sync for Task {}

impl Task {
    pub(crate) fn header(&self) -> &Header {
        // SAFETY: H1 keeps the cell allocated while `self` lives, and H2 rules out
        // a mutable borrow.
        unsafe { self.0.as_ref() }
    }

    /// Drops the future of a task that is not running, at shutdown. Consumes the
    /// reference of the list that held the task.
    ///
    /// # Safety
    /// This thread may touch the future, as for [`Task::run`].
    pub(crate) unsafe fn cancel(self) {
        if self.header().state.transition_to_shutdown() {
            // SAFETY: H3: the function was made for this cell. The transition made
            // this thread the runner, and the caller promises the rest.
            unsafe { (self.header().vtable.cancel)(self) }
        }
    }

    /// Moves the output out.
    ///
    /// # Safety
    /// The task is complete, `T` is the type of its output, and the caller is its
    /// `JoinHandle`, which takes the output once.
    pub(super) unsafe fn take_output<T>(&self) -> Result<T, JoinError> {
        let mut output = mem::MaybeUninit::<Result<T, JoinError>>::uninit();
        // SAFETY: H3: the function was made for this cell, and it writes the whole
        // value. The caller promises the rest.
        unsafe {
            (self.header().vtable.take_output)(self, output.as_mut_ptr().cast());
            output.assume_init()
        }
    }

    /// Drops the output of a complete task.
    ///
    /// # Safety
    /// The task is complete, the output has not been taken, the caller owns it
    /// (C3 of the cell), and this thread may drop it.
    pub(super) unsafe fn drop_output(&self) {
        // SAFETY: H3: the function was made for this cell. The caller promises the
        // rest.
        unsafe { (self.header().vtable.drop_output)(self) }
    }

    /// Requests that the future is dropped on the thread that runs it.
    pub(crate) fn abort(&self) {
        let transition = self.header().state.transition_to_scheduled_and_cancel();
        if transition == TransitionToScheduled::Submit {
            self.clone().schedule();
        }
    }

    pub(crate) fn into_raw(self) -> NonNull<Header> {
        ManuallyDrop::new(self).0
    }

    /// Makes a reference that the state counts already.
    ///
    /// # Safety
    /// The pointer came from [`Task::into_raw`] or [`Task::as_raw`], and no other
    /// `Task` owns this reference (H1).
    pub(crate) unsafe fn from_raw(header: NonNull<Header>) -> Self {
        Self(header)
    }

    pub(crate) fn as_raw(&self) -> NonNull<Header> {
        self.0
    }

    /// Drops several references at once. `self` is one of them.
    ///
    /// # Safety
    /// The caller owns `references` references (H1).
    pub(super) unsafe fn drop_references(self, references: u32) {
        let header = ManuallyDrop::new(self).0;
        // SAFETY: H1: the caller's references keep the cell allocated.
        let Header { state, vtable, .. } = unsafe { header.as_ref() };
        let free = vtable.free;
        if state.drop_references(references) {
            // SAFETY: H3: the function was made for this cell. The last references
            // are gone, so the cell belongs to this thread.
            unsafe { free(header) }
        }
    }
}

impl Clone for Task {
    fn clone(&self) -> Self {
        self.header().state.add_reference();
        Self(self.0)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        // SAFETY: H1: `self` owns this reference, and its owner never uses it
        // again.
        unsafe { Self(self.0).drop_references(1) }
    }
}
