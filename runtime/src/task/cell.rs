//! The task cell: one allocation that holds a header, a scheduler and, one
//! after the other, the future and its output.
//!
//! [`Task`] is a counted reference to the header and knows nothing of the
//! types behind it; what depends on them goes through the [`Vtable`]. Who may
//! touch the future or the output at which moment is decided by the state
//! word alone (see the tables in [`state`](super::state)).

use super::{
    error::JoinError,
    id::Id,
    output, recycle,
    state::{Finish, Pause, Start, State, Wake},
    waker,
};
use crate::{
    contain::{caught, quietly, wake},
    primitives::UnsafeCell,
};
use std::{
    alloc::Layout,
    future::Future,
    mem,
    panic::Location,
    pin::Pin,
    ptr::NonNull,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    task::{Context, Poll, Waker},
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

    /// The task is complete. Called once, on the thread that completed it.
    fn release(&self, task: &Task);
}

/// What every task has, whatever its future.
#[repr(C)]
pub(crate) struct Header {
    pub(crate) state: State,
    /// The next task in the queue that holds this one; that queue's alone.
    pub(crate) link: UnsafeCell<*mut Header>,
    /// Whose turn it is is told by `JOIN_WAKER` in the state.
    pub(super) join_waker: UnsafeCell<Option<Waker>>,
    vtable: &'static Vtable,
    pub(crate) id: Id,
    pub(crate) location: &'static Location<'static>,
    /// Where the executor's list of tasks keeps it. Written and read by the
    /// owner's thread; atomic so that the header stays `Sync` at no cost.
    pub(crate) key: AtomicUsize,
    /// How often it has been polled, for the inspector.
    pub(crate) polls: AtomicU64,
    /// The runtime's clock when it was spawned, in nanoseconds.
    pub(crate) born: u64,
}

pub(super) struct Vtable {
    run: unsafe fn(Task),
    cancel: unsafe fn(&Task),
    schedule: unsafe fn(Task),
    /// Moves the output to `*mut Result<T, JoinError>`.
    take_output: unsafe fn(&Task, *mut ()),
    drop_output: unsafe fn(&Task),
    free: unsafe fn(NonNull<Header>),
}

// ANCHOR: cell
#[repr(C)]
struct Cell<F: Future, S> {
    header: Header,
    scheduler: S,
    stage: UnsafeCell<Stage<F>>,
}
// ANCHOR_END: cell

// ANCHOR: stage
enum Stage<F: Future> {
    Pending(F),
    Finished(Result<F::Output, JoinError>),
    Empty,
}
// ANCHOR_END: stage

/// A counted reference to a task.
pub(crate) struct Task(NonNull<Header>);

// SAFETY: what a `Task` reaches without further promises is the header: atomics,
// `Send + Sync` values, and cells guarded by the state word. The future and
// the output are touched only by `run`, `cancel` and the output functions,
// whose callers promise to be on a thread that may.
unsafe impl Send for Task {}
// SAFETY: as above.
unsafe impl Sync for Task {}

impl Task {
    /// Allocates a task. The first of the references that `state` counts is
    /// returned; the others are the caller's to take with [`Task::from_raw`].
    pub(crate) fn new<F, S>(
        future: F,
        scheduler: S,
        state: State,
        location: &'static Location<'static>,
        born: u64,
    ) -> Self
    where
        F: Future,
        S: Schedule,
    {
        let cell = Cell {
            header: Header {
                state,
                link: UnsafeCell::new(std::ptr::null_mut()),
                join_waker: UnsafeCell::new(None),
                vtable: &Vtable {
                    run: Cell::<F, S>::run,
                    cancel: Cell::<F, S>::cancel,
                    schedule: Cell::<F, S>::schedule,
                    take_output: Cell::<F, S>::take_output,
                    drop_output: Cell::<F, S>::drop_output,
                    free: Cell::<F, S>::free,
                },
                id: Id::next(),
                location,
                key: AtomicUsize::new(usize::MAX),
                polls: AtomicU64::new(0),
                born,
            },
            scheduler,
            stage: UnsafeCell::new(Stage::Pending(future)),
        };
        // The pointer keeps the provenance of the whole cell, which is what
        // lets the vtable's functions find the future behind the header.
        let place = recycle::allocate(Layout::for_value(&cell)).cast();
        // SAFETY: memory of this layout, and nobody's yet.
        unsafe { place.write(cell) };
        Self(place.cast())
    }

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

