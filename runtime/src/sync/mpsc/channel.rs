//! What bounded and unbounded channels have in common: the queue, the counts of
//! senders, and the end of the channel.

use super::{
    error::TryRecvError,
    queue::{MessageQueue, TryPop},
};
use crate::{
    budget,
    primitives::{Arc, AtomicUsize, yield_now},
    sync::Notify,
    task::consume_budget,
    taskdump::Resource,
    unwind::catch_and_discard,
};
use std::{
    ops::Deref,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::atomic::Ordering::{Acquire, Relaxed, Release},
    task::{Context, Poll, ready},
};

/// The capacity of a channel: how far the senders may be ahead of the receiver.
pub(super) trait Semaphore {
    /// The receiver has taken this many messages.
    fn received(&self, messages: usize);
    /// The receiver has closed the channel.
    fn close(&self);
    /// After `close`: whether no sender may send any more.
    fn is_idle(&self) -> bool;
}

pub(super) struct MpscChannel<T, S> {
    pub(super) queue: MessageQueue<T>,
    pub(super) semaphore: S,
    senders: AtomicUsize,
    weak_senders: AtomicUsize,
    closed: Notify,
    resource: Resource,
}

// A panic cannot break the channel: no user code runs while a slot is claimed
// or a cell is borrowed.
impl<T, S> UnwindSafe for MpscChannel<T, S> {}
impl<T, S> RefUnwindSafe for MpscChannel<T, S> {}

/// A sender's share. While one exists, more messages may come.
pub(super) struct Tx<T, S>(Arc<MpscChannel<T, S>>);

/// A weak sender's share.
pub(super) struct WeakTx<T, S>(Arc<MpscChannel<T, S>>);

/// The receiver's share.
pub(super) struct Rx<T, S: Semaphore>(Arc<MpscChannel<T, S>>);

#[cfg_attr(feature = "taskdump", track_caller)]
pub(super) fn channel<T, S: Semaphore>(semaphore: S) -> (Tx<T, S>, Rx<T, S>) {
    let channel = Arc::new(MpscChannel {
        queue: MessageQueue::new(),
        semaphore,
        senders: AtomicUsize::new(1),
        weak_senders: AtomicUsize::new(0),
        closed: Notify::for_resource(Resource::new("mpsc closed")),
        resource: Resource::new("mpsc receive"),
    });
    (Tx(Arc::clone(&channel)), Rx(channel))
}

impl<T, S> MpscChannel<T, S> {
    /// How many senders there are.
    pub(super) fn senders(&self) -> usize {
        // Ordering: Acquire pairs with the Release in `Tx::drop`. The count is
        // only changed by read-modify-writes, so a receiver that sees 0 sees
        // what all senders sent.
        self.senders.load(Acquire)
    }

    /// How many weak senders there are.
    pub(super) fn weak_senders(&self) -> usize {
        // Ordering: Relaxed, because nothing depends on the count.
        self.weak_senders.load(Relaxed)
    }

    /// Waits until the receiver is dropped or closes the channel.
    pub(super) async fn closed(&self) {
        consume_budget().await;
        let closed = self.closed.notified();
        if !self.queue.is_closed() {
            closed.await;
        }
    }
}

impl<T, S> Tx<T, S> {
    pub(super) fn is_same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(super) fn downgrade(&self) -> WeakTx<T, S> {
        WeakTx::new(&self.0)
    }
}

impl<T, S> Deref for Tx<T, S> {
    type Target = MpscChannel<T, S>;

    fn deref(&self) -> &MpscChannel<T, S> {
        &self.0
    }
}

