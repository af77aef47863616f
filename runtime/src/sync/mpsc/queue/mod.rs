//! The messages of a channel: a chain of blocks of slots. It has no limit, and
//! sending takes no lock.
//!
//! The tail is one word: the number of the next slot to claim, and the flags
//! `CLOSE_CHECK_PENDING` and `CLOSED`. A sender claims a slot with one exchange,
//! writes its message into it, and publishes it with another exchange. The
//! receiver reads the slots in order.
//!
//! ```text
//!                   1                            2
//!          EMPTY ──────▶ MESSAGE or CLOSE_CHECK ──────▶ (read)
//!          │   ▲             ▲
//!        3 │   │ 4           │ 5
//!          ▼   │             │
//!         the waker ─────────┘
//! ```
//!
//! 1. `publish`, by the sender that claimed the slot.
//! 2. `try_pop`, by the receiver.
//! 3. `poll_wait`: the receiver stores its waker and goes to sleep on the slot.
//!    A later poll may store another waker.
//! 4. `take_waker`: the receiver takes its waker back.
//! 5. `publish`: the sender finds a sleeping receiver and wakes it.
//!
//! The state of a slot is one word, and the waker of a sleeping receiver is that
//! word. So a sender publishes and takes the waker in one exchange, and no wake can
//! fall between the two.
//!
//! A slot that holds `CLOSE_CHECK` holds no message. It asks the receiver to check
//! whether the channel has ended. At most one such slot exists:
//! `CLOSE_CHECK_PENDING` is set from the moment when a sender claims it until the
//! receiver passes it. So the receiver can compute how many of the claimed slots
//! are messages.
//!
//! A block of `SLOTS` slots uses `SLOTS + 1` numbers. The last number has no slot.
//! While the tail is at this number, the sender that claimed the block's last slot
//! adds the next block. It holds a lock, and the other senders wait for the lock.

mod block;
mod receive;

pub(super) use receive::TryPop;

use crate::primitives::{AtomicPtr, AtomicUsize, Mutex, UnsafeCell, lock};
use block::{Block, CLOSE_CHECK, LAP, SLOTS, Slot};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

const CLOSED: usize = 1;
const CLOSE_CHECK_PENDING: usize = 1 << 1;
const ONE: usize = 1 << 2;

/// The messages of a channel.
///
/// Invariants:
///
/// - **Q1** A slot's message belongs to the sender that claimed the slot until
///   the state is `MESSAGE`, and then to the receiver.
/// - **Q2** A state that is a waker owns it. The exchange that replaces the state
///   takes it over. Only the slot at the head is ever in such a state.
/// - **Q3** Only the receiver uses the head.
/// - **Q4** A sender does not touch a slot after it has published it. The last
///   slot of a block is published after the next block was added, and the
///   receiver reads all slots. So when the receiver has read the last slot, no
///   sender uses the block, and the receiver may free it.
/// - **Q5** The block that a sender reads from `tail_block` between a load of
///   the tail and a successful exchange of the same value is the block of that
///   number. It is not an older one, because the load acquires what `grow`
///   released. It is not a newer one, because `grow` moves the tail before it
///   stores the newer block, and the exchange would fail.
/// - **Q6** Every write to the tail is a read-modify-write. A read-modify-write
///   continues the release sequence that it reads from, whatever its own
///   ordering is. So an Acquire load of the tail synchronizes with every
///   Release before it: those in `grow`, `close` and `request_close_check`.
pub(super) struct MessageQueue<T> {
    tail: AtomicUsize,
    tail_block: AtomicPtr<Block<T>>,
    /// Held while the next block is added.
    growing: Mutex<()>,
    head: UnsafeCell<Head<T>>,
}

/// The slot that the receiver reads next.
struct Head<T> {
    /// Never the number after the last slot of a block.
    number: usize,
    block: *mut Block<T>,
}

// SAFETY: messages and the waker change threads, one owner after the other
// (Q1, Q2). The head's pointer is used by the receiver alone (Q3).
unsafe impl<T: Send> Send for MessageQueue<T> {}
// SAFETY: threads that share the queue touch a cell one at a time (Q1 to Q3).
unsafe impl<T: Send> Sync for MessageQueue<T> {}

impl<T> MessageQueue<T> {
    pub(super) fn new() -> Self {
        let block = Block::new();
        Self {
            tail: AtomicUsize::new(0),
            tail_block: AtomicPtr::new(block),
            growing: Mutex::new(()),
            head: UnsafeCell::new(Head { number: 0, block }),
        }
    }

