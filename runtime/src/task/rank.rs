//! Telling the next task that is spawned on this thread how urgent it is.

use crate::{
    executor::{
        context::{self, Current},
        current_thread::Ranks,
    },
    time::Instant,
};

/// From `begin` until it is dropped, what is spawned here is ranked so.
pub(super) struct Ranking(());

impl Ranking {
    /// What is not told is inherited.
    pub(super) fn begin(priority: Option<i8>, deadline: Option<Instant>) -> Option<Self> {
        if priority.is_none() && deadline.is_none() {
            return None;
        }
        with_ranks(|ranks| {
            ranks.tell(|rank| {
                rank.priority = priority.unwrap_or(rank.priority);
                rank.deadline = deadline.or(rank.deadline);
            });
        });
        Some(Self(()))
    }
}

impl Drop for Ranking {
    fn drop(&mut self) {
        with_ranks(Ranks::forget);
    }
}

fn with_ranks(code: impl FnOnce(&Ranks)) {
    context::with(|current| {
        if let Some(Current::Local(core)) = current
            && let Some(ranks) = core.ranks()
        {
            code(ranks);
        }
    });
}
