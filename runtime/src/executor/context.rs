//! Which executor this thread is running, if any.

use super::{local::Core, pool::Worker};
use crate::runtime::Handle;
use std::cell::Cell;

/// An executor, seen from its own thread.
#[derive(Clone, Copy)]
pub(crate) enum Current<'a> {
    Local(&'a Core),
    Worker(&'a Worker),
}

impl<'a> Current<'a> {
    pub(crate) fn handle(self) -> &'a Handle {
        match self {
            Self::Local(core) => core.handle(),
            Self::Worker(worker) => worker.handle(),
        }
    }
}

#[derive(Clone, Copy)]
enum Entered {
    Nothing,
    Local(*const Core),
    Worker(*const Worker),
}

thread_local! {
    static ENTERED: Cell<Entered> = const { Cell::new(Entered::Nothing) };
}

/// Runs `code` inside of an executor: what is spawned, slept and opened
/// belongs to it meanwhile.
pub(crate) fn enter<R>(current: Current<'_>, code: impl FnOnce() -> R) -> R {
    struct Restore(Entered);
    impl Drop for Restore {
        fn drop(&mut self) {
            ENTERED.set(self.0);
        }
    }
    let entered = match current {
        Current::Local(core) => Entered::Local(core),
        Current::Worker(worker) => Entered::Worker(worker),
    };
    let _restore = Restore(ENTERED.replace(entered));
    code()
}

/// Hands the executor that this thread is inside of to `code`.
pub(crate) fn with<R>(code: impl FnOnce(Option<Current<'_>>) -> R) -> R {
    // While a thread ends, its tasks are gone and so is its executor.
    let entered = ENTERED.try_with(Cell::get).unwrap_or(Entered::Nothing);
    // SAFETY, of both: `enter` borrows the executor until it has put the old
    // value back, and `code` runs inside of that: it gets a shorter borrow.
    code(match entered {
        Entered::Nothing => None,
        // SAFETY: see above.
        Entered::Local(core) => Some(Current::Local(unsafe { &*core })),
        // SAFETY: see above.
        Entered::Worker(worker) => Some(Current::Worker(unsafe { &*worker })),
    })
}

/// Whether this thread is inside of a runtime.
pub(crate) fn is_entered() -> bool {
    with(|current| current.is_some())
}
