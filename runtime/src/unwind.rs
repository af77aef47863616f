//! Catching the panics of user code where they happen.
//!
//! A waker and the destructors of a future and its output can panic where unwinding
//! would lose another task's wake, or leave a task half finished. The runtime calls them
//! through this module.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Waker,
};

/// Runs `code` and returns its panic as a payload.
pub(crate) fn catch<T>(code: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    // The callers do not use anything that `code` could have left broken: they drop it,
    // or they never shared it.
    catch_unwind(AssertUnwindSafe(code))
}

/// Runs `code` and discards its panic. The panic hook has reported it, and there is no
/// caller that could handle it.
pub(crate) fn catch_and_discard(code: impl FnOnce()) {
    if let Err(payload) = catch(code) {
        // The destructor of a payload can panic too.
        if let Err(second) = catch(move || drop(payload)) {
            mem::forget(second);
        }
    }
}

/// Calls a waker that may panic.
pub(crate) fn wake(waker: Waker) {
    catch_and_discard(move || waker.wake());
}
