//! The allocation that the two halves of a oneshot channel share, and each
//! half's reference to it.

use super::state::{EndAction, OneshotState, Side, Snapshot};
use crate::{primitives::UnsafeCell, taskdump::Resource, unwind};
use std::{
    mem,
    panic::{RefUnwindSafe, UnwindSafe},
    ptr::NonNull,
    task::{Context, Poll, Waker},
};

struct OneshotChannel<T> {
    state: OneshotState,
    value: UnsafeCell<Option<T>>,
    wakers: [UnsafeCell<Option<Waker>>; 2],
    /// Dumps show them while the sender or the receiver waits.
    resources: [Resource; 2],
}

impl<T> OneshotChannel<T> {
    fn waker(&self, side: Side) -> &UnsafeCell<Option<Waker>> {
        &self.wakers[side as usize]
    }
}

/// One half's reference to the allocation. The half that ends last frees it (O3).
/// This is cheaper than the count in an `Arc`, because ending a half exchanges
/// the state word anyway.
///
/// The invariants O1 to O3 stand on [`OneshotState`].
pub(super) struct Half<T> {
    channel: NonNull<OneshotChannel<T>>,
    side: Side,
}

// SAFETY: the value and the wakers change threads with a half, one owner after
// the other (O1, O2).
unsafe impl<T: Send> Send for Half<T> {}
// SAFETY: `&Half` only reads the state word.
unsafe impl<T: Send> Sync for Half<T> {}

// A panic cannot break the channel: no user code runs while a cell is borrowed.
impl<T> UnwindSafe for Half<T> {}
impl<T> RefUnwindSafe for Half<T> {}

#[cfg_attr(feature = "taskdump", track_caller)]
pub(super) fn halves<T>() -> (Half<T>, Half<T>) {
    let channel = NonNull::from(Box::leak(Box::new(OneshotChannel {
        state: OneshotState::new(),
        value: UnsafeCell::new(None),
        wakers: [UnsafeCell::new(None), UnsafeCell::new(None)],
        resources: [
            Resource::new("oneshot closed"),
            Resource::new("oneshot receive"),
        ],
    })));
    let half = |side| Half { channel, side };
    (half(Side::Sender), half(Side::Receiver))
}

impl<T> Half<T> {
    fn channel(&self) -> &OneshotChannel<T> {
        // SAFETY: O3: the allocation exists while this half has its reference.
        unsafe { self.channel.as_ref() }
    }

    pub(super) fn load(&self) -> Snapshot {
        self.channel().state.load()
    }

    /// Sends the value and ends this half. Returns the value if the receiver
    /// has closed.
    ///
    /// # Safety
    /// This is the sender, and it has sent nothing.
    pub(super) unsafe fn send(self, value: T) -> Result<(), T> {
        let replace = |value| {
            // SAFETY: O1: `VALUE_SENT` is unset, so the cell is the sender's.
            let cell = |cell: *mut Option<T>| mem::replace(unsafe { &mut *cell }, value);
            self.channel().value.with_mut(cell)
        };
        replace(Some(value));
        match self.channel().state.send() {
            EndAction::Refused => {
                let value = replace(None);
                // This half ends when it is dropped on return.
                value.map_or(Ok(()), Err)
            }
            next => {
                mem::ManuallyDrop::new(self).end(&next);
                Ok(())
            }
        }
    }

    /// Takes the value if `snapshot` says that it was sent and it is still
    /// there.
    ///
    /// # Safety
    /// This is the receiver.
    pub(super) unsafe fn take(&mut self, snapshot: Snapshot) -> Option<T> {
        if !snapshot.is_sent() {
            return None;
        }
        // SAFETY: O1: `VALUE_SENT` is set, so the cell is the receiver's.
        self.channel()
            .value
            .with_mut(|value| unsafe { (*value).take() })
    }

    /// Refuses a value that has not been sent yet, and wakes the sender.
    pub(super) fn close(&mut self) {
        if self.channel().state.close() {
            // SAFETY: O2: `close` said that the waker is ours.
            let waker = unsafe { self.take_peers_waker() };
            if let Some(waker) = waker {
                unwind::wake(waker);
            }
        }
    }

    /// Records whether this half waits.
    pub(super) fn record(&self, snapshot: Snapshot) {
        let polled = if snapshot.is_over() {
            Poll::Ready(())
        } else {
            Poll::Pending
        };
        self.channel().resources[self.side as usize].record(&polled);
    }

    /// Registers the waker, unless the channel [is over](Snapshot::is_over).
    pub(super) fn register(&mut self, context: &Context<'_>) -> Snapshot {
        let (state, side) = (&self.channel().state, self.side);
        let mut snapshot = state.load();
        if !snapshot.is_over() && snapshot.has_waker(side) {
            snapshot = state.unset_task(side);
        }
        if snapshot.is_over() {
            return snapshot;
        }
        let cell = self.channel().waker(side);
        let same_waker = cell.with(|waker| {
            // SAFETY: O2: the bit is unset, so the cell is ours.
            let waker = unsafe { (*waker).as_ref() };
            waker.is_some_and(|waker| waker.will_wake(context.waker()))
        });
        let old = if same_waker {
            None
        } else {
            let waker = context.waker().clone();
            // SAFETY: O2: the bit is still unset, because only we set it.
            cell.with_mut(|cell| unsafe { (*cell).replace(waker) })
        };
        let snapshot = state.set_task(side);
        // Dropping a waker is user code, so it comes last.
        drop(old);
        snapshot
    }

    /// # Safety
    /// The state has given the peer's waker to this half (O2).
    unsafe fn take_peers_waker(&self) -> Option<Waker> {
        let cell = self.channel().waker(self.side.peer());
        // SAFETY: O2, by the caller's promise.
        cell.with_mut(|waker| unsafe { (*waker).take() })
    }

    /// Does what the state has asked for. The half is not used afterwards.
    fn end(&mut self, next: &EndAction) {
        match next {
            EndAction::LeaveToPeer | EndAction::Refused => {}
            // SAFETY: O3: the peer has dropped its reference.
            EndAction::Free => unsafe { self.free() },
            EndAction::WakePeer => {
                // SAFETY: O2: the state said that the waker is ours.
                let waker = unsafe { self.take_peers_waker() };
                if self.channel().state.drop_reference() {
                    // SAFETY: O3: `drop_reference` returned true, so this half frees.
                    unsafe { self.free() };
                }
                if let Some(waker) = waker {
                    unwind::wake(waker);
                }
            }
        }
    }

    /// # Safety
    /// The peer has dropped its reference (O3), and this half is not used afterwards.
    unsafe fn free(&mut self) {
        // SAFETY: `halves` leaked a box, and no other pointer is used any more.
        drop(unsafe { Box::from_raw(self.channel.as_ptr()) });
    }
}

impl<T> Drop for Half<T> {
    fn drop(&mut self) {
        let next = self.channel().state.end(self.side);
        self.end(&next);
    }
}
