//! The state word of a task: two phase bits, four facts and a reference count
//! in one atomic.
//!
//! ```text
//!            1               2                 7               8
//! Task::new ───▶ scheduled ─────▶ running ───────▶ complete ─────▶ freed
//!                 ▲     ▲          │   │              ▲
//!                3│    6│         4│   │5             │7
//!                 │     │          │   ▼              │
//!                 │     └──────────┼── running, woken ┘
//!                 │                ▼
//!                 └────────────── idle
//! ```
//!
//! | no. | function | when |
//! |----:|----------|------|
//! | 1 | [`StateWord::scheduled`] | A spawn. The caller queues the task. |
//! | 2 | [`transition_to_running`](StateWord::transition_to_running) | A thread took the task from its queue. |
//! | 3 | [`transition_to_scheduled`](StateWord::transition_to_scheduled) | A wake or an abort. The caller queues the task. |
//! | 4 | [`transition_to_idle`](StateWord::transition_to_idle) | The poll returned `Pending`. |
//! | 5 | `transition_to_scheduled` | A wake during the poll. It causes one more poll. |
//! | 6 | `transition_to_idle` | The poll returned `Pending` after a wake. The caller queues the task. |
//! | 7 | [`transition_to_complete`](StateWord::transition_to_complete) | The future has been dropped, and the output is stored. |
//! | 8 | [`drop_references`](StateWord::drop_references) | The last reference is gone. The caller frees the cell. |
//! | 9 | [`transition_to_shutdown`](StateWord::transition_to_shutdown) | Idle or scheduled to running (not drawn). The caller cancels the task. |
//!
//! A wake of a task that is "scheduled", "running, woken" or "complete" leaves it in
//! that phase. It still sets `SCHEDULED`, which has no meaning in a complete task. The
//! `block_on` task begins as [`StateWord::idle`].
//!
//! | phase          | `SCHEDULED` | `RUNNING` | `COMPLETE` | who may touch the future          |
//! |----------------|:-----------:|:---------:|:----------:|-----------------------------------|
//! | idle           |      –      |     –     |     –      | no thread                         |
//! | scheduled      |      ✓      |     –     |     –      | no thread; one queue has the task |
//! | running        |      –      |     ✓     |     –      | the runner: it made transition 2 or 9 |
//! | running, woken |      ✓      |     ✓     |     –      | the runner                        |
//! | complete       |     any     |    any    |     ✓      | no thread: the future is dropped  |
//!
//! | bit             | meaning |
//! |-----------------|---------|
//! | `CANCELLED`     | Before completion: transition 2 drops the future instead of polling it. After completion: the output is an error, because of an abort or a panic. |
//! | `JOIN_INTEREST` | A `JoinHandle` exists and has not let go of the output. |
//! | `JOIN_WAKER`    | The join waker is published (see [`join`]). |
//! | from bit 6      | The number of references. |
//!
//! # Release sequences
//! Any read-modify-write continues the release sequences of the values before it,
//! whatever its own ordering. So a wake's Release reaches every later Acquire
//! through all read-modify-writes in between. Only a plain store ends a release
//! sequence. The two plain stores below, in the `_if_unique` functions, give
//! their own reason.

mod join;

pub(super) use join::DropJoinHandle;

use crate::primitives::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

const SCHEDULED: u32 = 1;
const RUNNING: u32 = 1 << 1;
const COMPLETE: u32 = 1 << 2;
const CANCELLED: u32 = 1 << 3;
const JOIN_INTEREST: u32 = 1 << 4;
const JOIN_WAKER: u32 = 1 << 5;
const REFERENCE: u32 = 1 << 6;

/// The process aborts beyond this word, as `Arc` does. That takes 67 million
/// references, so only a program that leaks wakers in a loop gets there. The
/// margin above the bound is for threads that pass it at the same time.
const MAX_WORD: u32 = u32::MAX - (REFERENCE << 16);

/// The state word. The [module](self) describes its bits and transitions.
pub(crate) struct StateWord(AtomicU32);

/// The duty of the caller of [`StateWord::transition_to_scheduled`].
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TransitionToScheduled {
    /// The task was idle: put it into its queue.
    Submit,
    /// The task will be polled anyway, or it is complete.
    DoNothing,
}

/// The next step of the caller of [`StateWord::transition_to_running`].
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TransitionToRunning {
    /// Poll the future.
    Poll,
    /// Drop the future instead of polling it.
    Cancel,
    /// Shutdown completed the task while it was queued.
    DoNothing,
}

/// The next step of the caller of [`StateWord::transition_to_idle`].
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TransitionToIdle {
    /// The task waits for a wake.
    Idle,
    /// A wake came during the poll: put the task into its queue again.
    Submit,
}

