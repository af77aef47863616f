// ANCHOR: head
//! A semaphore: a number of permits, and the tasks that wait for one.

use std::error::Error;
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use executor::discard;

use crate::lock::Lock;
use crate::wait_list::{Node, State, WaitList};
// ANCHOR_END: head

// ANCHOR: semaphore
/// A number of permits. A task that finds no permit waits for one.
pub struct Semaphore {
    permits: Lock<Permits>,
}

/// While a task is in the list, no permit is free.
struct Permits {
    free: usize,
    closed: bool,
    waiting: WaitList,
}

impl Semaphore {
    /// Adds a permit. The task that has waited longest gets it. If no task
    /// waits, the permit is free.
    pub fn add_permit(&self) {
        let mut permits = self.permits.lock();
        if permits.waiting.is_empty() {
            permits.free += 1;
            return;
        }
        let waker = permits.waiting.pop(State::Granted);
        drop(permits);
        // Do this without the lock: a waker runs foreign code, which may use `self`.
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
// ANCHOR_END: semaphore

// ANCHOR: take
impl Permits {
    /// Takes a permit, or refuses it. `None` means that the task must wait.
    fn take(&mut self) -> Option<Result<(), Closed>> {
        if self.closed {
            return Some(Err(Closed));
        }
        self.free = self.free.checked_sub(1)?;
        Some(Ok(()))
    }
}

/// Waits for a permit. Made by [`Semaphore::acquire`].
pub struct Acquire<'s> {
    semaphore: &'s Semaphore,
    node: Node,
}
// ANCHOR_END: take

// ANCHOR: acquire
impl<'s> Future for Acquire<'s> {
    type Output = Result<SemaphorePermit<'s>, Closed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.as_ref().get_ref();
        // Do this without the lock: a waker runs foreign code when it is cloned.
        let waker = cx.waker().clone();
        let mut permits = this.semaphore.permits.lock();
        let answer = match this.node.state.get() {
            State::NotPolled => permits.take(),
            State::Listed => None,
            State::Granted => Some(Ok(())),
            State::Refused => Some(Err(Closed)),
            State::Done => panic!("`Acquire` polled after completion"),
        };
        if let Some(answer) = answer {
            this.node.state.set(State::Done);
            return Poll::Ready(answer.map(|()| SemaphorePermit(this.semaphore)));
        }
        if this.node.state.get() == State::NotPolled {
            // SAFETY: no code moves the node out of `Acquire`, which is not `Unpin`, is
            // not packed, and does not move it in `drop`.
            let node = unsafe { self.as_ref().map_unchecked(|this| &this.node) };
            permits.waiting.push(node);
        }
        let old = this.node.waker.replace(Some(waker));
        drop(permits);
        drop(old);
        Poll::Pending
    }
}
// ANCHOR_END: acquire

// ANCHOR: drop
impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        let permits = self.semaphore.permits.lock();
        let state = self.node.state.get();
        if state == State::Listed {
            permits.waiting.remove(&self.node);
        }
        drop(permits);
        if state == State::Granted {
            // This future owns a permit that it has not given to its task.
            self.semaphore.add_permit();
        }
    }
}
// ANCHOR_END: drop

// ANCHOR: permit
/// A permit, which is given back when it is dropped.
pub struct SemaphorePermit<'s>(&'s Semaphore);

impl SemaphorePermit<'_> {
    /// Does not give the permit back.
    pub fn forget(self) {
        mem::forget(self);
    }
}

impl Drop for SemaphorePermit<'_> {
    fn drop(&mut self) {
        self.0.add_permit();
    }
}

impl Semaphore {
    /// Waits until a permit is free, and takes it. Tasks get permits in the order of
    /// their first polls.
    ///
    /// Cancel safe: if the future is dropped, no permit is lost. The task then loses its
    /// place in the list.
    ///
    /// # Errors
    ///
    /// [`Closed`] if the semaphore is closed before the task has a permit.
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, node: Node::new() }
    }

    /// Takes a permit if one is free.
    pub fn try_acquire(&self) -> Option<SemaphorePermit<'_>> {
        let taken = self.permits.lock().take();
        matches!(taken, Some(Ok(()))).then(|| SemaphorePermit(self))
    }
}
// ANCHOR_END: permit

// ANCHOR: close
impl Semaphore {
    /// Refuses all tasks that wait, and all that come later. Permits that tasks have
    /// stay valid.
    pub fn close(&self) {
        let mut permits = self.permits.lock();
        permits.closed = true;
        while !permits.waiting.is_empty() {
            let waker = permits.waiting.pop(State::Refused);
            drop(permits);
            if let Some(waker) = waker {
                // If this foreign code panics, the other tasks must still be woken.
                discard(catch_unwind(AssertUnwindSafe(|| waker.wake())));
            }
            permits = self.permits.lock();
        }
    }
}
// ANCHOR_END: close

// ANCHOR: rest
impl Semaphore {
    /// A semaphore with this many free permits.
    pub fn new(permits: usize) -> Semaphore {
        let (closed, waiting) = (false, WaitList::new());
        Semaphore { permits: Lock::new(Permits { free: permits, closed, waiting }) }
    }

    /// How many permits are free.
    pub fn available(&self) -> usize {
        self.permits.lock().free
    }

    /// Whether the semaphore is closed.
    pub fn is_closed(&self) -> bool {
        self.permits.lock().closed
    }
}

/// The semaphore was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the semaphore is closed")
    }
}

impl Error for Closed {}
// ANCHOR_END: rest
