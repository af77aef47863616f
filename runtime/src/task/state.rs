//! The state word of a task: its phase, four facts and a count, in one atomic.
//!
//! | phase            | `SCHEDULED` | `RUNNING` | `COMPLETE` | who owns the future          |
//! |------------------|:-----------:|:---------:|:----------:|------------------------------|
//! | idle             |      –      |     –     |     –      | nobody: it waits for a wake  |
//! | scheduled        |      ✓      |     –     |     –      | the queue that holds it      |
//! | running          |      –      |     ✓     |     –      | the thread that polls it     |
//! | running, woken   |      ✓      |     ✓     |     –      | the same; it will requeue it |
//! | complete         |      any    |     –     |     ✓      | nobody: it has been dropped  |
//!
//! | from           | function          | to                                              |
//! |----------------|-------------------|-------------------------------------------------|
//! | idle           | [`State::wake`]   | scheduled: the caller must queue it             |
//! | scheduled      | `wake`            | unchanged: one wake is as good as two           |
//! | running        | `wake`            | running, woken: exactly one more poll           |
//! | complete       | `wake`            | complete: no more polls                         |
//! | scheduled      | [`State::start`]  | running                                         |
//! | running        | [`State::pause`]  | idle                                            |
//! | running, woken | `pause`           | scheduled: the caller must queue it             |
//! | running (any)  | [`State::finish`] | complete                                        |
//! | idle, scheduled| [`State::seize`]  | running, to be cancelled at shutdown            |
//!
//! Beside the phase stand `CANCELLED` (an abort was asked for; it acts at the
//! next start), `JOIN_INTEREST` (a `JoinHandle` lives and will collect the
//! output) and `JOIN_WAKER` (the handle's waker is in its cell, and the cell
//! now belongs to the finisher). The bits above count references.

use crate::primitives::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

const SCHEDULED: usize = 1;
const RUNNING: usize = 1 << 1;
const COMPLETE: usize = 1 << 2;
const CANCELLED: usize = 1 << 3;
const JOIN_INTEREST: usize = 1 << 4;
const JOIN_WAKER: usize = 1 << 5;
const REFERENCE: usize = 1 << 6;

/// Past this many references the count is about to reach the sign bit; only a
/// program that leaks wakers in a loop gets there. The same bound as `Arc`'s.
const TOO_MANY: usize = isize::MAX as usize;

pub(crate) struct State(AtomicUsize);

/// What the caller of [`State::wake`] owes.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// The task was idle: put it into its queue.
    Queue,
    /// It will be polled again anyway, or never.
    Nothing,
}

/// What the caller of [`State::start`] does next.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Poll,
    /// Drop the future instead of polling it.
    Cancel,
    /// It completed while it stood in the queue.
    Nothing,
}

/// What the caller of [`State::pause`] does next.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    Idle,
    /// It was woken while it ran: queue it again.
    Queue,
}

/// What the caller of [`State::finish`] finds.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// No handle will collect the output: drop it here.
    Unclaimed,
    /// The handle will look by itself.
    Claimed,
    /// The handle's waker waits in its cell.
    WakeJoiner,
}

/// What the dropped `JoinHandle` must clean up.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Disown {
    /// Still running: the waker cell is the handle's to clear.
    Waker,
    /// Complete: the output is the handle's to drop.
    Output,
}

impl State {
    /// A task that stands in a queue, is wanted by a handle and is held by
    /// `references`.
    pub(crate) fn scheduled(references: usize) -> Self {
        Self(AtomicUsize::new(
            SCHEDULED | JOIN_INTEREST | (references * REFERENCE),
        ))
    }

    /// A task with one reference that nobody has woken: the root of `block_on`.
    pub(crate) fn idle() -> Self {
        Self(AtomicUsize::new(REFERENCE))
    }

    pub(crate) fn wake(&self) -> Wake {
        // Ordering: AcqRel even where nothing changes. Release hands what the
        // waker's thread wrote to the poll that follows (`start`'s Acquire
        // reads this or a later link of the same chain of read-modify-writes).
        Self::after_wake(self.0.fetch_or(SCHEDULED, AcqRel))
    }

    /// Asks for the task to be dropped, and schedules it so that it happens.
    pub(crate) fn cancel(&self) -> Wake {
        // Ordering: as in `wake`.
        Self::after_wake(self.0.fetch_or(SCHEDULED | CANCELLED, AcqRel))
    }

    fn after_wake(before: usize) -> Wake {
        if before & (SCHEDULED | RUNNING | COMPLETE) == 0 {
            Wake::Queue
        } else {
            Wake::Nothing
        }
    }

