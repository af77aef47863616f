//! [`Notify`]: a wake without a message. `notification` says which waiter gets
//! it.

use super::{
    notification::{Notification, NotifyOne, NotifyOneStrategy, Waiters, dequeue_notified},
    wait_list::{DequeuedWaker, LockedList, Primitive, PrimitiveRef, WaitList, Waiter},
};
use crate::{budget, primitives::AtomicU64, taskdump::Resource};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::Ordering::{Acquire, Release},
    },
    task::{Context, Poll, Waker, ready},
};

/// Wakes tasks that wait for it: one task, or all of them.
///
/// - [`notify_one`](Self::notify_one) wakes the task that has waited longest.
///   If no task waits, it stores one permit, and the next
///   [`notified`](Self::notified) is ready at once. A second call stores no
///   second permit.
/// - [`notify_last`](Self::notify_last) does the same for the task that came
///   last.
/// - [`notify_waiters`](Self::notify_waiters) wakes all tasks that wait and
///   stores nothing.
///
/// A notification says "look again". To wait for a condition, create the future
/// first, then check the condition, then await the future. So no notification
/// is lost between the check and the wait:
///
/// ```
/// use std::{cell::Cell, rc::Rc};
/// use wakeful::sync::Notify;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let shared = Rc::new((Cell::new(0), Notify::new()));
///     let (count, changed) = &*shared;
///     let other = Rc::clone(&shared);
///     let counter = wakeful::spawn_local(async move {
///         for _ in 0..3 {
///             other.0.set(other.0.get() + 1);
///             other.1.notify_waiters();
///             wakeful::task::yield_now().await;
///         }
///     });
///     loop {
///         let notified = changed.notified();
///         if count.get() == 3 {
///             break;
///         }
///         notified.await;
///     }
///     counter.await
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Notify {
    /// How often `notify_waiters` was called. Written under the list's lock.
    notify_waiters_calls: AtomicU64,
    list: WaitList<StoredPermit, Notification>,
}

/// Whether a permit is stored. Never while a task waits.
pub(crate) struct StoredPermit(bool);

impl Notify {
    const_unless_loom! {
        /// Creates a `Notify` without a permit. It can be a `static`.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn new() -> Self {
            Self::for_resource(Resource::new("Notify"))
        }
    }

    const_unless_loom! {
        /// Creates a `Notify` that is a part of another primitive. Dumps show the
        /// resource of that primitive.
        pub(crate) const fn for_resource(resource: Resource) -> Self {
            Self {
                notify_waiters_calls: AtomicU64::new(0),
                list: WaitList::new(StoredPermit(false), resource),
            }
        }
    }

    const_unless_loom! {
        /// The same as [`new`](Self::new), by tokio's name.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub const fn const_new() -> Self {
            Self::new()
        }
    }

    /// Waits for a notification. The future is ready after one of these:
    ///
    /// - a permit is stored,
    /// - `notify_one` or `notify_last` chooses this waiter, which joins the
    ///   queue at its first poll,
    /// - [`notify_waiters`](Self::notify_waiters) is called after this call,
    ///   also if that is before the first poll.
    ///
    /// # Cancel safety
    /// A future that is dropped loses its position in the queue. If
    /// `notify_one` or `notify_last` had chosen it, another task is chosen.
    pub fn notified(&self) -> Notified<'_> {
        Notified {
            inner: NotifiedInner::new(self),
        }
    }

    /// As [`notified`](Self::notified), with a future that keeps the `Notify`
    /// alive and borrows nothing.
    ///
    /// # Cancel safety
    /// As [`notified`](Self::notified).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use wakeful::sync::Notify;
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let notify = Arc::new(Notify::new());
    ///     let notified = Arc::clone(&notify).notified_owned();
    ///     let task = wakeful::spawn(notified);
    ///     notify.notify_waiters();
    ///     task.await
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn notified_owned(self: Arc<Self>) -> OwnedNotified {
        OwnedNotified {
            inner: NotifiedInner::new(self),
        }
    }

    /// Wakes the task that has waited longest, or stores a permit for the next
    /// one. Takes constant time.
    pub fn notify_one(&self) {
        self.notify(NotifyOneStrategy::Fifo, self.list.lock());
    }

    /// Wakes the task that came last, or stores a permit for the next one.
    /// Takes constant time.
    ///
    /// Useful if the task that worked last has the warmest cache, and the
    /// others may stay idle.
    ///
    /// ```
    /// use wakeful::sync::Notify;
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let notify = Notify::new();
    ///     let (first, last) = (notify.notified(), notify.notified());
    ///     let mut first = std::pin::pin!(first);
    ///     let mut last = std::pin::pin!(last);
    ///     assert!(!first.as_mut().enable());
    ///     assert!(!last.as_mut().enable());
    ///     notify.notify_last();
    ///     last.await;
    ///     notify.notify_last();
    ///     first.await;
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn notify_last(&self) {
        self.notify(NotifyOneStrategy::Lifo, self.list.lock());
    }

    /// Wakes all tasks that wait, oldest first, and stores no permit. Takes
    /// time in proportion to the number of tasks.
    pub fn notify_waiters(&self) {
        let locked = self.list.lock();
        // Ordering: Release pairs with the Acquire in `calls`. This plain store
        // ends the release sequence of the call before. No reader needs that
        // sequence, because the lock orders the calls: a reader that sees this
        // store sees what all earlier callers did.
        self.notify_waiters_calls.store(self.calls() + 1, Release);
        self.list
            .dequeue_and_wake(locked, |locked| dequeue_notified(locked, self.calls()));
    }

    fn notify<'a>(
        &'a self,
        strategy: NotifyOneStrategy,
        locked: LockedList<'a, StoredPermit, Notification>,
    ) {
        let mut one = NotifyOne::new(strategy);
        self.list
            .dequeue_and_wake(locked, |locked| one.dequeue_next(locked, self.calls()));
    }

    fn calls(&self) -> u64 {
        // Ordering: Acquire pairs with the Release in `notify_waiters`. A
        // waiter that is ready because of the count needs no lock.
        self.notify_waiters_calls.load(Acquire)
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

impl Waiters for LockedList<'_, StoredPermit, Notification> {
    type Dequeued = DequeuedWaker;

    fn permit(&mut self) -> &mut bool {
        &mut self.0
    }

    fn first(&self) -> Option<Notification> {
        LockedList::first(self)
    }

    fn last(&self) -> Option<Notification> {
        LockedList::last(self)
    }

    fn dequeue_first(&mut self, notification: Notification) -> DequeuedWaker {
        LockedList::dequeue_first(self, notification)
    }

    fn dequeue_last(&mut self, notification: Notification) -> DequeuedWaker {
        LockedList::dequeue_last(self, notification)
    }
}