    /// Adds a message and wakes the receiver.
    pub(super) fn push(&self, message: T) {
        let slot = self.claim::<0, 0>().expect("no flag refuses the claim");
        slot.put(message);
    }

    /// Adds a message and wakes the receiver, unless the queue is closed.
    pub(super) fn push_unless_closed(&self, message: T) -> Result<(), T> {
        match self.claim::<CLOSED, 0>() {
            Some(slot) => slot.put(message),
            None => return Err(message),
        }
        Ok(())
    }

    /// Asks the receiver to check whether the channel has ended.
    pub(super) fn request_close_check(&self) {
        loop {
            if let Some(slot) = self.claim::<CLOSE_CHECK_PENDING, CLOSE_CHECK_PENDING>() {
                return slot.publish(CLOSE_CHECK);
            }
            // Ordering: Relaxed, because the exchange checks the value.
            let now = self.tail.load(Relaxed);
            // An earlier request may still be pending. Then no new one is needed,
            // because the receiver will check after it passes the earlier one. The
            // exchange proves that the request is still pending. If it fails, start again.
            // Ordering: Release pairs with the Acquire in `try_pop`, where the
            // receiver passes the request. So its check sees what this thread did
            // before.
            if now & CLOSE_CHECK_PENDING != 0
                && self
                    .tail
                    .compare_exchange_weak(now, now, Release, Relaxed)
                    .is_ok()
            {
                return;
            }
        }
    }

    /// Claims a slot and sets the flags `SET`, unless the tail has one of the
    /// flags `UNLESS`. None of `SET` is set already.
    fn claim<const UNLESS: usize, const SET: usize>(&self) -> Option<&Slot<T>> {
        loop {
            // Ordering: Acquire pairs with the Release in `grow` (Q5), and with
            // the Release in `close`.
            let now = self.tail.load(Acquire);
            if now & UNLESS != 0 {
                return None;
            }
            let index = (now / ONE) % LAP;
            if index == SLOTS {
                // Another sender is adding the next block. Wait for it.
                drop(lock(&self.growing));
                continue;
            }
            let growing = (index + 1 == SLOTS).then(|| lock(&self.growing));
            // Ordering: Acquire pairs with the Release store in `grow`, so the
            // slots of the block are seen as `EMPTY`.
            let block = self.tail_block.load(Acquire);
            // Ordering: Relaxed. The load above has acquired, and the message
            // is published by its slot.
            let claimed = self
                .tail
                .compare_exchange_weak(now, now + ONE + SET, Relaxed, Relaxed);
            if claimed.is_err() {
                continue;
            }
            // SAFETY: Q5: this is the block of the number. Q4: the receiver does
            // not free it before we have published the slot.
            let block = unsafe { &*block };
            if growing.is_some() {
                self.grow(block);
            }
            return Some(&block.slots[index]);
        }
    }

    /// Adds the next block. The caller has claimed the last slot of `block` and
    /// holds the lock `growing`.
    fn grow(&self, block: &Block<T>) {
        let next = Block::new();
        // Ordering: Relaxed. The caller publishes the last slot afterwards with
        // Release, and the receiver reads `next` after it acquired that slot.
        block.next.store(next, Relaxed);
        // Ordering: Release pairs with the Acquire load in `claim`. A sender
        // may see the new block before it sees the new number.
        self.tail_block.store(next, Release);
        // Ordering: Release pairs with the Acquire load of the tail in `claim`.
        self.tail.fetch_add(ONE, Release);
    }

    /// Makes [`push_unless_closed`](Self::push_unless_closed) fail from now on.
    pub(super) fn close(&self) {
        // Ordering: Release pairs with the Acquire in `is_closed` and `claim`: a
        // sender that is refused sees what the receiver did before.
        self.tail.fetch_or(CLOSED, Release);
    }

    pub(super) fn is_closed(&self) -> bool {
        // Ordering: Acquire pairs with the Release in `close`.
        self.tail.load(Acquire) & CLOSED != 0
    }
}

impl<T> Drop for MessageQueue<T> {
    fn drop(&mut self) {
        // SAFETY: Q3: `&mut self` proves that the receiver is in no function.
        while unsafe { self.pop() }.is_some() {}
        // SAFETY: every claimed slot was published and has been read now, so
        // the head's block is the last one. `Block::new` made it a box.
        self.head
            .with_mut(|head| drop(unsafe { Box::from_raw((*head).block) }));
    }
}
