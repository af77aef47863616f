//! What the two halves of a oneshot channel share, and one half's hold on it.

use super::state::{Parted, Seen, Side, State};
use crate::{primitives::UnsafeCell, trace::Label, unwind};
use std::{
    mem,
    ptr::NonNull,
    task::{Context, Poll, Waker},
};

struct Channel<T> {
    state: State,
    value: UnsafeCell<Option<T>>,
    wakers: [UnsafeCell<Option<Waker>>; 2],
    /// What the sender waits for, and what the receiver does.
    made: [Label; 2],
}

impl<T> Channel<T> {
    fn waker(&self, side: Side) -> &UnsafeCell<Option<Waker>> {
        &self.wakers[side as usize]
    }
}

/// One half's hold on the allocation, which the second to leave frees. It is
/// cheaper than a count in an `Arc`: the state word is exchanged anyway.
pub(super) struct Half<T> {
    channel: NonNull<Channel<T>>,
    side: Side,
}

// SAFETY: what crosses threads with a half is the value and wakers, and the
// state word decides whose they are.
unsafe impl<T: Send> Send for Half<T> {}
// SAFETY: `&Half` reads the state word only.
unsafe impl<T: Send> Sync for Half<T> {}

#[cfg_attr(feature = "trace", track_caller)]
pub(super) fn halves<T>() -> (Half<T>, Half<T>) {
    let channel = NonNull::from(Box::leak(Box::new(Channel {
        state: State::new(),
        value: UnsafeCell::new(None),
        wakers: [UnsafeCell::new(None), UnsafeCell::new(None)],
        made: [Label::new("oneshot closed"), Label::new("oneshot receive")],
    })));
    let half = |side| Half { channel, side };
    (half(Side::Sender), half(Side::Receiver))
}

impl<T> Half<T> {
    fn channel(&self) -> &Channel<T> {
        // SAFETY: a half that has not left keeps the channel allocated.
        unsafe { self.channel.as_ref() }
    }

    pub(super) fn look(&self) -> Seen {
        self.channel().state.look()
    }

    /// Sends the value and leaves; gives it back if the receiver has closed.
    ///
    /// # Safety
    /// This is the sender, and it has sent nothing.
    pub(super) unsafe fn send(self, value: T) -> Result<(), T> {
        let put = |value| {
            // SAFETY: until SENT the value's cell is the sender's.
            let cell = |cell: *mut Option<T>| mem::replace(unsafe { &mut *cell }, value);
            self.channel().value.with_mut(cell)
        };
        put(Some(value));
        match self.channel().state.send() {
            Parted::Refused => {
                let value = put(None);
                // Dropped on return, this half leaves.
                value.map_or(Ok(()), Err)
            }
            parted => {
                mem::ManuallyDrop::new(self).parted(&parted);
                Ok(())
            }
        }
    }

    /// The value, if `seen` says that it was sent and it has not been taken.
    ///
    /// # Safety
    /// This is the receiver.
    pub(super) unsafe fn take(&mut self, seen: Seen) -> Option<T> {
        if !seen.is_sent() {
            return None;
        }
        // SAFETY: SENT made the cell the receiver's.
        self.channel()
            .value
            .with_mut(|value| unsafe { (*value).take() })
    }

    /// The receiver wants nothing more.
    pub(super) fn close(&mut self) {
        if self.channel().state.close() {
            // SAFETY: `close` said that it is ours now.
            let waker = unsafe { self.peers_waker() };
            if let Some(waker) = waker {
                unwind::wake(waker);
            }
        }
    }

    /// Says to who traces the task whether it is [over](Seen::is_over).
    pub(super) fn note(&self, seen: Seen) {
        let polled = if seen.is_over() {
            Poll::Ready(())
        } else {
            Poll::Pending
        };
        self.channel().made[self.side as usize].note(&polled);
    }

    /// Has this half woken when it [is over](Seen::is_over), unless it is.
    pub(super) fn register(&mut self, context: &Context<'_>) -> Seen {
        let (state, side) = (&self.channel().state, self.side);
        let mut seen = state.look();
        if !seen.is_over() && seen.has_waker(side) {
            seen = state.withdraw_waker(side);
        }
        if seen.is_over() {
            return seen;
        }
        let cell = self.channel().waker(side);
        let known = cell.with(|waker| {
            // SAFETY: the bit is unset, so the cell is its owner's.
            let waker = unsafe { (*waker).as_ref() };
            waker.is_some_and(|waker| waker.will_wake(context.waker()))
        });
        let old = if known {
            None
        } else {
            let waker = context.waker().clone();
            // SAFETY: as above.
            cell.with_mut(|cell| unsafe { (*cell).replace(waker) })
        };
        let seen = state.offer_waker(side);
        // A stranger's destructor, when all is in order again.
        drop(old);
        seen
    }

    /// # Safety
    /// The state has given the peer's waker to this half.
    unsafe fn peers_waker(&self) -> Option<Waker> {
        let cell = self.channel().waker(self.side.peer());
        // SAFETY: the caller's promise.
        cell.with_mut(|waker| unsafe { (*waker).take() })
    }

    /// Goes; the half is not used afterwards.
    fn parted(&mut self, parted: &Parted) {
        match parted {
            Parted::Left | Parted::Refused => {}
            // SAFETY: the peer has left.
            Parted::Free => unsafe { self.free() },
            Parted::Wake => {
                // SAFETY: the state said so.
                let waker = unsafe { self.peers_waker() };
                if self.channel().state.leave() {
                    // SAFETY: `leave` said that the peer has left.
                    unsafe { self.free() };
                }
                if let Some(waker) = waker {
                    unwind::wake(waker);
                }
            }
        }
    }

    /// # Safety
    /// The peer has left, and the half is not used afterwards.
    unsafe fn free(&mut self) {
        // SAFETY: allocated as a box in `halves`; nobody else has it.
        drop(unsafe { Box::from_raw(self.channel.as_ptr()) });
    }
}

impl<T> Drop for Half<T> {
    fn drop(&mut self) {
        let parted = self.channel().state.part(self.side);
        self.parted(&parted);
    }
}