// SAFETY: WL5: the list is a field.
unsafe impl Primitive for Notify {
    type State = StoredPermit;
    type Data = Notification;

    fn wait_list(&self) -> &WaitList<StoredPermit, Notification> {
        &self.list
    }

    fn cancelled(
        &self,
        locked: LockedList<'_, StoredPermit, Notification>,
        notification: Notification,
    ) {
        if let Some(strategy) = notification.notified_one {
            self.notify(strategy, locked);
        }
    }
}

pin_project! {
    /// A wait for a notification, as [`Notified`] and [`OwnedNotified`] have it.
    pub(super) struct NotifiedInner<H: PrimitiveRef> {
        #[pin]
        waiter: Waiter<H>,
        created_at: u64,
        done: bool,
    }
}

impl<H: PrimitiveRef<Target = Notify>> NotifiedInner<H> {
    pub(super) fn new(notify: H) -> Self {
        let created_at = notify.calls();
        Self {
            waiter: Waiter::new(notify, Notification::new(created_at)),
            created_at,
            done: false,
        }
    }

    fn poll_notified(self: Pin<&mut Self>, waker: Option<&Waker>) -> Poll<()> {
        let mut this = self.project();
        if *this.done {
            return Poll::Ready(());
        }
        let notification = Notification::new(*this.created_at);
        if notification.is_notified(this.waiter.handle().calls()) {
            this.waiter.finish();
        } else {
            ready!(this.waiter.as_mut().poll(waker, |notify, locked, _| {
                notification.may_proceed(notify.calls(), locked.permit())
            }));
        }
        *this.done = true;
        Poll::Ready(())
    }

    pub(super) fn handle(&self) -> &H {
        self.waiter.handle()
    }

    pub(super) fn poll(self: Pin<&mut Self>, context: &Context<'_>) -> Poll<()> {
        ready!(budget::poll_proceed(context));
        ready!(self.poll_notified(Some(context.waker())));
        budget::spend();
        Poll::Ready(())
    }
}

pin_project! {
    /// The future of [`Notify::notified`]. Once ready, it is ready at every
    /// poll.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Notified<'a> {
        #[pin]
        inner: NotifiedInner<&'a Notify>,
    }
}

pin_project! {
    /// The future of [`Notify::notified_owned`]. Once ready, it is ready at
    /// every poll.
    #[must_use = "futures do nothing unless awaited"]
    pub struct OwnedNotified {
        #[pin]
        inner: NotifiedInner<Arc<Notify>>,
    }
}

impl Notified<'_> {
    /// Joins the queue before the future is awaited. Returns whether it has
    /// been notified already. If so, awaiting it is ready at once.
    ///
    /// Several tasks that wait for a condition with
    /// [`notify_one`](Notify::notify_one) call this before they check the
    /// condition. Otherwise two notifications between the check and the first
    /// poll would store one permit, and one task would miss its notification.
    pub fn enable(self: Pin<&mut Self>) -> bool {
        self.project().inner.poll_notified(None).is_ready()
    }
}

impl OwnedNotified {
    /// As [`Notified::enable`].
    pub fn enable(self: Pin<&mut Self>) -> bool {
        self.project().inner.poll_notified(None).is_ready()
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.project().inner.poll(context)
    }
}

impl Future for OwnedNotified {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.project().inner.poll(context)
    }
}

impl fmt::Debug for Notified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notified")
            .field("notified", &self.inner.done)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for OwnedNotified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedNotified")
            .field("notified", &self.inner.done)
            .finish_non_exhaustive()
    }
}