    /// Drops the future of a task that is not running, at shutdown.
    ///
    /// # Safety
    /// As for [`Task::run`], but for the queue.
    pub(crate) unsafe fn cancel(&self) {
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
        mem::ManuallyDrop::new(self).0
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

impl Drop for Task {
    fn drop(&mut self) {
        if self.header().state.drop_reference() {
            let free = self.header().vtable.free;
            // SAFETY: that was the last reference.
            unsafe { free(self.0) }
        }
    }
}

impl<F, S> Cell<F, S>
where
    F: Future,
    S: Schedule,
{
    /// # Safety
    /// `task` was made by `Task::new::<F, S>`.
    unsafe fn of(task: &Task) -> &Self {
        // SAFETY: the cell begins with its header (`repr(C)`), the pointer has
        // the provenance of the whole cell, and `task` keeps it allocated.
        unsafe { task.0.cast::<Self>().as_ref() }
    }

    unsafe fn run(task: Task) {
        // SAFETY: the vtable's functions get the tasks they were made for.
        let cell = unsafe { Self::of(&task) };
        match cell.header.state.start() {
            Start::Nothing => {}
            // SAFETY: `start` made the future ours, on a thread that may have
            // it (the promise of `Task::run`).
            Start::Cancel => unsafe { Self::cancel(&task) },
            Start::Poll => {
                let polls = cell.header.polls.load(Relaxed);
                cell.header.polls.store(polls + 1, Relaxed);
                // SAFETY: as for `Cancel`.
                match unsafe { cell.poll(&task) } {
                    None => match cell.header.state.pause() {
                        Pause::Idle => {}
                        Pause::Queue => {
                            let scheduler = &raw const cell.scheduler;
                            // SAFETY: in the cell that `task` holds.
                            unsafe { S::reschedule(scheduler, task) }
                        }
                    },
                    // SAFETY: still ours: only `pause` and `finish` end that.
                    Some(output) => unsafe { cell.complete(&task, output) },
                }
            }
        }
    }

    /// # Safety
    /// The task is running and the caller runs it.
    // ANCHOR: poll
    unsafe fn poll(&self, task: &Task) -> Option<Result<F::Output, JoinError>> {
        let waker = waker::borrowed(task);
        let mut context = Context::from_waker(&waker);
        let polled = caught(|| {
            self.stage.with_mut(|stage| {
                // SAFETY: the runner has the stage to itself, and nothing
                // moves a future out of it: it is pinned here till it drops.
                let Stage::Pending(future) = (unsafe { &mut *stage }) else {
                    unreachable!("a task that runs has a future")
                };
                // SAFETY: see above.
                unsafe { Pin::new_unchecked(future) }.poll(&mut context)
            })
        });
        match polled {
            Ok(Poll::Pending) => None,
            Ok(Poll::Ready(output)) => Some(Ok(output)),
            Err(payload) => Some(Err(JoinError::panicked(self.header.id, payload))),
        }
    }
    // ANCHOR_END: poll

    unsafe fn cancel(task: &Task) {
        // SAFETY: the vtable's functions get the tasks they were made for.
        let cell = unsafe { Self::of(task) };
        let cancelled = Err(JoinError::cancelled(cell.header.id));
        // SAFETY: the caller runs the task (it started or seized it).
        unsafe { cell.complete(task, cancelled) }
    }

    /// Puts the output where the future was, and tells who waits for it.
    ///
    /// # Safety
    /// The task is running and the caller runs it.
    unsafe fn complete(&self, task: &Task, mut output: Result<F::Output, JoinError>) {
        // The future's destructor is a stranger's code; if it panics, that is
        // how the task ended, unless it ended by a panic already.
        // SAFETY: the runner has the stage to itself.
        if let Err(payload) = caught(|| unsafe { self.replace(Stage::Empty) }) {
            if output.as_ref().is_err_and(JoinError::is_panic) {
                quietly(move || drop(payload));
            } else {
                let panicked = Err(JoinError::panicked(self.header.id, payload));
                let first = mem::replace(&mut output, panicked);
                quietly(move || drop(first));
            }
        }
        // SAFETY: as above; the stage is empty, so nothing of a stranger's is
        // dropped here.
        unsafe { self.replace(Stage::Finished(output)) };

        match self.header.state.finish() {
            // SAFETY: complete, and nobody claims the output; the runner's
            // thread may drop it.
            Finish::Unclaimed => unsafe { output::discard(task.clone()) },
            Finish::Claimed => {}
            Finish::WakeJoiner => {
                let joiner = self.header.join_waker.with(|cell| {
                    // SAFETY: JOIN_WAKER gave the cell to the finisher; from
                    // now until the cell is freed it is only read.
                    caught(|| unsafe { (*cell).clone() })
                });
                if let Ok(Some(joiner)) = joiner {
                    wake(joiner);
                }
            }
        }
        self.scheduler.release(task);
    }

    // ANCHOR: replace
    /// Drops what is on the stage in place (a future never moves), and puts
    /// something else there.
    ///
    /// # Safety
    /// The caller has the stage to itself.
    unsafe fn replace(&self, next: Stage<F>) {
        struct Put<F: Future>(*mut Stage<F>, Option<Stage<F>>);
        impl<F: Future> Drop for Put<F> {
            fn drop(&mut self) {
                if let Some(next) = self.1.take() {
                    // SAFETY: what was there has been dropped, in full or up
                    // to its panic; either way it is not looked at again.
                    unsafe { self.0.write(next) }
                }
            }
        }
        self.stage.with_mut(|stage| {
            let _put = Put(stage, Some(next));
            // SAFETY: the stage is the caller's; `Put` overwrites it even if
            // the destructor panics, so it is dropped once.
            unsafe { stage.drop_in_place() }
        });
    }
    // ANCHOR_END: replace

    unsafe fn schedule(task: Task) {
        // SAFETY: the vtable's functions get the tasks they were made for.
        let scheduler = &raw const unsafe { Self::of(&task) }.scheduler;
        // SAFETY: in the cell that `task` holds.
        unsafe { S::schedule(scheduler, task) }
    }

    unsafe fn take_output(task: &Task, to: *mut ()) {
        // SAFETY: the vtable's functions get the tasks they were made for.
        let cell = unsafe { Self::of(task) };
        let output = cell.stage.with_mut(|stage| {
            // SAFETY: after completion the stage is the handle's alone, and
            // outputs may move.
            match mem::replace(unsafe { &mut *stage }, Stage::Empty) {
                Stage::Finished(output) => output,
                _ => unreachable!("a complete task has its output until it is taken"),
            }
        });
        // SAFETY: the caller passes a pointer to this type.
        unsafe { to.cast::<Result<F::Output, JoinError>>().write(output) }
    }

    unsafe fn drop_output(task: &Task) {
        // SAFETY: the vtable's functions get the tasks they were made for, and
        // the caller has the stage to itself.
        unsafe { Self::of(task).replace(Stage::Empty) }
    }

    unsafe fn free(header: NonNull<Header>) {
        let cell = header.cast::<Self>();
        // The future is gone since completion and the output with the handle,
        // so what a stranger wrote and is dropped here, on whatever thread
        // this is, is a waker at most: those may go anywhere.
        // SAFETY: the last reference is gone, and this is the first drop.
        quietly(|| unsafe { cell.drop_in_place() });
        // SAFETY: `Task::new` took it there, with this layout.
        unsafe { recycle::release(cell.cast(), Layout::new::<Self>()) };
    }
}
