//! The state word of a oneshot channel: who is done, who waits, and whose the
//! allocation is, in one atomic.
//!
//! | bit        | says                                                            |
//! |------------|-----------------------------------------------------------------|
//! | `SENT`     | the value is in its cell, which is the receiver's               |
//! | `ENDED`    | the sender has sent or given up                                 |
//! | `CLOSED`   | the receiver takes nothing that has not been sent               |
//! | `RX_WAKER` | the receiver's waker is in its cell, for the sender             |
//! | `TX_WAKER` | the sender's waker is in its cell, for the receiver             |
//! | `ALONE`    | one half has let go of the allocation: the other frees it       |
//!
//! | the cell of     | is its owner's           | is the peer's                      |
//! |-----------------|--------------------------|------------------------------------|
//! | the value       | (sender) until `SENT`    | from then on                       |
//! | a half's waker  | while its bit is unset   | once the peer is done (`ENDED` or  |
//! |                 |                          | `CLOSED`) and found the bit set    |
//!
//! A half that is done and finds no waker leaves with the same exchange; one
//! that finds a waker takes it out first, for the peer may free the channel
//! as soon as it is left alone.

use crate::primitives::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire};

const SENT: usize = 1;
const ENDED: usize = 1 << 1;
const CLOSED: usize = 1 << 2;
const RX_WAKER: usize = 1 << 3;
const TX_WAKER: usize = 1 << 4;
const ALONE: usize = 1 << 5;

pub(super) struct State(AtomicUsize);

/// One look at the word.
#[derive(Clone, Copy)]
pub(super) struct Seen(usize);

/// A half of the channel.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Sender,
    Receiver,
}

/// What a half that is done does next.
#[must_use]
pub(super) enum Parted {
    /// The peer has closed, and what was to be sent stays here.
    Refused,
    /// The allocation is the peer's.
    Left,
    /// The peer left before: free the allocation.
    Free,
    /// Take the peer's waker, [`leave`](State::leave), and wake it.
    Wake,
}

impl Side {
    fn done(self) -> usize {
        match self {
            Self::Sender => ENDED,
            Self::Receiver => CLOSED,
        }
    }

    fn waker(self) -> usize {
        match self {
            Self::Sender => TX_WAKER,
            Self::Receiver => RX_WAKER,
        }
    }

    pub(super) fn peer(self) -> Self {
        match self {
            Self::Sender => Self::Receiver,
            Self::Receiver => Self::Sender,
        }
    }
}

impl Seen {
    pub(super) fn is_sent(self) -> bool {
        self.0 & SENT != 0
    }

    pub(super) fn is_closed(self) -> bool {
        self.0 & CLOSED != 0
    }

    /// Whether there is nothing left to wait for: one of the two is done.
    pub(super) fn is_over(self) -> bool {
        self.0 & (ENDED | CLOSED) != 0
    }

    pub(super) fn has_waker(self, side: Side) -> bool {
        self.0 & side.waker() != 0
    }
}

impl State {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    pub(super) fn look(&self) -> Seen {
        // Ordering: Acquire takes the value, for who sees SENT.
        Seen(self.0.load(Acquire))
    }

    /// The sender has written the value: sends it, and ends.
    pub(super) fn send(&self) -> Parted {
        self.part_with(Side::Sender, SENT, CLOSED)
    }

    /// `side` will neither send nor wait any more.
    pub(super) fn part(&self, side: Side) -> Parted {
        self.part_with(side, 0, 0)
    }

    fn part_with(&self, side: Side, also: usize, unless: usize) -> Parted {
        let mut parted = Parted::Refused;
        // Ordering: Release publishes the value and all that was done with the
        // allocation; Acquire takes the peer's waker, or, before a free, all
        // that the peer did.
        let _ = self.0.fetch_update(AcqRel, Acquire, |now| {
            if now & unless != 0 {
                parted = Parted::Refused;
                return None;
            }
            if now & ALONE != 0 {
                parted = Parted::Free;
                return None;
            }
            // A peer that is done waits for nothing.
            let peer = side.peer();
            if now & (peer.waker() | peer.done()) == peer.waker() {
                parted = Parted::Wake;
                return Some(now | also | side.done());
            }
            parted = Parted::Left;
            Some(now | also | side.done() | ALONE)
        });
        parted
    }

    /// The receiver takes nothing from now on. True if the sender's waker is
    /// now the receiver's, to be woken.
    #[must_use]
    pub(super) fn close(&self) -> bool {
        // Ordering: Acquire takes the sender's waker; Release shows the sender
        // what the receiver did before it closed.
        let before = self.0.fetch_or(CLOSED, AcqRel);
        before & (TX_WAKER | ENDED | CLOSED) == TX_WAKER
    }

    /// Lets go of the allocation. True if the caller is the last, and frees it.
    #[must_use]
    pub(super) fn leave(&self) -> bool {
        // Ordering: as in `part_with`.
        self.0.fetch_or(ALONE, AcqRel) & ALONE != 0
    }

    /// Gives `side`'s waker to the peer. If it is over, the cell may be the
    /// peer's or not, and is not to be touched.
    pub(super) fn offer_waker(&self, side: Side) -> Seen {
        // Ordering: Release publishes the waker; Acquire takes the value, if
        // it was sent meanwhile.
        Seen(self.0.fetch_or(side.waker(), AcqRel))
    }

    /// Takes `side`'s waker back from the peer; if it is over, the cell stays
    /// the peer's.
    pub(super) fn withdraw_waker(&self, side: Side) -> Seen {
        // Ordering: Acquire, so that what follows comes after; on the way out
        // as in `offer_waker`.
        Seen(self.0.fetch_and(!side.waker(), AcqRel))
    }
}
