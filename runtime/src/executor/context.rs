//! Which runtime this thread is running, if any.

use super::Core;
use std::{cell::Cell, ptr, ptr::NonNull};

thread_local! {
    static CURRENT: Cell<*const Core> = const { Cell::new(ptr::null()) };
}

/// Runs `code` inside of `core`: `spawn_local`, `sleep` and the sockets belong
/// to it meanwhile.
pub(crate) fn enter<R>(core: &Core, code: impl FnOnce() -> R) -> R {
    struct Restore(*const Core);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _restore = Restore(CURRENT.replace(core));
    code()
}

/// Hands the runtime that this thread is inside of to `code`.
pub(crate) fn with<R>(code: impl FnOnce(Option<&Core>) -> R) -> R {
    // While a thread ends, its tasks are gone and so is its runtime.
    let current = CURRENT.try_with(Cell::get).unwrap_or(ptr::null());
    // SAFETY: `enter` borrows the core until it has put the old value back,
    // and `code` runs inside of that: it gets a shorter borrow.
    code(NonNull::new(current.cast_mut()).map(|core| unsafe { &*core.as_ptr() }))
}

/// Whether this thread is inside of a runtime.
pub(crate) fn is_entered() -> bool {
    with(|core| core.is_some())
}
