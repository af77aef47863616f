//! The task cell: one allocation that holds a header, a scheduler and, one
//! after the other, the future and its output.
//!
//! These are the functions of the header's [`Vtable`], which know the types of
//! future and output. Who may touch the one or the other at which moment is
//! decided by the state word alone (see the tables in [`state`](super::state)).

use super::{
    error::JoinError,
    header::{Header, Schedule, Task, UNLISTED, Vtable},
    id::Id,
    origin::Origin,
    output, recycle,
    state::{Ended, Finish, Pause, Start, State},
    waker,
};
use crate::{
    primitives::UnsafeCell,
    trace,
    unwind::{catch, catch_and_discard},
};
use std::{
    alloc::Layout,
    any::Any,
    future::Future,
    mem::{self, ManuallyDrop},
    panic::Location,
    pin::Pin,
    ptr::NonNull,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    task::{Context, Poll},
};

// ANCHOR: cell
#[repr(C)]
struct Cell<F: Future, S> {
    header: Header,
    scheduler: S,
    stage: UnsafeCell<Stage<F>>,
}
// ANCHOR_END: cell

// ANCHOR: stage
/// First the future, then how it ended. Which of them is there, the state word
/// says (`State::ended`); that nothing is there any more, who took it knows.
union Stage<F: Future> {
    future: ManuallyDrop<F>,
    output: ManuallyDrop<F::Output>,
    failure: ManuallyDrop<Failure>,
}
// ANCHOR_END: stage

/// Why there is no output: a panic's payload, or an abort. In one word, for it
/// must not be what makes a small task large.
type Failure = Option<Box<Box<dyn Any + Send>>>;

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
                key: AtomicU32::new(UNLISTED),
                link: UnsafeCell::new(std::ptr::null_mut()),
                joiner: UnsafeCell::new(None),
                vtable: &Vtable {
                    run: Cell::<F, S>::run,
                    cancel: Cell::<F, S>::cancel,
                    schedule: Cell::<F, S>::schedule,
                    take_output: Cell::<F, S>::take_output,
                    drop_output: Cell::<F, S>::drop_output,
                    free: Cell::<F, S>::free,
                },
                id: Id::next(),
                origin: Origin::new(location, born),
            },
            scheduler,
            stage: UnsafeCell::new(Stage {
                future: ManuallyDrop::new(future),
            }),
        };
        // The pointer keeps the provenance of the whole cell, which is what
        // lets the vtable's functions find the future behind the header.
        let place = recycle::allocate(Layout::for_value(&cell)).cast();
        // SAFETY: memory of this layout, and nobody's yet.
        unsafe { place.write(cell) };
        Self(place.cast())
    }
}

/// Drops a future whose poll panics, while the thread unwinds: its destructor
/// may ask `std::thread::panicking`.
struct DropFuture<'a, F: Future, S: Schedule>(&'a Cell<F, S>);

