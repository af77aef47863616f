// ANCHOR: head
//! A task's way to its end, and the handle that waits for it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use pin_project_lite::pin_project;

use crate::wake::TaskWaker;
// ANCHOR_END: head

// ANCHOR: slot
/// What a task and its handle share.
pub(crate) struct Slot<T> {
    state: RefCell<State<T>>,
    /// The handle wants the task to end.
    aborted: Cell<bool>,
}

enum State<T> {
    /// The task has not ended. If a joiner waits, this is its waker.
    Running(Option<Waker>),
    Ended(Result<T, JoinError>),
    /// The handle has taken the result.
    Taken,
}

impl<T> Slot<T> {
    fn has_ended(&self) -> bool {
        !matches!(*self.state.borrow(), State::Running(_))
    }

    /// Stores the result, and wakes the joiner. Only the first call counts.
    fn end(&self, result: Result<T, JoinError>) {
        if self.has_ended() {
            return;
        }
        if let State::Running(Some(joiner)) = self.state.replace(State::Ended(result)) {
            // Foreign code, which may panic.
            discard(catch_unwind(AssertUnwindSafe(|| joiner.wake())));
        }
    }
}
// ANCHOR_END: slot

// ANCHOR: run_struct
pin_project! {
    /// The future of a task. It polls the user's future until that ends, panics or is
    /// aborted.
    pub(crate) struct Run<F: Future> {
        // `None` when it has ended.
        #[pin]
        future: Option<F>,
        slot: Rc<Slot<F::Output>>,
    }

    impl<F: Future> PinnedDrop for Run<F> {
        fn drop(this: Pin<&mut Self>) {
            this.end(Err(JoinError::Cancelled));
        }
    }
}
// ANCHOR_END: run_struct

// ANCHOR: error
/// Why a task has no output.
pub enum JoinError {
    /// The task panicked. This is the value that it panicked with.
    Panicked(Box<dyn Any + Send>),
    /// The task was aborted, or its executor was dropped.
    Cancelled,
}
// ANCHOR_END: error

// ANCHOR: handle
/// Waits for the output of a task. If you drop it, the task continues alone.
pub struct JoinHandle<T> {
    slot: Rc<Slot<T>>,
    waker: Arc<TaskWaker>,
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // A waker runs foreign code when it is cloned or dropped. Do neither while
        // `state` is borrowed.
        let joiner = cx.waker().clone();
        match self.slot.state.replace(State::Taken) {
            State::Running(old_joiner) => {
                self.slot.state.replace(State::Running(Some(joiner)));
                drop(old_joiner);
                Poll::Pending
            }
            State::Ended(result) => Poll::Ready(result),
            State::Taken => panic!("`JoinHandle` polled after completion"),
        }
    }
}
// ANCHOR_END: handle

// ANCHOR: abort
impl<T> JoinHandle<T> {
    /// Asks the task to end. Its future is dropped when it is the task's turn, and not
    /// in this call. If the task has ended already, nothing happens.
    pub fn abort(&self) {
        if !self.slot.has_ended() {
            self.slot.aborted.set(true);
            self.waker.wake_by_ref();
        }
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        self.slot.has_ended()
    }
}
// ANCHOR_END: abort

// ANCHOR: run
impl<F: Future> Future for Run<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let result = match self.as_mut().poll_once(cx) {
            Ok(Poll::Pending) if !self.slot.aborted.get() => return Poll::Pending,
            Ok(Poll::Pending) => Err(JoinError::Cancelled),
            Ok(Poll::Ready(output)) => Ok(output),
            Err(panic) => Err(JoinError::Panicked(panic)),
        };
        self.end(result);
        Poll::Ready(())
    }
}
// ANCHOR_END: run

// ANCHOR: poll_once
impl<F: Future> Run<F> {
    /// Polls the future, unless the task was aborted. A panic ends in the `Err`.
    fn poll_once(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Result<Poll<F::Output>, Box<dyn Any + Send>> {
        let mut this = self.project();
        let future = this.future.as_mut().as_pin_mut();
        let future = future.expect("the executor removes a task that has ended");
        if this.slot.aborted.get() {
            return Ok(Poll::Pending);
        }
        // After a panic, the future is only dropped.
        catch_unwind(AssertUnwindSafe(|| future.poll(cx)))
    }
}
// ANCHOR_END: poll_once

// ANCHOR: end
impl<F: Future> Run<F> {
    /// Drops the future, and then tells the handle. So the joiner knows that all
    /// destructors of the task have run.
    fn end(self: Pin<&mut Self>, result: Result<F::Output, JoinError>) {
        let mut this = self.project();
        let dropped = catch_unwind(AssertUnwindSafe(|| this.future.set(None)));
        let result = match dropped {
            Ok(()) => result,
            Err(panic) => {
                discard(result);
                Err(JoinError::Panicked(panic))
            }
        };
        if Rc::strong_count(this.slot) > 1 {
            this.slot.end(result);
        } else {
            // There is no handle any more, so no other code will take the result.
            discard(result);
        }
    }
}

/// Drops a value, and ignores a panic of its destructor.
pub fn discard<T>(value: T) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(value)))
        // The value of a panic may have a destructor that panics, too.
        && let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic)))
    {
        std::mem::forget(again);
    }
}
// ANCHOR_END: end

// ANCHOR: rest
impl<F: Future> Run<F> {
    pub(crate) fn new(future: F) -> (Run<F>, Rc<Slot<F::Output>>) {
        let state = RefCell::new(State::Running(None));
        let slot = Rc::new(Slot { state, aborted: Cell::new(false) });
        (Run { future: Some(future), slot: Rc::clone(&slot) }, slot)
    }
}

impl<T> JoinHandle<T> {
    pub(crate) fn new(slot: Rc<Slot<T>>, waker: Arc<TaskWaker>) -> JoinHandle<T> {
        JoinHandle { slot, waker }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JoinError::Panicked(_) => "Panicked",
            JoinError::Cancelled => "Cancelled",
        })
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JoinError::Panicked(_) => "the task panicked",
            JoinError::Cancelled => "the task was cancelled",
        })
    }
}

impl std::error::Error for JoinError {}
// ANCHOR_END: rest
