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
//! Beside the phase stand `CANCELLED`, `JOIN_INTEREST` (a `JoinHandle` lives
//! and will collect the output) and `JOIN_WAKER` (the handle's waker is in its
//! cell). `CANCELLED` says of a task that is not complete that an abort was asked
//! for, which acts at its next start; and of one that is, that it ended without
//! an output, by abort or by panic. So the word also tells what lies on the
//! task's stage. The bits above count references.
//!
//! Whose the cell with the handle's waker is:
//!
//! | `JOIN_WAKER` | `COMPLETE` | the cell is              | from here                       |
//! |:------------:|:----------:|--------------------------|---------------------------------|
//! |      –       |     –      | the handle's             | `offer_join_waker`              |
//! |      ✓       |     –      | the finisher's           | `withdraw_join_waker`, `disown`:|
//! |              |            |                          | the handle's again; `finish`    |
//! |      ✓       |     ✓      | being woken from         | `return_join_waker`: the        |
//! |              |            |                          | handle's; or `leave`: the       |
//! |              |            |                          | finisher empties it             |
//! |      –       |     ✓      | the handle's, to empty   | `leave`                         |
//!
//! It is emptied then so that who keeps a complete task does not keep all that
//! waited for it.

use crate::primitives::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

const SCHEDULED: u32 = 1;
const RUNNING: u32 = 1 << 1;
const COMPLETE: u32 = 1 << 2;
const CANCELLED: u32 = 1 << 3;
const JOIN_INTEREST: u32 = 1 << 4;
const JOIN_WAKER: u32 = 1 << 5;
const REFERENCE: u32 = 1 << 6;

/// Past this many references the count is about to run over: 67 million, the
/// wakers of one task taking a gibibyte. Only a program that leaks wakers in a
/// loop gets there, and it is ended, as `Arc` would. The room above the bound
/// is for threads that pass it together.
const TOO_MANY: u32 = u32::MAX - (REFERENCE << 16);

pub(crate) struct State(AtomicU32);

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
    /// The handle will look by itself. The references are gone, and with them
    /// the right to look at the task.
    Claimed,
    /// The handle's waker waits in its cell.
    WakeJoiner,
}

