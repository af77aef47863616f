//! A waker that uses the object under test each time its code runs.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{RawWaker, RawWakerVTable, Waker};

type Action = Box<dyn Fn()>;

thread_local! {
    /// What the waker does.
    static ACTION: RefCell<Option<Action>> = const { RefCell::new(None) };
    /// When the action has panicked.
    static FAILED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

static TABLE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        run("cloned");
        RawWaker::new(data, &TABLE)
    },
    |_| run("woken"),
    |_| run("woken"),
    |_| run("dropped"),
);

/// A waker that runs `action` when it is cloned, woken or dropped. Each thread has only
/// one action.
pub fn waker(action: impl Fn() + 'static) -> Waker {
    ACTION.set(Some(Box::new(action)));
    // SAFETY: the functions of the table never use the pointer.
    unsafe { Waker::new(std::ptr::null(), &TABLE) }
}

/// Fails the test if the action has panicked, because `object` was borrowed.
#[track_caller]
pub fn check(object: &str) {
    let failed = FAILED.take().join(" and ");
    assert!(
        failed.is_empty(),
        "{object} was borrowed while a waker was {failed}, so the waker could not use it"
    );
}

/// Runs the action. While it runs, it is taken out, so it may clone and drop this waker.
fn run(moment: &'static str) {
    // At the end of a thread, the action may be gone.
    let Ok(Some(action)) = ACTION.try_with(RefCell::take) else { return };
    if catch_unwind(AssertUnwindSafe(&action)).is_err() {
        FAILED.with_borrow_mut(|failed| failed.push(moment));
    }
    ACTION.set(Some(action));
}
