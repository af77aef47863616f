//! Detecting a `fork`.
//!
//! A forked child has a copy of the runtime's memory, but it shares the parent's epoll
//! instance. If the child registered a source, the parent would get its events. So a
//! runtime refuses to run in a child. Asking for the process id in each `block_on` would
//! cost a system call. A counter that the C library increments in each child costs a
//! load.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static FORKS: AtomicUsize = AtomicUsize::new(0);

/// Identifies a process: the number of forks between the first process and this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForkId(usize);

impl ForkId {
    pub(crate) fn current() -> Self {
        register_handler();
        // Relaxed: a child has one thread at first, the one that incremented the counter.
        Self(FORKS.load(Relaxed))
    }
}

/// Whether this process is a child of the one in which `id` was taken.
pub(crate) fn happened_since(id: ForkId) -> bool {
    // Relaxed: see `ForkId::current`.
    FORKS.load(Relaxed) != id.0
}

#[cfg(all(unix, not(miri)))]
fn register_handler() {
    use std::sync::Once;

    extern "C" fn in_child() {
        // Relaxed: see `ForkId::current`.
        FORKS.fetch_add(1, Relaxed);
    }

    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: the handler lives as long as the process, and an atomic increment is
        // allowed after `fork`. The call fails only without memory. Then forks stay
        // undetected.
        let _ = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
    });
}

/// This platform has no `fork`, or Miri does not support it.
#[cfg(not(all(unix, not(miri))))]
fn register_handler() {}
