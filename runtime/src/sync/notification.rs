//! Which waiter a notification goes to. Both forms of `Notify` share it: the one
//! for all threads ([`Notify`](super::Notify)) and the one for a single thread
//! ([`local::Notify`](super::local::Notify)). They differ in how they keep
//! their waiters.
//!
//! 1. `notify_waiters` counts its calls. Every waiter that was created before
//!    the last call is notified, whether or not its node has been dequeued yet.
//! 2. Such waiters stand first in the list, because a waiter that is polled for
//!    the first time after the call is ready at once and joins no list.
//! 3. `notify_one` and `notify_last` pass over them. They dequeue the first or
//!    the last of the other waiters. If there are no others, they store a
//!    permit.
//! 4. A waiter that was dequeued by `notify_one` or `notify_last`, and is
//!    dropped before it saw that, passes the notification on in the same order.

/// What a waiter of a `Notify` has got.
#[derive(Clone, Copy)]
pub(crate) struct Notification {
    /// How often `notify_waiters` had been called when the waiter was created.
    pub(super) created_at: u64,
    /// Set when `notify_one` or `notify_last` dequeued it.
    pub(super) notified_one: Option<NotifyOneStrategy>,
}

/// Which waiter a single notification goes to.
#[derive(Clone, Copy)]
pub(super) enum NotifyOneStrategy {
    /// The one that has waited longest: `notify_one`.
    Fifo,
    /// The one that came last: `notify_last`.
    Lifo,
}

/// The waiters of a `Notify`, and its permit.
pub(super) trait Waiters {
    /// The waker of a dequeued waiter.
    type Dequeued;

    fn permit(&mut self) -> &mut bool;
    fn first(&self) -> Option<Notification>;
    fn last(&self) -> Option<Notification>;
    fn dequeue_first(&mut self, notification: Notification) -> Self::Dequeued;
    fn dequeue_last(&mut self, notification: Notification) -> Self::Dequeued;
}

impl Notification {
    pub(super) fn new(created_at: u64) -> Self {
        Self {
            created_at,
            notified_one: None,
        }
    }

    /// Whether `notify_waiters` has notified the waiter (rule 1).
    pub(super) fn is_notified(&self, calls: u64) -> bool {
        self.created_at < calls
    }

    /// Whether a waiter that is not in the list yet may go on. Takes the permit
    /// if it needs it.
    pub(super) fn may_proceed(&self, calls: u64, permit: &mut bool) -> bool {
        self.is_notified(calls) || std::mem::take(permit)
    }
}

/// Dequeues the next waiter that `notify_waiters` has notified, if one is left.
pub(super) fn dequeue_notified<W: Waiters>(waiters: &mut W, calls: u64) -> Option<W::Dequeued> {
    let first = waiters.first().filter(|first| first.is_notified(calls))?;
    Some(waiters.dequeue_first(first))
}

/// A notification for one waiter, on its way.
pub(super) struct NotifyOne {
    strategy: NotifyOneStrategy,
    delivered: bool,
}

impl NotifyOne {
    pub(super) fn new(strategy: NotifyOneStrategy) -> Self {
        Self {
            strategy,
            delivered: false,
        }
    }

    /// Dequeues the next waiter. Returns `None` when all is done.
    pub(super) fn dequeue_next<W: Waiters>(
        &mut self,
        waiters: &mut W,
        calls: u64,
    ) -> Option<W::Dequeued> {
        // Another thread may be in `notify_waiters`, between two batches of wakers.
        // The waiters that this call has counted and not yet dequeued must not take
        // this notification, because they are notified already.
        if let Some(notified) = dequeue_notified(waiters, calls) {
            return Some(notified);
        }
        if self.delivered {
            return None;
        }
        self.delivered = true;
        let next = match self.strategy {
            NotifyOneStrategy::Fifo => waiters.first(),
            NotifyOneStrategy::Lifo => waiters.last(),
        };
        let Some(next) = next else {
            *waiters.permit() = true;
            return None;
        };
        let next = Notification {
            notified_one: Some(self.strategy),
            ..next
        };
        Some(match self.strategy {
            NotifyOneStrategy::Fifo => waiters.dequeue_first(next),
            NotifyOneStrategy::Lifo => waiters.dequeue_last(next),
        })
    }
}
