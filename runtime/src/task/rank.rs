//! Sets the rank of the next task that this thread spawns.

use crate::{
    executor::{
        context::{self, Current},
        current_thread::Ranks,
    },
    time::Instant,
};

/// While it exists, tasks that this thread spawns get the rank given to `begin`.
pub(super) struct RankGuard(());

impl RankGuard {
    /// A `None` inherits the spawner's value.
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

impl Drop for RankGuard {
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
