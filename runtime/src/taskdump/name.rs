//! The name of the next task that this thread spawns.

use std::{cell::Cell, sync::Arc};

thread_local! {
    /// The name of the next task that this thread spawns.
    static NAME: Cell<Option<Arc<str>>> = const { Cell::new(None) };
}

/// Names the task that this thread spawns next. Dropping the guard discards a name
/// that no task took. The name is in a thread-local because there are many ways
/// to spawn, and few callers name their tasks.
#[must_use]
pub(crate) struct NameGuard(());

impl NameGuard {
    pub(crate) fn begin(name: Option<&str>) -> Self {
        NAME.set(name.map(Arc::from));
        Self(())
    }
}

/// Takes the name of the task that this thread is spawning.
pub(crate) fn take_name() -> Option<Arc<str>> {
    NAME.take()
}

impl Drop for NameGuard {
    fn drop(&mut self) {
        // A runtime without task dumps does not take the name.
        NAME.set(None);
    }
}
