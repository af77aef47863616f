//! [`Notify`] for one thread. `sync::notification` says which waiter gets a
//! notification.

use super::wait_list::{Key, LocalWaitList};
use crate::{
    budget,
    sync::notification::{Notification, NotifyOne, NotifyOneStrategy, Waiters, dequeue_notified},
    taskdump::Resource,
    unwind,
};
use std::{
    cell::RefCell,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
};

/// Wakes tasks of its thread that wait for it: one task, or all of them. It
/// behaves as [`sync::Notify`](crate::sync::Notify).
///
/// ```
/// use std::rc::Rc;
/// use wakeful::sync::local::Notify;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let notify = Rc::new(Notify::new());
///     let other = Rc::clone(&notify);
///     let task = wakeful::spawn_local(async move { other.notified().await });
///     notify.notify_one();
///     task.await
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Notify {
    resource: Resource,
    state: RefCell<NotifyState>,
}

struct NotifyState {
    permit: bool,
    /// How often `notify_waiters` was called.
    notify_waiters_calls: u64,
    waiters: LocalWaitList<Notification>,
}

impl Waiters for NotifyState {
    type Dequeued = Option<Waker>;

    fn permit(&mut self) -> &mut bool {
        &mut self.permit
    }

    fn first(&self) -> Option<Notification> {
        self.waiters.first()
    }

    fn last(&self) -> Option<Notification> {
        self.waiters.last()
    }

    fn dequeue_first(&mut self, notification: Notification) -> Option<Waker> {
        self.waiters.dequeue_first(notification)
    }

    fn dequeue_last(&mut self, notification: Notification) -> Option<Waker> {
        self.waiters.dequeue_last(notification)
    }
}

impl Notify {
    /// Creates a `Notify` without a permit.
    #[cfg_attr(feature = "taskdump", track_caller)]
    pub const fn new() -> Self {
        Self {
            resource: Resource::new("local Notify"),
            state: RefCell::new(NotifyState {
                permit: false,
                notify_waiters_calls: 0,
                waiters: LocalWaitList::new(),
            }),
        }
    }

    /// Waits for a notification, as
    /// [`Notify::notified`](crate::sync::Notify::notified) of `sync` does.
    ///
    /// # Cancel safety
    /// A future that is dropped loses its position in the queue. If
    /// `notify_one` or `notify_last` had chosen it, another task is chosen.
    pub fn notified(&self) -> Notified<'_> {
        Notified {
            notify: self,
            key: None,
            created_at: self.state.borrow().notify_waiters_calls,
            done: false,
        }
    }

    /// Wakes the task that has waited longest, or stores a permit for the next
    /// one. Takes constant time.
    pub fn notify_one(&self) {
        self.notify(NotifyOneStrategy::Fifo);
    }

    /// Wakes the task that came last, or stores a permit for the next one.
    /// Takes constant time.
    pub fn notify_last(&self) {
        self.notify(NotifyOneStrategy::Lifo);
    }

    /// Wakes all tasks that wait, oldest first, and stores no permit.
    pub fn notify_waiters(&self) {
        self.state.borrow_mut().notify_waiters_calls += 1;
        self.dequeue_and_wake(dequeue_notified);
    }

    fn notify(&self, strategy: NotifyOneStrategy) {
        let mut one = NotifyOne::new(strategy);
        self.dequeue_and_wake(|state, calls| one.dequeue_next(state, calls));
    }

    /// Calls `next` until it dequeues no more waiters. A waker may call any
    /// method of this `Notify`, so nothing is borrowed while one is woken.
    fn dequeue_and_wake(
        &self,
        mut next: impl FnMut(&mut NotifyState, u64) -> Option<Option<Waker>>,
    ) {
        loop {
            let mut state = self.state.borrow_mut();
            let calls = state.notify_waiters_calls;
            let Some(dequeued) = next(&mut state, calls) else {
                return;
            };
            drop(state);
            if let Some(waker) = dequeued {
                unwind::wake(waker);
            }
        }
    }
}

impl Default for Notify {
    #[cfg_attr(feature = "taskdump", track_caller)]
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify").finish_non_exhaustive()
    }
}

/// The future of [`Notify::notified`]. Once ready, it is ready at every poll.
#[must_use = "futures do nothing unless awaited"]
pub struct Notified<'a> {
    notify: &'a Notify,
    /// Its key in the list, while it waits.
    key: Option<Key>,
    created_at: u64,
    done: bool,
}

impl Notified<'_> {
    /// Leaves the list. Returns the order of the single notification that this
    /// waiter had got, if it had got one.
    fn leave(&mut self) -> Option<NotifyOneStrategy> {
        let key = self.key.take()?;
        let (waiter, waker) = self.notify.state.borrow_mut().waiters.remove(&key);
        drop(waker);
        waiter?.notified_one
    }

    fn poll_notified(&mut self, context: &Context<'_>) -> Poll<()> {
        let notification = Notification::new(self.created_at);
        let mut clone = None;
        loop {
            let mut state = self.notify.state.borrow_mut();
            let calls = state.notify_waiters_calls;
            let notified = match &self.key {
                Some(key) => {
                    notification.is_notified(calls) || state.waiters.dequeued(key).is_some()
                }
                None => notification.may_proceed(calls, &mut state.permit),
            };
            if notified {
                drop(state);
                self.leave();
                return Poll::Ready(());
            }
            if let Some(key) = &self.key
                && state.waiters.has_waker(key, context.waker())
            {
                return Poll::Pending;
            }
            let Some(waker) = clone.take() else {
                // Cloning a waker is user code: end the borrow, clone, and
                // look again.
                drop(state);
                clone = Some(context.waker().clone());
                continue;
            };
            let old = state.waiters.wait(&mut self.key, notification, waker);
            drop(state);
            drop(old);
            return Poll::Pending;
        }
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        ready!(budget::poll_proceed(context));
        if !self.done {
            let polled = self.poll_notified(context);
            self.notify.resource.record(&polled);
            ready!(polled);
            self.done = true;
        }
        budget::spend();
        Poll::Ready(())
    }
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        if let Some(strategy) = self.leave() {
            self.notify.notify(strategy);
        }
    }
}

impl fmt::Debug for Notified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notified")
            .field("notified", &self.done)
            .finish_non_exhaustive()
    }
}
