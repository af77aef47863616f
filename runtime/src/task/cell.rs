//! The task cell: one allocation that holds a header, a scheduler and the stage.
//! The stage holds first the future and then its output.
//!
//! This file has the functions of the header's [`Vtable`], which know the types
//! of the future and the output. The [state word](super::state) decides which
//! thread may touch the stage.

use super::{
    error::JoinError,
    header::{Header, NO_KEY, Schedule, Task, Vtable},
    output,
    payloads::{self, Payload},
    recycle,
    state::{OutputKind, StateWord, TransitionToComplete, TransitionToIdle, TransitionToRunning},
    waker,
};
use crate::{
    id::{Id, TaskIdGuard},
    primitives::UnsafeCell,
    taskdump::{self, TaskStats},
    unwind::{catch, catch_and_discard},
};
use std::{
    alloc::Layout,
    any::Any,
    future::Future,
    mem::{self, ManuallyDrop},
    panic::{AssertUnwindSafe, Location, catch_unwind},
    pin::Pin,
    ptr::NonNull,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    task::{Context, Poll},
};

/// A task with a future of type `F` on an executor with the scheduler `S`.
///
/// # Invariants
/// The runner is the thread that made the task running, by transition 2 or 9 of
/// the [state word](super::state).
/// - **C1**: Until completion, only the runner touches the stage. The future is on
///   it until the runner drops it.
/// - **C2**: The future is never moved out of the stage. It is pinned.
/// - **C3**: On completion, `StateWord::output_kind` says what the output is. A value
///   is on the stage. After a failure, the header's `key` is the index of a panic's
///   payload, or `ABORTED` after an abort. If `transition_to_complete` returned
///   `DropOutput`, the runner owns the output, which is the value or the payload. Otherwise the
///   `JoinHandle` does. The owner takes or drops it once.
/// - **C4**: The runner is on a thread that may touch the future, as the callers of
///   `Task::run` and `Task::cancel` promise.
// ANCHOR: cell
#[repr(C)]
struct Cell<F: Future, S> {
    header: Header,
    scheduler: S,
    stage: UnsafeCell<Stage<F>>,
}
// ANCHOR_END: cell

#[cfg(all(
    target_pointer_width = "64",
    not(any(loom, shuttle)),
    not(feature = "taskdump")
))]
const _: () = assert!(size_of::<Cell<std::future::Pending<()>, &'static ()>>() == 48);

// ANCHOR: stage
/// The future, and after completion the value of the output, if there is one (C1, C3).
union Stage<F: Future> {
    future: ManuallyDrop<F>,
    output: ManuallyDrop<F::Output>,
}
// ANCHOR_END: stage

/// Why a task has no value: the payload of a panic, or `None` after an abort.
type Failure = Option<Payload>;

/// The key of a task that was aborted. It is the index of no payload. It is not `NO_KEY`
/// either: a queue may hold a task that the shutdown has cancelled, and
/// `owned_tasks::is_owned` still has to be true for it.
const ABORTED: u32 = NO_KEY - 1;

impl Task {
    /// Allocates a task. Returns the first of the references that `state` counts.
    /// The caller takes the others with [`Task::from_raw`].
    pub(crate) fn new<F, S>(
        future: F,
        scheduler: S,
        state: StateWord,
        location: &'static Location<'static>,
        created_at: u64,
    ) -> Self
    where
        F: Future,
        S: Schedule,
    {
        let cell = Cell {
            header: Header {
                state,
                key: AtomicU32::new(NO_KEY),
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
                stats: TaskStats::new(location, created_at),
            },
            scheduler,
            stage: UnsafeCell::new(Stage {
                future: ManuallyDrop::new(future),
            }),
        };
        // The pointer has the provenance of the whole cell (H3).
        let memory = recycle::allocate(Layout::for_value(&cell)).cast();
        // SAFETY: the memory has this layout, and nothing else uses it yet.
        unsafe { memory.write(cell) };
        Self(memory.cast())
    }

    /// Polls the task, or drops an aborted one. Consumes the queue's reference.
    ///
    /// # Safety
    /// The task is in no queue, and its future is `Send` or this thread spawned it.
    pub(crate) unsafe fn run(self) {
        // SAFETY: H3, and the caller's promise.
        unsafe { (self.header().vtable.run)(self) }
    }

    /// Puts the task into its queue. The caller has got `Submit` from the state.
    pub(crate) fn schedule(self) {
        // SAFETY: H3.
        unsafe { (self.header().vtable.schedule)(self) }
    }
}

/// If the poll of a future panics, this guard drops the future. It does so while the
/// thread unwinds, because the future's destructor may ask `std::thread::panicking`.
struct DropFuture<'a, F: Future, S: Schedule>(&'a Cell<F, S>);