impl<F: Future, S: Schedule> Drop for DropFuture<'_, F, S> {
    fn drop(&mut self) {
        // SAFETY: only `poll` makes this and forgets it, unless it unwinds. So
        // the stage is the runner's, the future is on it, and nothing drops it
        // again: `run` ends a task whose poll has panicked without it.
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
            Start::Cancel => unsafe { Self::cancel(task) },
            Start::Poll => {
                cell.header.origin.count_poll();
                // SAFETY: as for `Cancel`.
                match unsafe { cell.poll(&task) } {
                    Ok(Poll::Pending) => {
                        // Ordering: Relaxed; who lists it runs it.
                        if cell.header.key.load(Relaxed) == UNLISTED {
                            cell.scheduler.keep(&task);
                        }
                        match cell.header.state.pause() {
                            Pause::Idle => {}
                            Pause::Queue => {
                                let scheduler = &raw const cell.scheduler;
                                // SAFETY: in the cell that `task` holds.
                                unsafe { S::reschedule(scheduler, task) }
                            }
                        }
                    }
                    // SAFETY: still ours: only `pause` and `finish` end that.
                    Ok(Poll::Ready(output)) => unsafe { Self::complete(task, Ok(output)) },
                    // SAFETY: as above; and the panic has dropped the future.
                    Err(payload) => unsafe { Self::end(task, Err(Some(Box::new(payload)))) },
                }
            }
        }
    }

    /// Polls the future. A panic drops it.
    ///
    /// # Safety
    /// The task is running and the caller runs it.
    // ANCHOR: poll
    unsafe fn poll(&self, task: &Task) -> Result<Poll<F::Output>, Box<dyn Any + Send>> {
        let _polling = trace::polling(&self.header);
        let waker = waker::borrowed(task);
        let mut context = Context::from_waker(&waker);
        catch(|| {
            let unwinding = DropFuture(self);
            let polled = self.stage.with_mut(|stage| {
                // SAFETY: a running task has a future, and only the thread that
                // runs it uses the stage.
                let future = unsafe { &mut *(*stage).future };
                // SAFETY: no code moves a future out of the stage. It stays here
                // until it is dropped.
                unsafe { Pin::new_unchecked(future) }.poll(&mut context)
            });
            mem::forget(unwinding);
            polled
        })
    }
    // ANCHOR_END: poll

    unsafe fn cancel(task: Task) {
        // SAFETY: the caller runs the task (it started or seized it).
        unsafe { Self::complete(task, Err(None)) }
    }

    /// Drops the future, and [ends](Self::end) the task.
    ///
    /// # Safety
    /// The task is running and the caller runs it. The future is on the stage.
    unsafe fn complete(task: Task, mut result: Result<F::Output, Failure>) {
        // SAFETY: the vtable's functions get the tasks they were made for.
        let cell = unsafe { Self::of(&task) };
        // The future's destructor is a stranger's code; if it panics, that is
        // how the task ended, unless it ended by a panic already.
        // SAFETY: the runner has the stage to itself, with the future on it.
        if let Err(payload) = catch(|| unsafe { cell.drop_future() }) {
            if let Err(Some(_)) = result {
                catch_and_discard(move || drop(payload));
            } else {
                let first = mem::replace(&mut result, Err(Some(Box::new(payload))));
                catch_and_discard(move || drop(first));
            }
        }
        // SAFETY: the caller's promise, and the future is gone.
        unsafe { Self::end(task, result) }
    }

    /// Puts how it ended where the future was, and tells who waits for it.
    ///
    /// # Safety
    /// The task is running and the caller runs it. The future has been dropped.
    unsafe fn end(task: Task, result: Result<F::Output, Failure>) {
        // SAFETY: the vtable's functions get the tasks they were made for.
        let cell = unsafe { Self::of(&task) };
        let ended = cell.stage.with_mut(|stage| {
            // SAFETY: the stage is the runner's, and holds nothing now.
            let stage = unsafe { &mut *stage };
            match result {
                Ok(output) => {
                    stage.output = ManuallyDrop::new(output);
                    Ended::Output
                }
                Err(failure) => {
                    stage.failure = ManuallyDrop::new(failure);
                    Ended::Failure
                }
            }
        });

        // The list's reference goes with the runner's, in one step.
        let references = match cell.scheduler.release(&task) {
            Some(listed) => {
                mem::forget(listed);
                2
            }
            None => 1,
        };
        match cell.header.state.finish(ended, references) {
            Finish::Claimed => return mem::forget(task),
            // SAFETY: complete, and nobody claims what is on the stage; the
            // runner's thread may drop it.
            Finish::Unclaimed => unsafe { output::discard(&task) },
            Finish::WakeJoiner => {
                cell.header.joiner.with(|joiner| {
                    // SAFETY: JOIN_WAKER gave the cell to the finisher.
                    if let Some(joiner) = unsafe { &*joiner } {
                        catch_and_discard(|| joiner.with(std::task::Waker::wake_by_ref));
                    }
                });
                if cell.header.state.return_join_waker(references) {
                    return mem::forget(task);
                }
                // SAFETY: the handle has gone, and left the cell to us.
                let joiner = cell
                    .header
                    .joiner
                    .with_mut(|cell| unsafe { (*cell).take() });
                catch_and_discard(move || drop(joiner));
            }
        }
        // SAFETY: counted above.
        unsafe { task.drop_references(references) }
    }

    // ANCHOR: drop_future
    /// Drops the future in place, for it never moves.
    ///
    /// # Safety
    /// The future is on the stage, and the stage is the caller's. It is not
    /// there any more afterwards, nor if its destructor panics.
    unsafe fn drop_future(&self) {
        self.stage.with_mut(|stage| {
            // SAFETY: the caller's promises.
            unsafe { ManuallyDrop::drop(&mut (*stage).future) }
        });
    }
    // ANCHOR_END: drop_future

    unsafe fn schedule(task: Task) {
        // SAFETY: the vtable's functions get the tasks they were made for.
        let scheduler = &raw const unsafe { Self::of(&task) }.scheduler;
        // SAFETY: in the cell that `task` holds.
        unsafe { S::schedule(scheduler, task) }
    }

    unsafe fn take_output(task: &Task, to: *mut ()) {
        // SAFETY: the vtable's functions get the tasks they were made for.
        let cell = unsafe { Self::of(task) };
        let ended = cell.header.state.ended();
        let result = cell.stage.with(|stage| {
            // SAFETY: the state says what is there; after completion the stage
            // is the handle's alone, and it takes from there once. Outputs may
            // move.
            unsafe {
                match ended {
                    Some(Ended::Output) => Ok(ManuallyDrop::into_inner(
                        (&raw const (*stage).output).read(),
                    )),
                    Some(Ended::Failure) => Err(ManuallyDrop::into_inner(
                        (&raw const (*stage).failure).read(),
                    )),
                    None => unreachable!("the caller has seen that it is complete"),
                }
            }
        });
        let result = result.map_err(|failure| match failure {
            Some(payload) => JoinError::panicked(cell.header.id, *payload),
            None => JoinError::cancelled(cell.header.id),
        });
        // SAFETY: the caller passes a pointer to this type.
        unsafe { to.cast::<Result<F::Output, JoinError>>().write(result) }
    }

    unsafe fn drop_output(task: &Task) {
        // SAFETY: the vtable's functions get the tasks they were made for.
        let cell = unsafe { Self::of(task) };
        let ended = cell.header.state.ended();
        cell.stage.with_mut(|stage| {
            // SAFETY: the state says what is there, and the caller has the
            // stage to itself.
            unsafe {
                match ended {
                    Some(Ended::Output) => ManuallyDrop::drop(&mut (*stage).output),
                    Some(Ended::Failure) => ManuallyDrop::drop(&mut (*stage).failure),
                    None => unreachable!("the caller has seen that it is complete"),
                }
            }
        });
    }

    unsafe fn free(header: NonNull<Header>) {
        let cell = header.cast::<Self>();
        // The future is gone since completion and the output with the handle,
        // so what a stranger wrote and is dropped here, on whatever thread
        // this is, is a waker at most: those may go anywhere. Only a stub that
        // stands for the future of `block_on` never completes.
        catch_and_discard(|| {
            // SAFETY: the last reference is gone: all of the cell is ours.
            unsafe {
                if cell.as_ref().header.state.ended().is_none() {
                    cell.as_ref().drop_future();
                }
                cell.drop_in_place();
            }
        });
        // SAFETY: `Task::new` took it there, with this layout.
        unsafe { recycle::release(cell.cast(), Layout::new::<Self>()) };
    }
}
