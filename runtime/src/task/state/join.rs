//! Who owns the header's join waker at which moment.
//!
//! The `JoinHandle` stores the waker of the task that awaits it in
//! `Header::join_waker`. The runner wakes it on completion. Two bits say who
//! may touch the field:
//!
//! | no. | `JOIN_WAKER` | `COMPLETE` | the field                               |
//! |----:|:------------:|:----------:|-----------------------------------------|
//! | J1  |      –       |     –      | The handle alone reads and writes it.   |
//! | J2  |      ✓       |     –      | The handle may read it. Nothing writes. |
//! | J3  |      ✓       |     ✓      | The runner wakes it, and the handle may read it. Nothing writes. |
//! | J4  |      –       |     ✓      | The handle alone reads and writes it.   |
//! | J5  | ✓, without `JOIN_INTEREST` | ✓ | The runner alone reads and writes it. |
//!
//! ```text
//!      set_join_waker              transition_to_complete
//!  J1 ───────────────▶ J2 ────────────────────────────────▶ J3
//!   ▲ ◀───────────────                                      │
//!   │ unset_join_waker, drop_join_handle                    │
//!   │                                                       │
//!   │ transition_to_complete                                │
//!   └─────────────────────▶ J4 ◀────────────────────────────┤ unset_join_waker_after_complete
//!                                                           │
//!                           J5 ◀────────────────────────────┘ drop_join_handle_after_complete
//! ```
//!
//! The owner empties the field in J4 and J5. Otherwise a complete task that is
//! still referenced would keep the task alive that awaited it.

use super::{COMPLETE, JOIN_INTEREST, JOIN_WAKER, REFERENCE, StateWord};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// What a dropped `JoinHandle` must clean up.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DropJoinHandle {
    /// The task has not ended. The join waker is the handle's to drop (J1).
    JoinWaker,
    /// The task has ended. The output is the handle's to drop.
    Output,
}

impl StateWord {
    /// Publishes the join waker: J1 to J2. False if the task completed first.
    #[must_use]
    pub(crate) fn set_join_waker(&self) -> bool {
        // Release pairs with the Acquire in `transition_to_complete`: the runner
        // sees the join waker. On failure, Acquire pairs with the Release in
        // `transition_to_complete`: the handle takes the output next.
        self.0
            .fetch_update(Release, Acquire, |now| {
                (now & COMPLETE == 0).then_some(now | JOIN_WAKER)
            })
            .is_ok()
    }

    /// Withdraws the join waker, so that the handle may write another: J2 to J1.
    /// False if the task completed first.
    #[must_use]
    pub(crate) fn unset_join_waker(&self) -> bool {
        // Relaxed on success: the runner has not read the field, because it reads
        // only after COMPLETE, and only if its own update saw JOIN_WAKER. On
        // failure, Acquire pairs with the Release in `transition_to_complete`: the
        // handle takes the output next.
        self.0
            .fetch_update(Relaxed, Acquire, |now| {
                (now & COMPLETE == 0).then_some(now & !JOIN_WAKER)
            })
            .is_ok()
    }

    /// Whether the join waker is published. Only the handle asks.
    pub(crate) fn has_join_waker(&self) -> bool {
        // Acquire pairs with the Release in `unset_join_waker_after_complete`: if
        // the bit is unset, the handle may write where the runner has read.
        self.0.load(Acquire) & JOIN_WAKER != 0
    }

    /// The runner has woken the join waker. True if the field is the handle's
    /// again (J3 to J4). Then `references` of the runner's have gone in the same
    /// step. False if the handle is gone (J5): the runner empties the field.
    #[must_use]
    pub(crate) fn unset_join_waker_after_complete(&self, references: u32) -> bool {
        // Release pairs with the Acquire in `has_join_waker` and
        // `drop_join_handle_after_complete`: the handle writes the field after
        // the runner has read it. On failure, Acquire pairs with the Release in
        // `drop_join_handle_after_complete`: the runner writes it after the handle
        // has read it.
        self.0
            .fetch_update(Release, Acquire, |now| {
                debug_assert!(now & JOIN_WAKER != 0);
                let next = (now & !JOIN_WAKER).wrapping_sub(references * REFERENCE);
                (now & JOIN_INTEREST != 0).then_some(next)
            })
            .is_ok()
    }

    /// The handle of a task that has not ended is dropped: J1 or J2 to J1, for good.
    /// Changes nothing if the task has ended.
    pub(crate) fn drop_join_handle(&self) -> DropJoinHandle {
        // Relaxed on success: the runner reads neither the field nor anything
        // else of the handle's any more, and the handle reads what it wrote
        // itself. On failure, Acquire pairs with the Release in
        // `transition_to_complete`: the handle drops the output next.
        let dropped = self.0.fetch_update(Relaxed, Acquire, |now| {
            (now & COMPLETE == 0).then_some(now & !(JOIN_INTEREST | JOIN_WAKER))
        });
        if dropped.is_ok() {
            DropJoinHandle::JoinWaker
        } else {
            DropJoinHandle::Output
        }
    }

    /// The handle of a complete task is dropped. True if the handle empties the field
    /// (J4). False if the runner is about to wake: then the runner empties it
    /// (J3 to J5).
    #[must_use]
    pub(crate) fn drop_join_handle_after_complete(&self) -> bool {
        // If JOIN_WAKER is unset, Acquire pairs with the Release in
        // `unset_join_waker_after_complete`: the runner has read the field before
        // the handle writes it. Otherwise Release pairs with the Acquire there.
        self.0
            .fetch_update(Release, Acquire, |now| {
                (now & JOIN_WAKER != 0).then_some(now & !JOIN_INTEREST)
            })
            .is_err()
    }
}
