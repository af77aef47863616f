//! A sender's wait for space in the channel.

use super::{LocalChannel, Space, wake};
use crate::{budget, sync::local::wait_list::Key, taskdump};
use std::{
    cell::RefCell,
    ptr,
    task::{Context, Poll, ready},
};

/// A wait for space. If it is dropped, another sender gets its space.
pub(super) struct Reserve<'a, T> {
    channel: &'a RefCell<LocalChannel<T>>,
    /// Its key in the list, while it waits.
    key: Option<Key>,
}

impl<'a, T> Reserve<'a, T> {
    pub(super) fn new(channel: &'a RefCell<LocalChannel<T>>) -> Self {
        Self { channel, key: None }
    }

    pub(super) fn poll(&mut self, context: &Context<'_>) -> Poll<Space> {
        ready!(budget::poll_proceed(context));
        let space = self.poll_space(context);
        // One task can wait for the sender and for the receiver of a channel. A dump tells
        // two waits apart by the address, and the receiver uses the address itself.
        let address = ptr::from_ref(self.channel).addr() + 1;
        taskdump::record_resource(&space, address, || self.channel.borrow().send_resource);
        let space = ready!(space);
        budget::spend();
        Poll::Ready(space)
    }

    fn poll_space(&mut self, context: &Context<'_>) -> Poll<Space> {
        let mut clone = None;
        loop {
            let mut channel = self.channel.borrow_mut();
            let space = match &self.key {
                Some(key) => channel.waiting.dequeued(key).unwrap_or(Space::Full),
                None => channel.reserve(),
            };
            if space != Space::Full {
                if let Some(key) = self.key.take() {
                    // Dequeueing has taken its waker.
                    channel.waiting.remove(&key);
                }
                return Poll::Ready(space);
            }
            if let Some(key) = &self.key
                && channel.waiting.has_waker(key, context.waker())
            {
                return Poll::Pending;
            }
            let Some(waker) = clone.take() else {
                // Cloning a waker is user code: end the borrow, clone, and
                // look again.
                drop(channel);
                clone = Some(context.waker().clone());
                continue;
            };
            let old = channel.waiting.wait(&mut self.key, Space::Full, waker);
            drop(channel);
            drop(old);
            return Poll::Pending;
        }
    }
}

impl<T> Drop for Reserve<'_, T> {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        let mut channel = self.channel.borrow_mut();
        let (space, own) = channel.waiting.remove(&key);
        let mut next = None;
        if space == Some(Space::Reserved) {
            next = channel.free_space();
            // A closed receiver may wait for the last space to come back.
            if channel.closed && channel.is_over() {
                next = next.or_else(|| channel.receiver.take());
            }
        }
        drop(channel);
        drop(own);
        wake(next);
    }
}
