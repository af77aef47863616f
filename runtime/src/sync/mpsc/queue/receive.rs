//! The receiver's side of a message queue.

use super::{
    CLOSE_CHECK_PENDING, CLOSED, Head, MessageQueue, ONE, Slot,
    block::{CLOSE_CHECK, EMPTY, LAP, MESSAGE, SLOTS, is_waker},
};
use crate::task::PackedWaker;
use std::{
    sync::atomic::Ordering::{Acquire, Relaxed, Release},
    task::{Context, Poll},
};

/// What the receiver finds at the head.
pub(in super::super) enum TryPop<T> {
    Message(T),
    /// Check whether the channel has ended.
    CloseCheck,
    /// A sender has claimed the slot and not published it yet.
    Unpublished,
    Empty,
}

impl<T> MessageQueue<T> {
    /// # Safety
    /// The caller is the receiver, and no other function of it is running (Q3).
    unsafe fn head(&self) -> (usize, &Slot<T>) {
        // SAFETY: Q3, by the caller's promise. Q4: the head's block is not freed
        // before the head has moved on.
        self.head.with(|head| unsafe {
            let Head { number, block } = *head;
            (number, &(&*block).slots[number % LAP])
        })
    }

    /// Whether the queue is closed and every claimed slot has been read.
    ///
    /// # Safety
    /// As for [`head`](Self::head).
    pub(in super::super) unsafe fn is_drained(&self) -> bool {
        // SAFETY: the caller's promise.
        let (number, _) = unsafe { self.head() };
        // Ordering: Relaxed. Only the value is used, and the receiver itself has
        // closed the queue.
        self.tail.load(Relaxed) == (number * ONE) | CLOSED
    }

    /// How many messages there are, including those that are being sent.
    ///
    /// # Safety
    /// As for [`head`](Self::head).
    pub(in super::super) unsafe fn len(&self) -> usize {
        // The last number of each lap counts no slot.
        let slots = |number: usize| number - number / LAP;
        // SAFETY: the caller's promise.
        let (number, _) = unsafe { self.head() };
        // Ordering: Relaxed. Only the value is used, and a later `try_pop` reads
        // at least this value.
        let tail = self.tail.load(Relaxed);
        let close_checks = usize::from(tail & CLOSE_CHECK_PENDING != 0);
        slots(tail / ONE) - slots(number) - close_checks
    }

    /// Takes the next message, if it is there.
    ///
    /// # Safety
    /// As for [`head`](Self::head).
    pub(in super::super) unsafe fn pop(&self) -> Option<T> {
        loop {
            // SAFETY: the caller's promise.
            match unsafe { self.try_pop() } {
                TryPop::Message(message) => return Some(message),
                TryPop::CloseCheck => {}
                TryPop::Unpublished | TryPop::Empty => return None,
            }
        }
    }

    /// Takes what is at the head.
    ///
    /// # Safety
    /// As for [`head`](Self::head).
    pub(in super::super) unsafe fn try_pop(&self) -> TryPop<T> {
        // SAFETY: the caller's promise.
        let (number, slot) = unsafe { self.head() };
        // Ordering: Acquire pairs with the Release in `publish`, and takes the
        // message.
        let found = match slot.state.load(Acquire) {
            MESSAGE => slot.message.with(|message| {
                // SAFETY: Q1: the message is ours. It is read once, because the
                // head moves on.
                TryPop::Message(unsafe { message.read().assume_init() })
            }),
            CLOSE_CHECK => {
                // Ordering: Acquire pairs with the Release of a
                // `request_close_check` that found this request pending.
                self.tail.fetch_and(!CLOSE_CHECK_PENDING, Acquire);
                TryPop::CloseCheck
            }
            // Ordering: Relaxed, because only the number is used. If a sender has
            // claimed the slot and then told this thread about it in some other
            // way, this load reads the claim or a later value.
            _ if self.tail.load(Relaxed) / ONE == number => return TryPop::Empty,
            _ => return TryPop::Unpublished,
        };
        // SAFETY: the caller's promise, and the slot has been read.
        unsafe { self.advance() };
        found
    }

    /// Moves the head to the next slot, and frees a block that has been read.
    ///
    /// # Safety
    /// As for [`head`](Self::head). The slot at the head has been read.
    unsafe fn advance(&self) {
        self.head.with_mut(|head| {
            // SAFETY: Q3, by the caller's promise.
            let head = unsafe { &mut *head };
            head.number += 1;
            if head.number % LAP == SLOTS {
                head.number += 1;
                // SAFETY: Q4: every slot of the block has been read, so no
                // sender uses it. `Block::new` made it a box.
                let block = unsafe { Box::from_raw(head.block) };
                // Ordering: Relaxed. `grow` stored it before the last slot was
                // published, and `try_pop` has acquired that slot.
                head.block = block.next.load(Relaxed);
            }
        });
    }

    /// Goes to sleep on the slot at the head. Ready if that slot has been
    /// published: look again.
    ///
    /// # Safety
    /// As for [`head`](Self::head).
    pub(in super::super) unsafe fn poll_wait(&self, context: &Context<'_>) -> Poll<()> {
        // SAFETY: the caller's promise.
        let (_, slot) = unsafe { self.head() };
        // Ordering: Relaxed, because the exchange checks the value.
        let before = slot.state.load(Relaxed);
        if PackedWaker::is_task_of(before, context.waker()) {
            return Poll::Pending;
        }
        if before != EMPTY && !is_waker(before) {
            return Poll::Ready(());
        }
        let waker = PackedWaker::clone_of(context.waker()).into_raw();
        // Ordering: Release pairs with the Acquire in `publish` and hands the
        // waker over. Relaxed on failure, because `try_pop` acquires the message.
        let stored = slot.state.compare_exchange(before, waker, Release, Relaxed);
        // Dropping a waker is user code, so it comes last.
        match stored {
            Ok(_) if before == EMPTY => Poll::Pending,
            Ok(_) => {
                // SAFETY: Q2: we have replaced the state, so the waker is ours.
                drop(unsafe { PackedWaker::from_raw(before) });
                Poll::Pending
            }
            Err(_) => {
                // SAFETY: the exchange failed, so the new waker is still ours.
                drop(unsafe { PackedWaker::from_raw(waker) });
                Poll::Ready(())
            }
        }
    }

    /// Takes the receiver's waker out, unless a sender is about to wake it.
    ///
    /// # Safety
    /// As for [`head`](Self::head). The receiver does not wait any more.
    #[must_use]
    pub(in super::super) unsafe fn take_waker(&self) -> Option<PackedWaker> {
        // SAFETY: the caller's promise.
        let (_, slot) = unsafe { self.head() };
        // Ordering: Relaxed, here and in the exchange: the receiver has stored
        // the waker itself.
        let before = slot.state.load(Relaxed);
        let is_taken = is_waker(before)
            && slot
                .state
                .compare_exchange(before, EMPTY, Relaxed, Relaxed)
                .is_ok();
        // SAFETY: Q2: we have replaced the state, so the waker is ours.
        is_taken.then(|| unsafe { PackedWaker::from_raw(before) })
    }
}
