//! The two handles on a task: one that waits for its output, one that only
//! aborts it.

use super::{error::JoinError, header::Task, id::Id, joiner::Joiner, output, state::Disown};
use crate::{budget, trace, unwind::catch_and_discard};
use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Waits for a task's output. Dropping it detaches the task, which goes on;
/// inside of an [`AbortOnDropHandle`](super::AbortOnDropHandle), it aborts it.
///
/// The output is collected once: a handle polled again after it was ready
/// panics. It may be sent to, and awaited on, another thread if `T: Send`.
///
/// # Cancel safety
/// Awaiting `&mut handle` loses nothing if the wait is dropped.
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
    /// `None` once the output has been collected.
    task: Option<Task>,
    output: PhantomData<fn() -> T>,
}

// SAFETY: what crosses threads with the handle is the output, when it is
// collected or dropped.
unsafe impl<T: Send> Send for JoinHandle<T> {}
// SAFETY: nothing of `&JoinHandle` reaches the output.
unsafe impl<T: Send> Sync for JoinHandle<T> {}

// The marker says nothing of threads; the two lines above decide. Without them
// a handle must stay where it is, for its output may have to.
impl<T> JoinHandle<T> {
    /// # Safety
    /// `task` has an output of type `T`, its state counts join interest, and
    /// there is no other handle.
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

    /// Asks for the task to be dropped at its next suspension point. It may
    /// still complete first; the handle tells which.
    ///
    /// Work on the blocking pool that has begun is not interrupted.
    pub fn abort(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }

    /// A handle that can only abort, and does not keep the output.
    ///
    /// # Panics
    /// If the output has been collected already.
    #[track_caller]
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle {
            task: self.task().clone(),
        }
    }

    /// Whether the task has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.task
            .as_ref()
            .is_none_or(|task| task.header().state.is_complete())
    }

    /// The task's name.
    ///
    /// # Panics
    /// If the output has been collected already.
    #[track_caller]
    pub fn id(&self) -> Id {
        self.task().header().id
    }
}

/// Makes sure that completion will wake `context`; false if it has come.
fn register(task: &Task, context: &Context<'_>) -> bool {
    let header = task.header();
    if header.state.is_complete() {
        return false;
    }
    if header.state.has_join_waker() {
        let same = header.joiner.with(|joiner| {
            // SAFETY: while JOIN_WAKER is set the cell is only read.
            let joiner = unsafe { &*joiner }.as_ref();
            joiner.is_some_and(|joiner| joiner.with(|waker| waker.will_wake(context.waker())))
        });
        if same {
            return !header.state.is_complete();
        }
        if !header.state.withdraw_join_waker() {
            return false;
        }
    }
    let joiner = Joiner::new(context.waker().clone());
    let old = header
        .joiner
        // SAFETY: JOIN_WAKER is unset: never offered, withdrawn, or given back
        // by the finisher. So the cell is the handle's; if the task is complete,
        // the offer below says so.
        .with_mut(|cell| unsafe { (*cell).replace(joiner) });
    let registered = header.state.offer_join_waker();
    // A stranger's destructor, when all is in order again.
    drop(old);
    registered
}

/// The handle of a complete task goes, and what it waited with.
fn leave(task: &Task) {
    if task.header().state.leave() {
        let joiner = task
            .header()
            .joiner
            // SAFETY: the finisher is through with the cell, so it is the
            // handle's.
            .with_mut(|cell| unsafe { (*cell).take() });
        if joiner.is_some() {
            catch_and_discard(move || drop(joiner));
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
        trace::note_task(&registered, self.task().header());
        ready!(registered);
        budget::spend();
        let task = self.task.take().expect("`task` would have panicked");
        // SAFETY: complete, and this is its one handle, which gives the task
        // up here.
        let output = unsafe { task.take_output() };
        leave(&task);
        Poll::Ready(output)
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        let Some(task) = self.task.take() else { return };
        match task.header().state.disown() {
            Disown::Waker => {
                let joiner = task
                    .header()
                    .joiner
                    // SAFETY: `disown` cleared JOIN_WAKER before completion:
                    // the cell is the handle's for good.
                    .with_mut(|cell| unsafe { (*cell).take() });
                catch_and_discard(move || drop(joiner));
            }
            Disown::Output => {
                // SAFETY: complete, the output was not collected, and it is on
                // this thread either because it is `Send` or because the
                // handle is not.
                unsafe { output::discard(&task) };
                leave(&task);
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

/// Aborts a task, from any thread; cheap to clone.
#[derive(Clone)]
pub struct AbortHandle {
    task: Task,
}

impl AbortHandle {
    /// Asks for the task to be dropped at its next suspension point.
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Whether the task has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.task.header().state.is_complete()
    }

    /// The task's name.
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