/// The next step of the caller of [`StateWord::transition_to_complete`].
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TransitionToComplete {
    /// No handle will take the output: drop it here.
    DropOutput,
    /// The handle will find the output. The runner has given up its references,
    /// so it must not touch the task any more.
    LeaveOutput,
    /// Wake the join waker.
    WakeJoiner,
}

/// What the output of a complete task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// The stage holds the value that the future returned.
    Value,
    /// A `JoinError`, because of a panic or an abort.
    Failure,
}

impl StateWord {
    /// The word of a spawned task: scheduled, with a `JoinHandle`.
    pub(crate) fn scheduled(references: u32) -> Self {
        Self(AtomicU32::new(
            SCHEDULED | JOIN_INTEREST | (references * REFERENCE),
        ))
    }

    /// The word of the `block_on` task: idle, with one reference.
    pub(crate) fn idle() -> Self {
        Self(AtomicU32::new(REFERENCE))
    }

    // ANCHOR: wake
    pub(crate) fn transition_to_scheduled(&self) -> TransitionToScheduled {
        // Release pairs with the Acquire in `transition_to_running`: the next
        // poll sees what the waking thread wrote. Acquire pairs with the Release
        // in `transition_to_idle`: the queue that held the task before has read the
        // header's link before the caller writes it again.
        Self::after_wake(self.0.fetch_or(SCHEDULED, AcqRel))
    }
    // ANCHOR_END: wake

    /// Requests an abort, and schedules the task so that it happens.
    pub(crate) fn transition_to_scheduled_and_cancel(&self) -> TransitionToScheduled {
        // Success pairs with the operations that `transition_to_scheduled` names.
        // Relaxed on failure: the task is complete, and the caller does nothing.
        // `CANCELLED` has another meaning then.
        let cancelled = self.0.fetch_update(AcqRel, Relaxed, |now| {
            (now & COMPLETE == 0).then_some(now | SCHEDULED | CANCELLED)
        });
        cancelled.map_or(TransitionToScheduled::DoNothing, Self::after_wake)
    }

    // ANCHOR: after_wake
    fn after_wake(before: u32) -> TransitionToScheduled {
        if before & (SCHEDULED | RUNNING | COMPLETE) == 0 {
            TransitionToScheduled::Submit
        } else {
            TransitionToScheduled::DoNothing
        }
    }
    // ANCHOR_END: after_wake

    pub(crate) fn transition_to_running(&self) -> TransitionToRunning {
        // A queued task is SCHEDULED and not RUNNING, so the xor clears SCHEDULED and
        // sets RUNNING. If shutdown has completed the task in its queue, the xor may
        // do the opposite. That does no harm, because the two bits have no meaning in
        // a complete task.
        // Acquire pairs with the Release in `transition_to_scheduled` (what the
        // wakers wrote) and in `transition_to_idle` (the future as the last poll
        // left it). No thread needs what this thread did before, so Release is
        // not needed.
        let before = self.0.fetch_xor(SCHEDULED | RUNNING, Acquire);
        debug_assert!(before & SCHEDULED != 0 || before & COMPLETE != 0);
        if before & COMPLETE != 0 {
            TransitionToRunning::DoNothing
        } else if before & CANCELLED != 0 {
            TransitionToRunning::Cancel
        } else {
            TransitionToRunning::Poll
        }
    }

    pub(crate) fn transition_to_idle(&self) -> TransitionToIdle {
        // Release pairs with the Acquire in the next `transition_to_running` or
        // `transition_to_shutdown` (the future), and in the next
        // `transition_to_scheduled` (the header's link). The runner itself
        // reads nothing that a waking thread wrote, so Acquire is not needed.
        if self.0.fetch_and(!RUNNING, Release) & SCHEDULED == 0 {
            TransitionToIdle::Idle
        } else {
            TransitionToIdle::Submit
        }
    }

    /// Makes the caller the runner of an idle or scheduled task, to cancel it. False
    /// if the task is complete, or if another thread runs it. A queue may still hold
    /// the task. The thread that takes it from there finds it complete.
    #[must_use]
    pub(crate) fn transition_to_shutdown(&self) -> bool {
        // Acquire pairs with the Release in `transition_to_idle`: the caller
        // drops the future as the last poll left it.
        self.0.fetch_or(RUNNING, Acquire) & (RUNNING | COMPLETE) == 0
    }

