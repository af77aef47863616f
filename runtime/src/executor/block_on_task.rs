//! The future of `block_on`, woken and polled as a task.

use crate::{
    budget,
    hooks::{RegistrationGuard, SharedHooks},
    task::{
        Schedule, StateWord, Task, TransitionToIdle, TransitionToRunning, TransitionToScheduled,
        waker_ref,
    },
    taskdump,
};
use std::{
    future::{self, Future},
    panic::Location,
    pin::Pin,
    task::{Context, Poll},
};

/// The task that stands for the future of `block_on`. It can be woken, queued and
/// shown in dumps like any other. Its cell holds a placeholder that is never polled: the
/// executor calls [`BlockOnTask::poll`] with the real future.
pub(super) struct BlockOnTask(Task);

impl BlockOnTask {
    #[track_caller]
    pub(super) fn new(scheduler: impl Schedule) -> Self {
        let placeholder = future::pending::<()>();
        let state = StateWord::idle();
        Self(Task::new(
            placeholder,
            scheduler,
            state,
            Location::caller(),
            0,
        ))
    }

    pub(super) fn task(&self) -> &Task {
        &self.0
    }

    /// Shows the `block_on` task in dumps until the guard is dropped.
    pub(super) fn register<'a>(&'a self, hooks: &'a SharedHooks) -> RegistrationGuard<'a> {
        RegistrationGuard::new(hooks, &self.0)
    }

    /// Wakes the `block_on` task. True if the caller must queue it.
    #[must_use]
    pub(super) fn wake(&self) -> bool {
        self.0.header().state.transition_to_scheduled() == TransitionToScheduled::Submit
    }

    /// Polls `future` as the `block_on` task, which was woken and taken from its queue. If it
    /// is woken again during the poll, `requeue` gets it at the end, even if the
    /// poll panics.
    pub(super) fn poll<F: Future>(
        &self,
        future: Pin<&mut F>,
        requeue: impl FnMut(Task),
    ) -> Poll<F::Output> {
        let start = self.0.header().state.transition_to_running();
        let expected = TransitionToRunning::Poll;
        debug_assert_eq!(
            start, expected,
            "the `block_on` task is not aborted or completed"
        );
        self.poll_running(future, false, requeue)
    }

    /// [`poll`](Self::poll) without a read-modify-write, if the `block_on` task was not woken
    /// and no waker of it exists. Else `None`.
    pub(super) fn poll_if_unique<F: Future>(
        &self,
        future: Pin<&mut F>,
        requeue: impl FnMut(Task),
    ) -> Option<Poll<F::Output>> {
        let is_unique = self.0.header().state.transition_to_running_if_unique();
        is_unique.then(|| self.poll_running(future, true, requeue))
    }

    fn poll_running<F: Future>(
        &self,
        future: Pin<&mut F>,
        was_unique: bool,
        requeue: impl FnMut(Task),
    ) -> Poll<F::Output> {
        let _idle = SetIdle {
            task: &self.0,
            was_unique,
            requeue,
        };
        let _entered = taskdump::enter_poll(&self.0.header().stats);
        let waker = waker_ref(&self.0);
        budget::with_budget(|| future.poll(&mut Context::from_waker(&waker)))
    }
}

/// Ends the poll of the `block_on` task, also when the poll unwinds.
struct SetIdle<'a, R: FnMut(Task)> {
    task: &'a Task,
    was_unique: bool,
    requeue: R,
}

impl<R: FnMut(Task)> Drop for SetIdle<'_, R> {
    fn drop(&mut self) {
        let state = &self.task.header().state;
        if self.was_unique && state.transition_to_idle_if_unique() {
            return;
        }
        if state.transition_to_idle() == TransitionToIdle::Submit {
            (self.requeue)(self.task.clone());
        }
    }
}
