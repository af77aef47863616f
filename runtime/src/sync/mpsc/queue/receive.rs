//! The receiver's side of a message queue.

use super::{
    CLOSED, Head, MessageQueue, ONE, RECHECK_PENDING, Slot,
    block::{EMPTY, LAP, MESSAGE, RECHECK, RX_WAITING, SLOTS, TAKING_WAKER},
};
use std::{
    sync::atomic::Ordering::{AcqRel, Acquire, Relaxed},
    task::{Context, Poll, Waker},
};

/// What the receiver finds at the head.
pub(in super::super) enum TryPop<T> {
    Message(T),
    /// Check whether the channel has ended.
    Recheck,
    /// A sender has claimed the slot and not published it yet.
    Busy,
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
        let rechecks = usize::from(tail & RECHECK_PENDING != 0);
        slots(tail / ONE) - slots(number) - rechecks
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
                TryPop::Recheck => {}
                TryPop::Busy | TryPop::Empty => return None,
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
            RECHECK => {
                // Ordering: Acquire pairs with the Release of a
                // `request_recheck` that found this request pending.
                self.tail.fetch_and(!RECHECK_PENDING, Acquire);
                TryPop::Recheck
            }
            // A slot that was claimed before another thread told us so counts
            // as claimed here, because that thread's message orders the two.
            // Ordering: Relaxed, because the number is all that is used.
            _ if self.tail.load(Relaxed) / ONE == number => return TryPop::Empty,
            _ => return TryPop::Busy,
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
        match Self::take_back(slot) {
            EMPTY => {}
            TAKING_WAKER => {
                // The sender may be waking an older waker than this one.
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            _ => return Poll::Ready(()),
        }
        // SAFETY: Q2: the slot is `EMPTY`, so the waker cell is ours.
        let same_waker = self.waker.with(|waker| unsafe {
            let waker = (*waker).as_ref();
            waker.is_some_and(|waker| waker.will_wake(context.waker()))
        });
        let mut old = None;
        if !same_waker {
            let waker = context.waker().clone();
            // SAFETY: Q2: the slot is still not `RX_WAITING`, because only we
            // set that.
            old = self
                .waker
                .with_mut(|cell| unsafe { (*cell).replace(waker) });
        }
        // Ordering: AcqRel. Release pairs with the Acquire in `publish` and
        // hands the waker over. On failure, Acquire pairs with the Release in
        // `publish`, and the caller looks at the message.
        let slept = slot
            .state
            .compare_exchange(EMPTY, RX_WAITING, AcqRel, Acquire);
        // Dropping a waker is user code, so it comes last.
        drop(old);
        match slept {
            Ok(_) => Poll::Pending,
            Err(_) => Poll::Ready(()),
        }
    }

    /// Takes the receiver's waker out, unless a sender is about to wake it.
    ///
    /// # Safety
    /// As for [`head`](Self::head). The receiver does not wait any more.
    #[must_use]
    pub(in super::super) unsafe fn take_waker(&self) -> Option<Waker> {
        // SAFETY: the caller's promise.
        let (_, slot) = unsafe { self.head() };
        if Self::take_back(slot) == TAKING_WAKER {
            return None;
        }
        // SAFETY: Q2: no slot is `RX_WAITING` or `TAKING_WAKER`, because only
        // the slot at the head could be.
        self.waker.with_mut(|waker| unsafe { (*waker).take() })
    }

    /// Ends the receiver's sleep on the slot at the head. Returns the state of
    /// the slot, which is not `RX_WAITING`.
    fn take_back(slot: &Slot<T>) -> usize {
        // Ordering: Acquire, here and on failure, pairs with the Release in
        // `publish`: the sender gives the waker cell back.
        let state = slot.state.load(Acquire);
        if state != RX_WAITING {
            return state;
        }
        // Ordering: Relaxed on success, because the cell has not left us.
        match slot
            .state
            .compare_exchange(RX_WAITING, EMPTY, Relaxed, Acquire)
        {
            Ok(_) => EMPTY,
            Err(now) => now,
        }
    }
}
