//! The state word of a oneshot channel. It says which half is done, which half
//! waits, and which half frees the allocation.
//!
//! | bit             | meaning                                                  |
//! |-----------------|----------------------------------------------------------|
//! | `VALUE_SENT`    | The value is in its cell.                                |
//! | `TX_DONE`       | The sender has sent or was dropped.                      |
//! | `CLOSED`        | The receiver takes no value that has not been sent yet.  |
//! | `RX_TASK_SET`   | The receiver's waker is in its cell, for the sender.     |
//! | `TX_TASK_SET`   | The sender's waker is in its cell, for the receiver.     |
//! | `ONE_REFERENCE` | One half has dropped its reference to the allocation.    |
//! |                 | The other half frees it.                                 |
//!
//! How the halves end, and which of them frees the allocation:
//!
//! ```text
//!                1                       2
//! both alive ────────▶ one half is ──────────▶ one half ────▶ freed
//!      │               waking its peer         left       4
//!      │                                        ▲
//!      └────────────────── 3 ───────────────────┘
//! ```
//!
//! 1. [`OneshotState::end`] or [`send`](OneshotState::send) finds that
//!    the peer waits, and returns [`EndAction::WakePeer`].
//! 2. [`OneshotState::drop_reference`], after the half has taken the peer's waker. Until
//!    then it needs the allocation. If the peer ends before that, the peer sets
//!    `ONE_REFERENCE`, and this half frees.
//! 3. `end` or `send` finds that the peer does not wait, and drops the
//!    reference in the same exchange.
//! 4. `end`, `send` or `drop_reference` of the other half finds `ONE_REFERENCE`.

use crate::primitives::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire};

const VALUE_SENT: usize = 1;
const TX_DONE: usize = 1 << 1;
const CLOSED: usize = 1 << 2;
const RX_TASK_SET: usize = 1 << 3;
const TX_TASK_SET: usize = 1 << 4;
const ONE_REFERENCE: usize = 1 << 5;

/// The state word.
///
/// Invariants:
///
/// - **O1** The value's cell belongs to the sender until `VALUE_SENT` is set,
///   and then to the receiver.
/// - **O2** The cell of a half's waker belongs to that half while its bit
///   (`RX_TASK_SET`, `TX_TASK_SET`) is unset. If the bit is set when the peer
///   becomes done (`TX_DONE` or `CLOSED`), the cell belongs to the peer from
///   then on.
/// - **O3** The half that finds `ONE_REFERENCE` set is the last to use the
///   allocation, and frees it.
///
/// Every write is a read-modify-write, so an Acquire that reads a later value
/// still synchronizes with each earlier Release.
pub(super) struct OneshotState(AtomicUsize);

/// What the state word said at one moment.
#[derive(Clone, Copy)]
pub(super) struct Snapshot(usize);

/// A half of the channel.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Sender,
    Receiver,
}

/// What a half that is done has to do next.
#[must_use]
pub(super) enum EndAction {
    /// The receiver has closed, so the value was not sent. The sender still has
    /// it, and is not done.
    Refused,
    /// Nothing: the peer frees the allocation.
    LeaveToPeer,
    /// Free the allocation: the peer has dropped its reference.
    Free,
    /// Take the peer's waker, call [`drop_reference`](OneshotState::drop_reference), and wake.
    WakePeer,
}

impl Side {
    fn done(self) -> usize {
        match self {
            Self::Sender => TX_DONE,
            Self::Receiver => CLOSED,
        }
    }

    fn task_set(self) -> usize {
        match self {
            Self::Sender => TX_TASK_SET,
            Self::Receiver => RX_TASK_SET,
        }
    }

    pub(super) fn peer(self) -> Self {
        match self {
            Self::Sender => Self::Receiver,
            Self::Receiver => Self::Sender,
        }
    }
}

