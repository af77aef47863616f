//! Channels with a limit: each message needs a permit.
//!
//! ```text
//!            1                2                3
//!   free ────────▶ sender ────────▶ message ────────▶ free
//!    ▲ ▲             │
//!    │ └───── 4 ─────┘
//!    │
//!    └── 5 ── waiting sender that has been given a permit
//! ```
//!
//! 1. `RawSemaphore::acquire` and `try_acquire`.
//! 2. `MessageQueue::push`.
//! 3. [`Semaphore::received`]: the receiver has taken the message.
//! 4. `MpscChannel::unreserve`: a permit is dropped without a message.
//! 5. [`CancelGuard`]: a wait for permits is dropped.
//!
//! After `close`, the receiver waits until all permits are free. On the ways 4
//! and 5 no message arrives that would wake it, so these two request a close check.

mod receiver;
mod sender;

pub use receiver::Receiver;
pub use sender::{Sender, WeakSender};

use super::channel::{self, MpscChannel, Semaphore};
use crate::{sync::raw_semaphore::RawSemaphore, taskdump::Resource};

/// A permit for each message that the channel has space for.
pub(super) struct Bounded {
    semaphore: RawSemaphore,
    capacity: usize,
}

impl Semaphore for Bounded {
    fn received(&self, messages: usize) {
        self.semaphore.release(messages);
    }

    fn close(&self) {
        self.semaphore.close();
    }

    fn is_idle(&self) -> bool {
        self.semaphore.available() == self.capacity
    }
}

impl<T> MpscChannel<T, Bounded> {
    /// Gives permits back that were not used for a message.
    pub(super) fn unreserve(&self, permits: usize) {
        self.semaphore.semaphore.release(permits);
        self.request_close_check_if_closed();
    }

    /// Permits have come back without a message. A closed receiver waits until all
    /// permits are back, so it has to look again.
    fn request_close_check_if_closed(&self) {
        if self.semaphore.semaphore.is_closed() {
            self.queue.request_close_check();
        }
    }
}

/// Lets a closed receiver look again after a sender has stopped waiting for permits.
/// The wait is dropped before this guard. If it had got permits, they are back by then.
struct CancelGuard<'a, T>(&'a MpscChannel<T, Bounded>);

impl<T> Drop for CancelGuard<'_, T> {
    fn drop(&mut self) {
        self.0.request_close_check_if_closed();
    }
}

/// Creates a channel that holds at most `capacity` messages.
///
/// # Panics
/// If `capacity` is 0, or above
/// [`Semaphore::MAX_PERMITS`](crate::sync::Semaphore::MAX_PERMITS).
#[track_caller]
pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a channel has room for at least one message");
    let semaphore = RawSemaphore::new(capacity, Resource::new("mpsc send"));
    let (tx, rx) = channel::channel(Bounded {
        semaphore,
        capacity,
    });
    (Sender::new(tx), Receiver::new(rx))
}