/// How a task has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its output is on the stage.
    Output,
    /// The reason why there is none is on the stage.
    Failure,
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
    pub(crate) fn scheduled(references: u32) -> Self {
        Self(AtomicU32::new(
            SCHEDULED | JOIN_INTEREST | (references * REFERENCE),
        ))
    }

    /// A task with one reference that nobody has woken: the root of `block_on`.
    pub(crate) fn idle() -> Self {
        Self(AtomicU32::new(REFERENCE))
    }

    // ANCHOR: wake
    pub(crate) fn wake(&self) -> Wake {
        // Release: the next poll sees what the waking thread wrote. It pairs
        // with the Acquire in `start`, which reads this value or one that a
        // later read-modify-write has put in its place.
        Self::after_wake(self.0.fetch_or(SCHEDULED, AcqRel))
    }
    // ANCHOR_END: wake

    /// Asks for the task to be dropped, and schedules it so that it happens.
    pub(crate) fn cancel(&self) -> Wake {
        // Ordering: as in `wake`. Of a complete task the bit says something
        // else, and is left alone.
        let cancelled = self.0.fetch_update(AcqRel, Relaxed, |now| {
            (now & COMPLETE == 0).then_some(now | SCHEDULED | CANCELLED)
        });
        cancelled.map_or(Wake::Nothing, Self::after_wake)
    }

    // ANCHOR: after_wake
    fn after_wake(before: u32) -> Wake {
        if before & (SCHEDULED | RUNNING | COMPLETE) == 0 {
            Wake::Queue
        } else {
            Wake::Nothing
        }
    }
    // ANCHOR_END: after_wake

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

    /// The stage holds how the task has ended. If the handle will look by
    /// itself, `references` of the runner's go in the same step.
    pub(crate) fn finish(&self, ended: Ended, references: u32) -> Finish {
        let failure = match ended {
            Ended::Output => 0,
            Ended::Failure => CANCELLED,
        };
        let last = |now: u32| {
            let next = now & !(RUNNING | CANCELLED) | COMPLETE | failure;
            if Self::found(now) == Finish::Claimed {
                // The handle's own reference is left.
                next - references * REFERENCE
            } else {
                next
            }
        };
        // Ordering: Release publishes what is on the stage to the handle;
        // Acquire takes the handle's waker out of its cell. Failure only says
        // what to try next.
        let mut now = self.0.load(Relaxed);
        debug_assert!(now & RUNNING != 0 && now & COMPLETE == 0);
        while let Err(changed) = self
            .0
            .compare_exchange_weak(now, last(now), AcqRel, Relaxed)
        {
            now = changed;
        }
        Self::found(now)
    }

    fn found(before: u32) -> Finish {
        if before & JOIN_INTEREST == 0 {
            Finish::Unclaimed
        } else if before & JOIN_WAKER == 0 {
            Finish::Claimed
        } else {
            Finish::WakeJoiner
        }
    }

    /// What is on the stage of a task that may have ended: nothing known if it
    /// has not.
    pub(crate) fn ended(&self) -> Option<Ended> {
        // Ordering: Acquire, so that it is there for who is told of it.
        match self.0.load(Acquire) & (COMPLETE | CANCELLED) {
            COMPLETE => Some(Ended::Output),
            now if now & COMPLETE != 0 => Some(Ended::Failure),
            _ => None,
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
        // Ordering: Acquire; the finisher takes the bit back when it is
        // through with the cell, and the handle may write there next.
        self.0.load(Acquire) & JOIN_WAKER != 0
    }

    /// The finisher has woken the handle's waker. True if its `references`
    /// went in the same step, and the cell is the handle's again, to empty it
    /// when it goes. False if it has gone: the finisher empties it.
    #[must_use]
    pub(crate) fn return_join_waker(&self, references: u32) -> bool {
        // Ordering: Release gives the cell to the handle; Acquire, on failure,
        // takes it from there.
        self.0
            .fetch_update(AcqRel, Acquire, |now| {
                debug_assert!(now & JOIN_WAKER != 0);
                let next = (now & !JOIN_WAKER).wrapping_sub(references * REFERENCE);
                (now & JOIN_INTEREST != 0).then_some(next)
            })
            .is_ok()
    }

    /// The handle of a complete task goes. True if the waker cell is its own to
    /// empty; false if the finisher is about to wake, and will empty it.
    #[must_use]
    pub(crate) fn leave(&self) -> bool {
        // Ordering: as in `return_join_waker`. In the usual case a load: the
        // finisher is through.
        self.0
            .fetch_update(AcqRel, Acquire, |now| {
                (now & JOIN_WAKER != 0).then_some(now & !JOIN_INTEREST)
            })
            .is_err()
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

    /// True if those were the last references: the caller frees the task.
    #[must_use]
    pub(crate) fn drop_references(&self, references: u32) -> bool {
        let all = |now: u32| now < (references + 1) * REFERENCE;
        // Who holds all of them is alone: nobody can add one, so a load tells.
        // Ordering: Acquire, so that the one who frees comes after every use.
        // Those who let go before did so by the read-modify-write below, which
        // this load sees the last of.
        if all(self.0.load(Acquire)) {
            return true;
        }
        // Ordering: Release so that every use comes before the free; Acquire
        // as above. (`Arc` puts the Acquire into a fence on the last path;
        // loom models this form.)
        let before = self.0.fetch_sub(references * REFERENCE, AcqRel);
        debug_assert!(
            before >= references * REFERENCE,
            "a reference was dropped twice"
        );
        all(before)
    }

    /// The root is about to be polled by the only one who knows it: nobody
    /// else holds a reference, so nobody can wake it. False if somebody does.
    #[must_use]
    pub(crate) fn start_alone(&self) -> bool {
        // Ordering: Acquire takes what those who have let go did before, a
        // wake among it. The store is to a word that is ours alone.
        let alone = self.0.load(Acquire) == REFERENCE;
        if alone {
            self.0.store(REFERENCE | RUNNING, Relaxed);
        }
        alone
    }

    /// Puts a task that was started alone to rest again. False if others know
    /// it by now: that takes [`State::pause`].
    #[must_use]
    pub(crate) fn pause_alone(&self) -> bool {
        // Ordering: as in `start_alone`.
        let alone = self.0.load(Acquire) == REFERENCE | RUNNING;
        if alone {
            self.0.store(REFERENCE, Relaxed);
        }
        alone
    }
}