impl Snapshot {
    pub(super) fn is_sent(self) -> bool {
        self.0 & VALUE_SENT != 0
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    /// Whether one half is done, so the other has nothing to wait for.
    pub(super) fn is_over(self) -> bool {
        self.0 & (TX_DONE | CLOSED) != 0
    }

    pub(super) fn has_waker(self, side: Side) -> bool {
        self.0 & side.task_set() != 0
    }
}

impl OneshotState {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    pub(super) fn load(&self) -> Snapshot {
        // Ordering: Acquire pairs with the Release in `finish`. A receiver that
        // sees `VALUE_SENT` may take the value (O1).
        Snapshot(self.0.load(Acquire))
    }

    /// The sender has written the value. Sends it and ends the sender, unless
    /// the receiver has closed.
    pub(super) fn send(&self) -> EndAction {
        self.finish(Side::Sender, VALUE_SENT, CLOSED)
    }

    /// Ends `side`: it will neither send nor wait any more.
    pub(super) fn end(&self, side: Side) -> EndAction {
        self.finish(side, 0, 0)
    }

    /// Ends `side` and sets the bits of `also`, unless one of `unless` is set.
    fn finish(&self, side: Side, also: usize, unless: usize) -> EndAction {
        let mut next = EndAction::Refused;
        // Ordering: Release pairs with the Acquire in `load`, `set_task` and
        // here: it publishes the value, and all that this half did with the
        // allocation. Acquire pairs with the Release in `set_task` and takes the
        // peer's waker, or, before a free, sees all that the peer did.
        let _ = self.0.fetch_update(AcqRel, Acquire, |now| {
            if now & unless != 0 {
                next = EndAction::Refused;
                return None;
            }
            if now & ONE_REFERENCE != 0 {
                next = EndAction::Free;
                return None;
            }
            // A peer that is done does not wait any more.
            let peer = side.peer();
            if now & (peer.task_set() | peer.done()) == peer.task_set() {
                next = EndAction::WakePeer;
                return Some(now | also | side.done());
            }
            next = EndAction::LeaveToPeer;
            Some(now | also | side.done() | ONE_REFERENCE)
        });
        next
    }

    /// The receiver takes no value that has not been sent yet. Returns whether
    /// the sender's waker belongs to the receiver now (O2), which wakes it.
    #[must_use]
    pub(super) fn close(&self) -> bool {
        // Ordering: Acquire pairs with the Release in `set_task` and takes the
        // sender's waker. Release pairs with the Acquire in `load`: a sender
        // that is refused sees what the receiver did before.
        let before = self.0.fetch_or(CLOSED, AcqRel);
        before & (TX_TASK_SET | TX_DONE | CLOSED) == TX_TASK_SET
    }

    /// Drops the caller's reference. Returns whether the caller frees the
    /// allocation, because the peer has dropped its reference before (O3).
    #[must_use]
    pub(super) fn drop_reference(&self) -> bool {
        // Ordering: Release pairs with the Acquire of the half that frees, in
        // `finish` or here.
        self.0.fetch_or(ONE_REFERENCE, AcqRel) & ONE_REFERENCE != 0
    }

    /// Offers `side`'s waker to the peer. If the channel is over, the caller
    /// must not touch the cell again, because it may belong to the peer.
    pub(super) fn set_task(&self, side: Side) -> Snapshot {
        // Ordering: Release pairs with the Acquire in `finish` and `close` and
        // publishes the waker. Acquire pairs with the Release in `finish` and
        // takes a value that came in the meantime.
        Snapshot(self.0.fetch_or(side.task_set(), AcqRel))
    }

    /// Takes `side`'s waker back. If the channel is over, the cell stays with
    /// the peer.
    pub(super) fn unset_task(&self, side: Side) -> Snapshot {
        // Ordering: Acquire pairs with the Release in `finish` and takes a value
        // that came in the meantime. It publishes nothing.
        Snapshot(self.0.fetch_and(!side.task_set(), Acquire))
    }
}