impl<T, S> Clone for Tx<T, S> {
    fn clone(&self) -> Self {
        // Ordering: Relaxed, because this sender keeps the count above 0. The
        // `Arc` is cloned as often and guards against overflow.
        self.0.senders.fetch_add(1, Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl<T, S> Drop for Tx<T, S> {
    fn drop(&mut self) {
        // Ordering: Release pairs with the Acquire in `senders`.
        if self.0.senders.fetch_sub(1, Release) == 1 {
            self.0.queue.request_close_check();
        }
    }
}

impl<T, S> WeakTx<T, S> {
    fn new(channel: &Arc<MpscChannel<T, S>>) -> Self {
        // Ordering: Relaxed, as in `MpscChannel::weak_senders`.
        channel.weak_senders.fetch_add(1, Relaxed);
        Self(Arc::clone(channel))
    }

    /// Makes a sender, unless the last one is gone. A weak sender keeps the
    /// memory of the channel, but does not count as a sender.
    pub(super) fn upgrade(&self) -> Option<Tx<T, S>> {
        // Ordering: Relaxed, as in `Tx::clone`.
        let counted = self
            .0
            .senders
            .fetch_update(Relaxed, Relaxed, |now| (now != 0).then_some(now + 1));
        counted.is_ok().then(|| Tx(Arc::clone(&self.0)))
    }
}

impl<T, S> Deref for WeakTx<T, S> {
    type Target = MpscChannel<T, S>;

    fn deref(&self) -> &MpscChannel<T, S> {
        &self.0
    }
}

impl<T, S> Clone for WeakTx<T, S> {
    fn clone(&self) -> Self {
        Self::new(&self.0)
    }
}

impl<T, S> Drop for WeakTx<T, S> {
    fn drop(&mut self) {
        // Ordering: Relaxed, as in `MpscChannel::weak_senders`.
        self.0.weak_senders.fetch_sub(1, Relaxed);
    }
}

impl<T, S: Semaphore> Rx<T, S> {
    pub(super) fn channel(&self) -> &MpscChannel<T, S> {
        &self.0
    }

    /// Whether no messages will come besides those in the queue.
    fn is_over(&self) -> bool {
        // SAFETY: Q3: this is the receiver. `&self` may be shared, but the
        // functions that change the head take `&mut self`.
        let drained = || unsafe { self.0.queue.is_drained() };
        self.0.senders() == 0 || self.0.queue.is_closed() && self.0.semaphore.is_idle() && drained()
    }

    pub(super) fn poll_recv(&mut self, context: &Context<'_>) -> Poll<Option<T>> {
        ready!(budget::poll_proceed(context));
        let message = self.poll_next(context);
        self.0.resource.record(&message);
        let message = ready!(message);
        if message.is_some() {
            self.0.semaphore.received(1);
        }
        budget::spend();
        Poll::Ready(message)
    }

    /// Appends up to `limit` messages. Ready with 0 at the end of the channel.
    pub(super) fn poll_recv_many(
        &mut self,
        context: &Context<'_>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> Poll<usize> {
        ready!(budget::poll_proceed(context));
        let mut received = 0;
        let first = match limit {
            0 => Poll::Ready(None),
            _ => self.poll_next(context),
        };
        self.0.resource.record(&first);
        if let Some(first) = ready!(first) {
            buffer.push(first);
            received = 1;
            while received < limit
                // SAFETY: Q3: this is the receiver, with `&mut self`.
                && let Some(next) = unsafe { self.0.queue.pop() }
            {
                buffer.push(next);
                received += 1;
            }
            self.0.semaphore.received(received);
        }
        budget::spend();
        Poll::Ready(received)
    }

    fn poll_next(&mut self, context: &Context<'_>) -> Poll<Option<T>> {
        loop {
            // SAFETY: Q3: this is the receiver, with `&mut self`.
            match unsafe { self.0.queue.try_pop() } {
                TryPop::Message(message) => return Poll::Ready(Some(message)),
                TryPop::CloseCheck => {}
                TryPop::Unpublished | TryPop::Empty => {
                    if self.is_over() {
                        // The last sender may have sent a message after `try_pop` found
                        // none, and before it was dropped.
                        // SAFETY: Q3: this is the receiver, with `&mut self`.
                        return Poll::Ready(unsafe { self.0.queue.pop() });
                    }
                    // SAFETY: Q3: this is the receiver, with `&mut self`.
                    ready!(unsafe { self.0.queue.poll_wait(context) });
                }
            }
        }
    }

    pub(super) fn try_recv(&mut self) -> Result<T, TryRecvError> {
        loop {
            let over = self.is_over();
            // SAFETY: Q3: this is the receiver, with `&mut self`.
            match unsafe { self.0.queue.try_pop() } {
                TryPop::Message(message) => {
                    self.0.semaphore.received(1);
                    return Ok(message);
                }
                TryPop::CloseCheck => {}
                TryPop::Unpublished | TryPop::Empty if over => {
                    return Err(TryRecvError::Disconnected);
                }
                TryPop::Empty => return Err(TryRecvError::Empty),
                // A later slot may hold a message that was sent before this
                // call.
                TryPop::Unpublished => yield_now(),
            }
        }
    }

    pub(super) fn close(&mut self) {
        self.0.semaphore.close();
        self.0.queue.close();
        self.0.closed.notify_waiters();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.queue.is_closed() || self.0.senders() == 0
    }

    pub(super) fn len(&self) -> usize {
        // SAFETY: Q3: this is the receiver. `&self` may be shared, but the
        // functions that change the head take `&mut self`.
        unsafe { self.0.queue.len() }
    }
}

impl<T, S: Semaphore> Drop for Rx<T, S> {
    fn drop(&mut self) {
        self.close();
        // Drop the messages now, because the last sender may live long.
        // Messages that are still being sent are dropped with the channel.
        // SAFETY: Q3: this is the receiver, with `&mut self`.
        while let Some(message) = unsafe { self.0.queue.pop() } {
            self.0.semaphore.received(1);
            // If a destructor panics, the other messages are dropped all the
            // same: one of them may hold the sender that a task waits for.
            catch_and_discard(move || drop(message));
        }
        // The waker would keep the task's memory until the last sender is gone.
        // SAFETY: Q3: this is the receiver, with `&mut self`, and it does not
        // wait any more.
        let waker = unsafe { self.0.queue.take_waker() };
        catch_and_discard(move || drop(waker));
    }
}
