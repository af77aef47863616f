//! Panics of code that is not ours, kept where they happen.
//!
//! A waker, a future's destructor or an output's destructor can panic at a
//! place where unwinding would lose somebody else's wake or leave a task half
//! finished. Such calls go through here.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Waker,
};

/// Runs `code`; a panic comes back as its payload.
pub(crate) fn catch<T>(code: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    // The callers use nothing afterwards that `code` could have left broken:
    // what it touched is dropped, or was never shared.
    catch_unwind(AssertUnwindSafe(code))
}

/// Runs `code` and forgets its panic: the panic hook has reported it already,
/// and nobody waits here to whom it could be handed.
pub(crate) fn catch_and_discard(code: impl FnOnce()) {
    if let Err(payload) = catch(code) {
        // A payload's own destructor can panic too.
        if let Err(second) = catch(move || drop(payload)) {
            mem::forget(second);
        }
    }
}

/// Wakes, and survives a waker that panics.
pub(crate) fn wake(waker: Waker) {
    catch_and_discard(move || waker.wake());
}