impl<F: Future, S: Schedule> Drop for DropFuture<'_, F, S> {
    fn drop(&mut self) {
        // SAFETY: C1: only `poll` makes this guard, so this thread is the runner and
        // the future is on the stage. `poll` forgets the guard unless it unwinds,
        // and `run` then ends the task without dropping the future again.
        catch_and_discard(|| unsafe { self.0.drop_future() });
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
        // SAFETY: H3: the header is the first field of this cell, and the pointer
        // has the provenance of the whole cell. H1: `task` keeps it allocated.
        unsafe { task.0.cast::<Self>().as_ref() }
    }

    unsafe fn run(task: Task) {
        // SAFETY: H3: this function is in the vtable of a `Cell<F, S>`.
        let cell = unsafe { Self::of(&task) };
        let _current = TaskIdGuard::enter(cell.header.id);
        match cell.header.state.transition_to_running() {
            TransitionToRunning::DoNothing => {}
            // SAFETY: C1: the transition made this thread the runner. C4: the caller
            // of `Task::run` promises that it may touch the future.
            TransitionToRunning::Cancel => unsafe { Self::cancel(task) },
            TransitionToRunning::Poll => {
                cell.header.stats.count_poll();
                // SAFETY: C1: the transition made this thread the runner.
                match unsafe { cell.poll(&task) } {
                    Ok(Poll::Pending) => {
                        // Relaxed: only runners store the key here. An earlier runner's
                        // store is visible since `transition_to_running`.
                        if cell.header.key.load(Relaxed) == NO_KEY {
                            cell.scheduler.bind(&task);
                        }
                        match cell.header.state.transition_to_idle() {
                            TransitionToIdle::Idle => {}
                            TransitionToIdle::Submit => {
                                let scheduler = &raw const cell.scheduler;
                                // SAFETY: H1: `task` keeps the scheduler's cell
                                // allocated until it is given away.
                                unsafe { S::reschedule(scheduler, task) }
                            }
                        }
                    }
                    // SAFETY: C1: this thread is the runner until
                    // `transition_to_complete`.
                    Ok(Poll::Ready(output)) => unsafe { Self::complete(task, Ok(output)) },
                    // SAFETY: C1: this thread is still the runner, and
                    // `DropFuture` has dropped the future.
                    Err(payload) => unsafe { Self::end(task, Err(Some(payload))) },
                }
            }
        }
    }

    /// Polls the future. If it panics, it is dropped.
    ///
    /// # Safety
    /// The caller is the runner (C1).
    // ANCHOR: poll
    unsafe fn poll(&self, task: &Task) -> Result<Poll<F::Output>, Box<dyn Any + Send>> {
        let _entered = taskdump::enter_poll(&self.header.stats);
        let waker = waker::waker_ref(task);
        let mut context = Context::from_waker(&waker);
        catch_unwind(AssertUnwindSafe(|| {
            let unwinding = DropFuture(self);
            let polled = self.stage.with_mut(|stage| {
                // SAFETY: C1: the future is on the stage, and only the runner
                // touches it.
                let future = unsafe { &mut *(*stage).future };
                // SAFETY: C2: the future stays here until it is dropped.
                unsafe { Pin::new_unchecked(future) }.poll(&mut context)
            });
            mem::forget(unwinding);
            polled
        }))
    }
    // ANCHOR_END: poll

    unsafe fn cancel(task: Task) {
        let _current = TaskIdGuard::enter(task.header().id);
        // SAFETY: C1: the caller is the runner, and the future is on the stage.
        unsafe { Self::complete(task, Err(None)) }
    }

    /// Drops the future, and [ends](Self::end) the task.
    ///
    /// # Safety
    /// The caller is the runner, and the future is on the stage (C1).
    unsafe fn complete(task: Task, mut result: Result<F::Output, Failure>) {
        // SAFETY: H3: this function is in the vtable of a `Cell<F, S>`.
        let cell = unsafe { Self::of(&task) };
        // A panic in the future's destructor replaces the output.
        // SAFETY: C1: the caller is the runner, and the future is on the stage.
        if let Err(payload) = catch(|| unsafe { cell.drop_future() }) {
            let replaced = mem::replace(&mut result, Err(Some(payload)));
            catch_and_discard(move || drop(replaced));
        }
        // SAFETY: C1: the caller is the runner, and the future is gone now.
        unsafe { Self::end(task, result) }
    }

    /// Stores the output, completes the task and wakes the join waker.
    ///
    /// # Safety
    /// The caller is the runner (C1). The future has been dropped.
    unsafe fn end(task: Task, result: Result<F::Output, Failure>) {
        // SAFETY: H3: this function is in the vtable of a `Cell<F, S>`.
        let cell = unsafe { Self::of(&task) };
        if let Err(Some(_)) = result {
            cell.scheduler.panicked();
        }
        // The list's reference is dropped together with the runner's.
        let references = match cell.scheduler.release(&task) {
            Some(listed) => {
                mem::forget(listed);
                2
            }
            None => 1,
        };
        let kind = match result {
            Ok(output) => {
                cell.stage.with_mut(|stage| {
                    // SAFETY: C1: only the runner touches the stage, which is empty now.
                    unsafe { (*stage).output = ManuallyDrop::new(output) }
                });
                OutputKind::Value
            }
            Err(failure) => {
                let index = failure.map_or(ABORTED, payloads::store);
                // Relaxed: `transition_to_complete` publishes the index with the output.
                // No code needs the list's key any more, because `release` has removed the
                // task from the list.
                cell.header.key.store(index, Relaxed);
                OutputKind::Failure
            }
        };
        let state = &cell.header.state;
        match state.transition_to_complete(kind, references) {
            TransitionToComplete::LeaveOutput => return mem::forget(task),
            // SAFETY: C3: the runner owns the output. C4: this thread may drop it.
            TransitionToComplete::DropOutput => unsafe { output::discard(&task) },
            TransitionToComplete::WakeJoiner => {
                cell.header.join_waker.with(|waker| {
                    // SAFETY: J3: nothing writes the join waker.
                    if let Some(waker) = unsafe { &*waker } {
                        catch_and_discard(|| waker.with(std::task::Waker::wake_by_ref));
                    }
                });
                if state.unset_join_waker_after_complete(references) {
                    return mem::forget(task);
                }
                let waker = cell
                    .header
                    .join_waker
                    // SAFETY: J5: the handle is gone, so the field is the runner's.
                    .with_mut(|waker| unsafe { (*waker).take() });
                catch_and_discard(move || drop(waker));
            }
        }
        // SAFETY: H1: the runner owns its own reference, and the list's if `release`
        // returned it.
        unsafe { task.drop_references(references) }
    }

    // ANCHOR: drop_future
    /// Drops the future in place, because it must not move (C2). Afterwards the
    /// stage is empty, even if the destructor panics.
    ///
    /// # Safety
    /// The caller may touch the stage, and the future is on it (C1).
    unsafe fn drop_future(&self) {
        self.stage.with_mut(|stage| {
            // SAFETY: C1: the caller promises that the future is on the stage.
            unsafe { ManuallyDrop::drop(&mut (*stage).future) }
        });
    }
    // ANCHOR_END: drop_future

    unsafe fn schedule(task: Task) {
        // SAFETY: H3: this function is in the vtable of a `Cell<F, S>`.
        let scheduler = &raw const unsafe { Self::of(&task) }.scheduler;
        // SAFETY: H1: `task` keeps the scheduler's cell allocated until it is given
        // away.
        unsafe { S::schedule(scheduler, task) }
    }

    unsafe fn take_output(task: &Task, to: *mut ()) {
        // SAFETY: H3: this function is in the vtable of a `Cell<F, S>`.
        let cell = unsafe { Self::of(task) };
        let result = match cell.header.state.output_kind() {
            Some(OutputKind::Value) => Ok(cell.stage.with(|stage| {
                // SAFETY: C3: the handle owns the output and takes it once. C2 pins only
                // the future, so the output may move.
                unsafe { ManuallyDrop::into_inner((&raw const (*stage).output).read()) }
            })),
            Some(OutputKind::Failure) => Err(match cell.take_payload() {
                Some(payload) => JoinError::panicked(cell.header.id, payload),
                None => JoinError::cancelled(cell.header.id),
            }),
            None => unreachable!("the caller knows that the task is complete"),
        };
        // SAFETY: `Task::take_output` passes a pointer to a value of this type.
        unsafe { to.cast::<Result<F::Output, JoinError>>().write(result) }
    }

    unsafe fn drop_output(task: &Task) {
        // SAFETY: H3: this function is in the vtable of a `Cell<F, S>`.
        let cell = unsafe { Self::of(task) };
        let _current = TaskIdGuard::enter(cell.header.id);
        match cell.header.state.output_kind() {
            Some(OutputKind::Value) => cell.stage.with_mut(|stage| {
                // SAFETY: C3: the caller owns the output and drops it once.
                unsafe { ManuallyDrop::drop(&mut (*stage).output) }
            }),
            Some(OutputKind::Failure) => drop(cell.take_payload()),
            None => unreachable!("the caller knows that the task is complete"),
        }
    }

    /// The payload of the panic that ended the task, or `None` after an abort. The owner
    /// of the payload calls this once, after a failure (C3).
    fn take_payload(&self) -> Failure {
        // Relaxed: the caller has seen the kind of output, which `end` published after this.
        let index = self.header.key.load(Relaxed);
        (index != ABORTED).then(|| payloads::take(index))
    }

    unsafe fn free(header: NonNull<Header>) {
        let cell = header.cast::<Self>();
        // This may be any thread. A spawned task is complete by now: its future was
        // dropped, and the owner of the output has taken the output. So the only value
        // of the user's that is dropped here is a waker, which may be dropped anywhere.
        catch_and_discard(|| {
            // SAFETY: H1: the last reference is gone, so the cell is this thread's.
            unsafe {
                // Only a `block_on` task can be incomplete. Its cell holds a
                // placeholder instead of the user's future.
                if cell.as_ref().header.state.output_kind().is_none() {
                    cell.as_ref().drop_future();
                }
                cell.drop_in_place();
            }
        });
        // SAFETY: `Task::new` allocated this memory with this layout.
        unsafe { recycle::release(cell.cast(), Layout::new::<Self>()) };
    }
}
