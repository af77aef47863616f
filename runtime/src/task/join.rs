//! The two handles of a task: [`JoinHandle`] waits for its output, and
//! [`AbortHandle`] only aborts it.

use super::{
    error::JoinError,
    header::{Header, Task},
    output,
    packed_waker::PackedWaker,
    state::DropJoinHandle,
};
use crate::{budget, id::Id, taskdump, unwind::catch_and_discard};
use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    panic::{RefUnwindSafe, UnwindSafe},
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Waits for the output of a task.
///
/// Dropping the handle detaches the task, which then runs on. Inside an
/// [`AbortOnDropHandle`](super::AbortOnDropHandle), dropping it aborts the task.
///
/// You can collect the output once. You may send the handle to another thread and
/// await it there if `T: Send`.
///
/// # Panics
/// Polling the handle again after it was ready panics.
///
/// # Cancel safety
/// If you await `&mut handle` and drop the wait, nothing is lost.
///
/// # Complexity
/// A poll takes constant time. Awaiting from a task of this crate allocates
/// nothing.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// let sum = runtime.block_on(async {
///     let task = wakeful::spawn_local(async { 1 + 2 });
///     task.await.expect("neither aborted nor panicked")
/// });
/// assert_eq!(sum, 3);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct JoinHandle<T> {
    /// `None` after the output has been collected.
    task: Option<Task>,
    output: PhantomData<fn() -> T>,
}

// SAFETY: the handle gives access to the output alone, when it is collected or
// dropped, and `T: Send` allows that on another thread.
unsafe impl<T: Send> Send for JoinHandle<T> {}
// SAFETY: `&JoinHandle` gives no access to the output.
unsafe impl<T: Send> Sync for JoinHandle<T> {}

// The task's panics end in the task. A caught panic elsewhere does not interrupt a
// change of the task or its output.
impl<T> UnwindSafe for JoinHandle<T> {}
impl<T> RefUnwindSafe for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    /// # Safety
    /// `task` has an output of type `T`, its state has `JOIN_INTEREST`, and it has no
    /// other handle.
    pub(crate) unsafe fn new(task: Task) -> Self {
        Self {
            task: Some(task),
            output: PhantomData,
        }
    }

    #[track_caller]
    fn task(&self) -> &Task {
        self.task.as_ref().expect(
            "the output of this `JoinHandle` has been collected already: await it once, and take \
             its `id()` or `abort_handle()` before",
        )
    }

    /// Requests that the task's future is dropped at its next suspension point.
    ///
    /// The task may still complete first. Await the handle to find out: it returns
    /// the output, or an error whose [`is_cancelled`](JoinError::is_cancelled) is
    /// true. A closure on the blocking pool that has begun is not interrupted.
    pub fn abort(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }

    /// Returns a handle that can only abort the task.
    ///
    /// # Panics
    /// If the output has been collected already.
    #[track_caller]
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle {
            task: self.task().clone(),
        }
    }

    /// Whether the task has ended: with an output, by an abort or by a panic.
    ///
    /// After [`abort`](Self::abort) this stays false until the future has been
    /// dropped.
    pub fn is_finished(&self) -> bool {
        self.task
            .as_ref()
            .is_none_or(|task| task.header().state.is_complete())
    }

    /// The task's id.
    ///
    /// # Panics
    /// If the output has been collected already.
    #[track_caller]
    pub fn id(&self) -> Id {
        self.task().header().id
    }
}

/// Makes the task's completion wake `context`. False if the task is complete.
fn register(task: &Task, context: &Context<'_>) -> bool {
    let header = task.header();
    if header.state.is_complete() {
        return false;
    }
    if header.state.has_join_waker() {
        let is_same = header.join_waker.with(|waker| {
            // SAFETY: J2 or J3: nothing writes the join waker.
            let waker = unsafe { &*waker }.as_ref();
            waker.is_some_and(|waker| waker.with(|waker| waker.will_wake(context.waker())))
        });
        if is_same {
            return !header.state.is_complete();
        }
        if !header.state.unset_join_waker() {
            return false;
        }
    }
    let waker = PackedWaker::clone_of(context.waker());
    let old = header
        .join_waker
        // SAFETY: JOIN_WAKER is unset, so this is J1 or J4, and the field is the
        // handle's. In J4, `set_join_waker` below returns false.
        .with_mut(|field| unsafe { (*field).replace(waker) });
    let is_registered = header.state.set_join_waker();
    // The waker's destructor is user code, so it runs last.
    drop(old);
    is_registered
}

/// Drops the join waker when the handle of a complete task goes.
fn drop_join_waker_after_complete(task: &Task) {
    if task.header().state.drop_join_handle_after_complete() {
        let waker = task
            .header()
            .join_waker
            // SAFETY: J4: the field is the handle's.
            .with_mut(|field| unsafe { (*field).take() });
        if waker.is_some() {
            catch_and_discard(move || drop(waker));
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(budget::poll_proceed(context));
        let registered = if register(self.task(), context) {
            Poll::Pending
        } else {
            Poll::Ready(())
        };
        let Header { id, stats, .. } = self.task().header();
        taskdump::record_join(&registered, *id, stats);
        ready!(registered);
        budget::spend();
        let task = self.task.take().expect("`task` would have panicked");
        // SAFETY: C3: the task is complete, and the handle owns the output. It
        // gives up the task here, so it takes the output once. `new` promises `T`.
        let output = unsafe { task.take_output() };
        drop_join_waker_after_complete(&task);
        Poll::Ready(output)
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        let Some(task) = self.task.take() else { return };
        match task.header().state.drop_join_handle() {
            DropJoinHandle::JoinWaker => {
                let waker = task
                    .header()
                    .join_waker
                    // SAFETY: J1: the task had not ended, so the field stays the
                    // handle's.
                    .with_mut(|field| unsafe { (*field).take() });
                catch_and_discard(move || drop(waker));
            }
            DropJoinHandle::Output => {
                // SAFETY: C3: the task is complete, and the handle owns the output.
                // This thread may drop it: either `T` is `Send`, or the handle has
                // not left its thread.
                unsafe { output::discard(&task) };
                drop_join_waker_after_complete(&task);
            }
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.task.as_ref().map(|task| task.header().id);
        f.debug_struct("JoinHandle").field("id", &id).finish()
    }
}

/// Aborts a task from any thread.
///
/// A clone costs one atomic addition. The handle keeps the task's memory, but not
/// its future or its output.
///
/// ```
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let task = wakeful::spawn(std::future::pending::<()>());
///     let abort = task.abort_handle();
///     std::thread::spawn(move || abort.abort());
///     let error = task.await.expect_err("it never ends by itself");
///     assert!(error.is_cancelled());
/// });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct AbortHandle {
    task: Task,
}

// As for `JoinHandle`, a caught panic does not interrupt a change of the task.
impl UnwindSafe for AbortHandle {}
impl RefUnwindSafe for AbortHandle {}

impl AbortHandle {
    /// Requests that the task's future is dropped at its next suspension point, as
    /// [`JoinHandle::abort`] does.
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Whether the task has ended: with an output, by an abort or by a panic.
    pub fn is_finished(&self) -> bool {
        self.task.header().state.is_complete()
    }

    /// The task's id.
    pub fn id(&self) -> Id {
        self.task.header().id
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle")
            .field("id", &self.id())
            .finish()
    }
}