    pub(crate) fn start(&self) -> Start {
        // Who stands in a queue is SCHEDULED, and is not RUNNING unless it was
        // seized and is complete by now; then it does not matter what becomes
        // of these two bits.
        // Ordering: Acquire pairs with the wakes' Release; Release keeps the
        // chain whole for whoever wakes next.
        let before = self.0.fetch_xor(SCHEDULED | RUNNING, AcqRel);
        debug_assert!(before & SCHEDULED != 0 || before & COMPLETE != 0);
        if before & COMPLETE != 0 {
            Start::Nothing
        } else if before & CANCELLED != 0 {
            Start::Cancel
        } else {
            Start::Poll
        }
    }

    pub(crate) fn pause(&self) -> Pause {
        // Ordering: Release hands the future, as this poll left it, to the
        // thread that polls it next; Acquire takes what a wake during the
        // poll handed over.
        if self.0.fetch_and(!RUNNING, AcqRel) & SCHEDULED == 0 {
            Pause::Idle
        } else {
            Pause::Queue
        }
    }

    /// Takes a task that is not running away from its queue, to cancel it.
    /// False if it is complete already, or another is about to cancel it.
    #[must_use]
    pub(crate) fn seize(&self) -> bool {
        // Ordering: as in `start`.
        self.0.fetch_or(RUNNING, AcqRel) & (RUNNING | COMPLETE) == 0
    }

    pub(crate) fn finish(&self) -> Finish {
        // Ordering: Release publishes the output to the handle; Acquire takes
        // the handle's waker out of its cell.
        let before = self.0.fetch_xor(RUNNING | COMPLETE, AcqRel);
        debug_assert!(before & RUNNING != 0 && before & COMPLETE == 0);
        if before & JOIN_INTEREST == 0 {
            Finish::Unclaimed
        } else if before & JOIN_WAKER == 0 {
            Finish::Claimed
        } else {
            Finish::WakeJoiner
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        // Ordering: Acquire, so that the output is there for who sees true.
        self.0.load(Acquire) & COMPLETE != 0
    }

    /// For the inspector: a glance, out of date as soon as it is taken.
    pub(crate) fn glance(&self) -> (bool, bool) {
        let now = self.0.load(Relaxed);
        (now & RUNNING != 0, now & SCHEDULED != 0)
    }

    /// Gives the waker cell to the finisher. False if the task completed
    /// first: the cell is still the handle's.
    #[must_use]
    pub(crate) fn offer_join_waker(&self) -> bool {
        // Ordering: Release publishes the waker; Acquire, on failure, takes
        // the output.
        self.0
            .fetch_update(AcqRel, Acquire, |now| {
                (now & COMPLETE == 0).then_some(now | JOIN_WAKER)
            })
            .is_ok()
    }

    /// Takes the waker cell back, to write another waker. False if the task
    /// completed first: the cell stays the finisher's.
    #[must_use]
    pub(crate) fn withdraw_join_waker(&self) -> bool {
        // Ordering: Acquire, so that the write that follows cannot pass the
        // finisher's read; on failure it takes the output.
        self.0
            .fetch_update(AcqRel, Acquire, |now| {
                (now & COMPLETE == 0).then_some(now & !JOIN_WAKER)
            })
            .is_ok()
    }

    /// Whether the handle's waker is in its cell (only the handle asks).
    pub(crate) fn has_join_waker(&self) -> bool {
        // Ordering: Relaxed; only the asking thread sets this bit.
        self.0.load(Relaxed) & JOIN_WAKER != 0
    }

    pub(crate) fn disown(&self) -> Disown {
        // Ordering: Acquire takes the output if there is one; Release is for
        // the finisher, who must see the interest gone.
        let disowned = self.0.fetch_update(AcqRel, Acquire, |now| {
            (now & COMPLETE == 0).then_some(now & !(JOIN_INTEREST | JOIN_WAKER))
        });
        if disowned.is_ok() {
            Disown::Waker
        } else {
            Disown::Output
        }
    }

    pub(crate) fn add_reference(&self) {
        // Ordering: Relaxed, as in `Arc`: a new reference comes from one that
        // exists.
        if self.0.fetch_add(REFERENCE, Relaxed) > TOO_MANY {
            std::process::abort();
        }
    }

    /// True if that was the last reference: the caller frees the task.
    #[must_use]
    pub(crate) fn drop_reference(&self) -> bool {
        // Ordering: Release so that every use comes before the free; Acquire
        // so that the one who frees comes after every use. (`Arc` puts the
        // Acquire into a fence on the last path; loom models this form.)
        let before = self.0.fetch_sub(REFERENCE, AcqRel);
        debug_assert!(before >= REFERENCE, "a reference was dropped twice");
        before < 2 * REFERENCE
    }
}
