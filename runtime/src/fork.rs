//! Noticing `fork`.
//!
//! A forked child has a copy of the runtime's memory and the very same epoll
//! instance as its parent: what it registered or deregistered, it would do to
//! the parent. So the child's copy refuses to run. Asking for the process id
//! on every `block_on` costs a system call; a counter that the C library
//! raises in each child costs a load.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static FORKS: AtomicUsize = AtomicUsize::new(0);

/// How many forks lie between the first process and this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(usize);

impl Generation {
    pub(crate) fn now() -> Self {
        count_forks();
        // Ordering: Relaxed; a child has one thread, the one that counted.
        Self(FORKS.load(Relaxed))
    }
}

/// Whether this is a child of the process that `generation` was taken in.
pub(crate) fn happened_since(generation: Generation) -> bool {
    // Ordering: as in `now`.
    FORKS.load(Relaxed) != generation.0
}

#[cfg(all(unix, not(miri)))]
fn count_forks() {
    use std::sync::Once;

    extern "C" fn in_child() {
        // Ordering: as in `now`.
        FORKS.fetch_add(1, Relaxed);
    }

    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: the handler lives as long as the process, and does nothing
        // that a handler after `fork` may not. Out of memory (the one way to
        // fail) means that forks go unnoticed, as they would without it.
        let _ = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    });
}

/// There is no `fork` here (nor under Miri).
#[cfg(not(all(unix, not(miri))))]
fn count_forks() {}
