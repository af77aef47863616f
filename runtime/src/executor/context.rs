//! Which executor this thread is running, if any.

use super::{current_thread::Core, multi_thread::Worker};
use crate::{primitives::per_thread, runtime::Handle};
use std::cell::Cell;

/// An executor, seen from its own thread.
#[derive(Clone, Copy)]
pub(crate) enum Current<'a> {
    Local(&'a Core),
    Worker(&'a Worker),
    /// In a poll of a pool's task, on a thread that has given its worker away.
    Detached(&'a Handle),
    /// On a thread that does not run its tasks just now: one that holds a handle,
    /// one of the blocking pool, or a poll that was let in by a handle.
    Guest(&'a Handle),
}

impl<'a> Current<'a> {
    pub(crate) fn handle(self) -> &'a Handle {
        match self {
            Self::Local(core) => core.handle(),
            Self::Worker(worker) => worker.handle(),
            Self::Detached(handle) | Self::Guest(handle) => handle,
        }
    }
}

#[derive(Clone, Copy)]
enum Entered {
    Nothing,
    Local(*const Core),
    Worker(*const Worker),
    Detached(*const Handle),
    Guest(*const Handle),
    /// Let in from inside of a runtime. (A flag beside the pointer would have
    /// this copied in overlapping pieces, which costs each `block_on` 11 ns.)
    GuestInside(*const Handle),
}

per_thread! {
    static ENTERED: Cell<Entered> = const { Cell::new(Entered::Nothing) };
    static VISITING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `code` inside of an executor: what is spawned, slept and opened
/// belongs to it meanwhile.
pub(crate) fn enter<R>(current: Current<'_>, code: impl FnOnce() -> R) -> R {
    enter_as(current, false, code)
}

/// As [`enter`], by who does not run the executor's tasks meanwhile: the poll
/// that it may be in is another's.
pub(crate) fn visit<R>(current: Current<'_>, code: impl FnOnce() -> R) -> R {
    enter_as(current, true, code)
}

/// Whether the executor that this thread is inside of is not run by it.
pub(crate) fn is_visiting() -> bool {
    VISITING.get()
}

fn enter_as<R>(current: Current<'_>, visiting: bool, code: impl FnOnce() -> R) -> R {
    struct Restore(Entered, bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            ENTERED.set(self.0);
            VISITING.set(self.1);
        }
    }
    let entered = match current {
        Current::Local(core) => Entered::Local(core),
        Current::Worker(worker) => Entered::Worker(worker),
        Current::Detached(handle) => Entered::Detached(handle),
        Current::Guest(handle) if is_entered() => Entered::GuestInside(handle),
        Current::Guest(handle) => Entered::Guest(handle),
    };
    let _restore = Restore(ENTERED.replace(entered), VISITING.replace(visiting));
    code()
}

/// Hands the executor that this thread is inside of to `code`.
pub(crate) fn with<R>(code: impl FnOnce(Option<Current<'_>>) -> R) -> R {
    // While a thread ends, its tasks are gone and so is its executor.
    let entered = ENTERED.try_with(Cell::get).unwrap_or(Entered::Nothing);
    // SAFETY, of all: `enter` borrows the executor until it has put the old
    // value back, and `code` runs inside of that: it gets a shorter borrow. A
    // handle is that of the executor.
    code(match entered {
        Entered::Nothing => None,
        // SAFETY: see above.
        Entered::Local(core) => Some(Current::Local(unsafe { &*core })),
        // SAFETY: see above.
        Entered::Worker(worker) => Some(Current::Worker(unsafe { &*worker })),
        // SAFETY: see above.
        Entered::Detached(handle) => Some(Current::Detached(unsafe { &*handle })),
        Entered::Guest(handle) | Entered::GuestInside(handle) => {
            // SAFETY: see above.
            Some(Current::Guest(unsafe { &*handle }))
        }
    })
}

/// Whether this thread is inside of a runtime, which it must not block. Adrift,
/// it may; and as a guest, unless it was let in from inside of a runtime.
pub(crate) fn is_entered() -> bool {
    match ENTERED.try_with(Cell::get) {
        Ok(Entered::Local(_) | Entered::Worker(_) | Entered::GuestInside(_)) => true,
        Ok(Entered::Nothing | Entered::Detached(_) | Entered::Guest(_)) | Err(_) => false,
    }
}

/// The worker that this thread is inside of is not its own any more.
pub(crate) fn detach(worker: &Worker) {
    debug_assert!(matches!(ENTERED.get(), Entered::Worker(here) if std::ptr::eq(here, worker)));
    ENTERED.set(Entered::Detached(worker.handle()));
}

/// It is its own again.
pub(crate) fn reattach(worker: &Worker) {
    debug_assert!(is_detached());
    ENTERED.set(Entered::Worker(worker));
}

/// Whether this thread has given its worker away in the poll that it is in.
pub(crate) fn is_detached() -> bool {
    matches!(ENTERED.get(), Entered::Detached(_))
}
