//! What bounded and unbounded channels have in common: the queue, the count of
//! senders, and when it is over.

use super::{
    error::TryRecvError,
    queue::{Found, Queue},
};
use crate::{
    budget,
    primitives::{Arc, AtomicUsize, yield_now},
    sync::Notify,
    task::consume_budget,
    trace::Label,
    unwind::catch_and_discard,
};
use std::{
    ops::Deref,
    sync::atomic::Ordering::{AcqRel, Acquire, Relaxed},
    task::{Context, Poll, ready},
};

/// What keeps the senders from being too far ahead.
pub(super) trait Limit {
    /// So many messages have been received.
    fn received(&self, messages: usize);
    /// The receiver has closed.
    fn close(&self);
    /// After that: whether everybody who was let through is done.
    fn is_idle(&self) -> bool;
}

pub(super) struct Channel<T, L> {
    pub(super) queue: Queue<T>,
    pub(super) limit: L,
    senders: AtomicUsize,
    closed: Notify,
    made: Label,
}

/// A sender's share: while there is one, more messages may come.
pub(super) struct Tx<T, L>(Arc<Channel<T, L>>);

/// The receiver's share.
pub(super) struct Rx<T, L: Limit>(Arc<Channel<T, L>>);

#[cfg_attr(feature = "trace", track_caller)]
pub(super) fn channel<T, L: Limit>(limit: L) -> (Tx<T, L>, Rx<T, L>) {
    let channel = Arc::new(Channel {
        queue: Queue::new(),
        limit,
        senders: AtomicUsize::new(1),
        closed: Notify::called(Label::new("mpsc closed")),
        made: Label::new("mpsc receive"),
    });
    (Tx(Arc::clone(&channel)), Rx(channel))
}

impl<T, L> Channel<T, L> {
    /// How many senders there are.
    pub(super) fn senders(&self) -> usize {
        // Ordering: Acquire, so that who sees none sees all that they sent.
        self.senders.load(Acquire)
    }

    /// Waits until the receiver is dropped or closes.
    pub(super) async fn closed(&self) {
        consume_budget().await;
        let closed = self.closed.notified();
        if !self.queue.is_closed() {
            closed.await;
        }
    }
}

/// A sender more, unless there is none any more. (What is held weakly is the
/// count of senders; the allocation is not.)
pub(super) fn upgrade<T, L>(channel: &Arc<Channel<T, L>>) -> Option<Tx<T, L>> {
    // Ordering: Relaxed, as in `Tx::clone`.
    let counted = channel
        .senders
        .fetch_update(Relaxed, Relaxed, |now| (now != 0).then_some(now + 1));
    counted.is_ok().then(|| Tx(Arc::clone(channel)))
}

impl<T, L> Tx<T, L> {
    pub(super) fn channel(&self) -> &Arc<Channel<T, L>> {
        &self.0
    }
}

impl<T, L> Deref for Tx<T, L> {
    type Target = Channel<T, L>;

    fn deref(&self) -> &Channel<T, L> {
        &self.0
    }
}

impl<T, L> Clone for Tx<T, L> {
    fn clone(&self) -> Self {
        // Ordering: Relaxed; a new sender comes from one that exists. The
        // `Arc`, cloned as often, keeps the count from overflowing.
        self.0.senders.fetch_add(1, Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl<T, L> Drop for Tx<T, L> {
    fn drop(&mut self) {
        // Ordering: Release hands what this sender sent to the receiver that
        // sees none left (`senders`); Acquire passes the others' on.
        if self.0.senders.fetch_sub(1, AcqRel) == 1 {
            self.0.queue.nudge();
        }
    }
}

impl<T, L: Limit> Rx<T, L> {
    pub(super) fn channel(&self) -> &Channel<T, L> {
        &self.0
    }

    /// Whether nothing will come but what is in the queue.
    fn is_over(&self) -> bool {
        // SAFETY: the one receiver, and `&mut` or no use of the head besides.
        let drained = || unsafe { self.0.queue.is_drained() };
        self.0.senders() == 0 || self.0.queue.is_closed() && self.0.limit.is_idle() && drained()
    }

    pub(super) fn poll_recv(&mut self, context: &Context<'_>) -> Poll<Option<T>> {
        ready!(budget::poll_proceed(context));
        let message = self.poll_next(context);
        self.0.made.note(&message);
        let message = ready!(message);
        if message.is_some() {
            self.0.limit.received(1);
        }
        budget::spend();
        Poll::Ready(message)
    }

    /// Appends up to `limit` messages; ready with none when it is over.
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
        self.0.made.note(&first);
        if let Some(first) = ready!(first) {
            buffer.push(first);
            received = 1;
            while received < limit
                // SAFETY: the receiver, `&mut`.
                && let Some(next) = unsafe { self.0.queue.pop() }
            {
                buffer.push(next);
                received += 1;
            }
            self.0.limit.received(received);
        }
        budget::spend();
        Poll::Ready(received)
    }

    fn poll_next(&mut self, context: &Context<'_>) -> Poll<Option<T>> {
        loop {
            // Before the look into the queue: what was sent before the end is
            // then there to be found.
            let over = self.is_over();
            // SAFETY: the receiver, `&mut`.
            match unsafe { self.0.queue.find() } {
                Found::Message(message) => return Poll::Ready(Some(message)),
                Found::Nudge => {}
                Found::Coming | Found::Nothing if over => return Poll::Ready(None),
                Found::Coming | Found::Nothing => {
                    // SAFETY: the receiver, `&mut`; nothing was there.
                    let slept = unsafe { self.0.queue.poll_wait(context) };
                    ready!(slept);
                }
            }
        }
    }

    pub(super) fn try_recv(&mut self) -> Result<T, TryRecvError> {
        loop {
            let over = self.is_over();
            // SAFETY: the receiver, `&mut`.
            match unsafe { self.0.queue.find() } {
                Found::Message(message) => {
                    self.0.limit.received(1);
                    return Ok(message);
                }
                Found::Nudge => {}
                Found::Coming | Found::Nothing if over => return Err(TryRecvError::Disconnected),
                Found::Nothing => return Err(TryRecvError::Empty),
                // Behind it there may be one that was sent before we were told
                // to look.
                Found::Coming => yield_now(),
            }
        }
    }

    pub(super) fn close(&mut self) {
        self.0.limit.close();
        self.0.queue.close();
        self.0.closed.notify_waiters();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.queue.is_closed() || self.0.senders() == 0
    }

    pub(super) fn len(&self) -> usize {
        // SAFETY: the receiver; `&self` may be shared, but what changes the
        // head asks for `&mut`.
        unsafe { self.0.queue.len() }
    }
}

impl<T, L: Limit> Drop for Rx<T, L> {
    fn drop(&mut self) {
        self.close();
        // Here and not with the last sender, who may be a while. What senders
        // that were let through have yet to bring goes with the channel.
        // SAFETY: the receiver, `&mut`.
        while let Some(message) = unsafe { self.0.queue.pop() } {
            self.0.limit.received(1);
            // The next may hold what somebody waits for.
            catch_and_discard(move || drop(message));
        }
        // Else it would keep its task's memory until the last sender goes.
        // SAFETY: the receiver, `&mut`, which is gone after this.
        let waker = unsafe { self.0.queue.take_waker() };
        catch_and_discard(move || drop(waker));
    }
}
