// ANCHOR: head
//! The handle that waits for the output of a task.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use executor::JoinError;

use crate::header::{Phase, TaskRef};
// ANCHOR_END: head

// ANCHOR: handle
/// Waits for the output of a task. If you drop it, the task continues alone.
pub struct JoinHandle<T> {
    task: TaskRef,
    output: PhantomData<fn() -> T>,
}

impl<T> JoinHandle<T> {
    fn take_result(&self) -> Option<Result<T, JoinError>> {
        let mut result: Option<Result<T, JoinError>> = None;
        if self.task.phase.get() == Phase::Ended {
            let to = (&raw mut result).cast();
            // SAFETY: T1 and the phase `Ended`. The output of this task is a `T`.
            unsafe { (self.task.vtable.take_result)(self.task.pointer(), to) };
        }
        result
    }
}

// ANCHOR_END: handle

// ANCHOR: handle_poll
impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // A waker runs foreign code when it is cloned, so this comes first.
        let joiner = cx.waker().clone();
        if let Some(result) = self.take_result() {
            return Poll::Ready(result);
        }
        assert!(
            self.task.phase.get() != Phase::Empty,
            "`JoinHandle` polled after completion"
        );
        drop(self.task.joiner.replace(Some(joiner)));
        Poll::Pending
    }
}

// ANCHOR_END: handle_poll

// ANCHOR: handle_drop
impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        self.task.detached.set(true);
        // T3: a result that is not needed is dropped here, on this thread.
        drop(self.take_result());
        drop(self.task.joiner.take());
    }
}
// ANCHOR_END: handle_drop

// ANCHOR: rest
impl<T> JoinHandle<T> {
    pub(crate) fn new(task: TaskRef) -> JoinHandle<T> {
        JoinHandle { task, output: PhantomData }
    }

    /// Asks the task to end. Its future is dropped when it is the task's turn. If the
    /// task has ended already, nothing happens.
    pub fn abort(&self) {
        if !self.is_finished() {
            self.task.aborted.set(true);
            self.task.wake();
        }
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        matches!(self.task.phase.get(), Phase::Ended | Phase::Empty)
    }
}
// ANCHOR_END: rest
