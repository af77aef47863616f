//! The name of the next task that this thread spawns.

use std::{cell::Cell, sync::Arc};

thread_local! {
    /// What the next task that this thread spawns is called.
    static NAME: Cell<Option<Arc<str>>> = const { Cell::new(None) };
}

/// While it lives, the task that this thread spawns next has a name. This is a
/// thread-local and no argument, for there are many ways to spawn, and few name.
#[must_use]
pub(crate) struct NameGuard(());

impl NameGuard {
    pub(crate) fn begin(name: Option<&str>) -> Self {
        NAME.set(name.map(Arc::from));
        Self(())
    }
}

/// What the task that is being spawned on this thread is called.
pub(crate) fn take_name() -> Option<Arc<str>> {
    NAME.take()
}

impl Drop for NameGuard {
    fn drop(&mut self) {
        // In a runtime that is not traced nobody has taken it.
        NAME.set(None);
    }
}