    /// Publishes the output. If the result is `LeaveOutput`,
    /// `references` of the runner's go in the same step.
    pub(crate) fn transition_to_complete(
        &self,
        kind: OutputKind,
        references: u32,
    ) -> TransitionToComplete {
        let failure = match kind {
            OutputKind::Value => 0,
            OutputKind::Failure => CANCELLED,
        };
        let completed = |now: u32| {
            let next = now & !(RUNNING | CANCELLED) | COMPLETE | failure;
            if Self::after_complete(now) == TransitionToComplete::LeaveOutput {
                // The handle's own reference is left.
                next - references * REFERENCE
            } else {
                next
            }
        };
        let mut now = self.0.load(Relaxed);
        debug_assert!(now & RUNNING != 0 && now & COMPLETE == 0);
        // Release pairs with the Acquire in `is_complete` and `output_kind`: the
        // handle sees the stage and the key. Acquire pairs with the Release in
        // `set_join_waker`: the runner sees the join waker. Relaxed on failure:
        // the value is only the next guess.
        while let Err(changed) = self
            .0
            .compare_exchange_weak(now, completed(now), AcqRel, Relaxed)
        {
            now = changed;
        }
        Self::after_complete(now)
    }

    fn after_complete(before: u32) -> TransitionToComplete {
        if before & JOIN_INTEREST == 0 {
            TransitionToComplete::DropOutput
        } else if before & JOIN_WAKER == 0 {
            TransitionToComplete::LeaveOutput
        } else {
            TransitionToComplete::WakeJoiner
        }
    }

    /// What the output is, or `None` before completion.
    pub(crate) fn output_kind(&self) -> Option<OutputKind> {
        // Acquire pairs with the Release in `transition_to_complete`: a caller
        // that gets a kind sees the stage and the key.
        match self.0.load(Acquire) & (COMPLETE | CANCELLED) {
            COMPLETE => Some(OutputKind::Value),
            now if now & COMPLETE != 0 => Some(OutputKind::Failure),
            _ => None,
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        // Acquire pairs with the Release in `transition_to_complete`: a caller
        // that gets `true` sees the stage and the key.
        self.0.load(Acquire) & COMPLETE != 0
    }

    /// Whether the task is running, and whether it is scheduled. Only the
    /// inspector asks, and the answer may be out of date at once.
    pub(crate) fn snapshot(&self) -> (bool, bool) {
        let now = self.0.load(Relaxed);
        (now & RUNNING != 0, now & SCHEDULED != 0)
    }

    pub(crate) fn add_reference(&self) {
        // Relaxed, as in `Arc`: the caller has a reference, and whatever hands the
        // new one to another thread orders the two.
        if self.0.fetch_add(REFERENCE, Relaxed) > MAX_WORD {
            std::process::abort();
        }
    }

    /// True if these were the last references. Then the caller frees the task.
    #[must_use]
    pub(crate) fn drop_references(&self, references: u32) -> bool {
        let is_all = |now: u32| now < (references + 1) * REFERENCE;
        // A caller that has all references is alone, because only the owner of a
        // reference can add one. So a load is enough.
        // Acquire pairs with the Release of each `fetch_sub` below, and with the
        // ones in the transitions that drop references: every use of the task
        // comes before the free.
        if is_all(self.0.load(Acquire)) {
            return true;
        }
        // Release pairs with the Acquire here and in the load above, on the thread
        // that frees the task. `Arc` puts the Acquire into a fence on the last
        // path. loom can check this form.
        let before = self.0.fetch_sub(references * REFERENCE, AcqRel);
        debug_assert!(
            before >= references * REFERENCE,
            "a reference was dropped twice"
        );
        is_all(before)
    }

    /// Begins a poll of the `block_on` task without a read-modify-write, if the caller has
    /// the only reference: then no other thread can change the word. False if
    /// other references exist.
    #[must_use]
    pub(crate) fn transition_to_running_if_unique(&self) -> bool {
        // Acquire pairs with the Release in `drop_references`, where all other
        // references ended.
        // The plain store ends the release sequences before it. No later reader
        // needs them: this load has acquired all of them, and a later reader got
        // its reference from this thread, so it comes after the load. The word has
        // no SCHEDULED here, so the store does not overwrite a wake.
        let is_unique = self.0.load(Acquire) == REFERENCE;
        if is_unique {
            self.0.store(REFERENCE | RUNNING, Relaxed);
        }
        is_unique
    }

    /// Ends a poll that [`transition_to_running_if_unique`] began. False if
    /// other references exist by now: that takes [`transition_to_idle`].
    ///
    /// [`transition_to_running_if_unique`]: Self::transition_to_running_if_unique
    /// [`transition_to_idle`]: Self::transition_to_idle
    #[must_use]
    pub(crate) fn transition_to_idle_if_unique(&self) -> bool {
        // Acquire pairs with the Release in `drop_references`. The plain store
        // needs no Release and may end release sequences, because every later
        // reader gets its reference from this thread. The word has no SCHEDULED
        // here, so the store does not overwrite a wake.
        let is_unique = self.0.load(Acquire) == REFERENCE | RUNNING;
        if is_unique {
            self.0.store(REFERENCE, Relaxed);
        }
        is_unique
    }
}
