//! The inbox: where other threads put the tasks they wake, and the one word
//! through which they and the owner agree on sleeping.
//!
//! | the word  | says                                                        |
//! |-----------|-------------------------------------------------------------|
//! | null      | empty, and the owner is awake: it will look before it sleeps |
//! | `PARKED`  | empty, and the owner sleeps: who pushes must ring            |
//! | `CLOSED`  | the runtime is gone: nothing can be pushed any more          |
//! | a task    | the newest of a stack of tasks, linked through their headers |
//!
//! A lost wake-up needs two places, one that says "there is work" and one that
//! says "I sleep", and a moment between looking at the one and writing the
//! other. Here they are the same place: to sleep, the owner must exchange null
//! for `PARKED`, and cannot if a task came.
//!
//! The stack is Treiber's (IBM RJ 5118, 1986). Only whole stacks are taken, so
//! there is no ABA. The newest lies on top; [`InjectQueue::take`] turns it over.

use crate::{
    primitives::AtomicPtr,
    task::{Header, Task},
};
use std::{
    ptr::{self, NonNull},
    sync::atomic::Ordering::{AcqRel, Acquire, Relaxed},
};

const PARKED: *mut Header = ptr::without_provenance_mut(1);
const CLOSED: *mut Header = ptr::without_provenance_mut(2);
const _: () = assert!(
    align_of::<Header>() > 2,
    "no header may live where the marks are"
);

pub(crate) struct InjectQueue {
    top: AtomicPtr<Header>,
}

/// What the one who pushed owes.
#[must_use]
pub(crate) enum Pushed {
    /// The owner is awake and will come by.
    Quiet,
    /// The owner sleeps: ring.
    Ring,
    /// The runtime is gone; here is the task again.
    Closed(Task),
}

impl InjectQueue {
    pub(crate) fn new() -> Self {
        Self {
            top: AtomicPtr::new(ptr::null_mut()),
        }
    }

    pub(crate) fn push(&self, task: Task) -> Pushed {
        let task = task.into_raw();
        // Ordering: Relaxed; what it says is checked by the exchange.
        let mut top = self.top.load(Relaxed);
        loop {
            if top == CLOSED {
                // SAFETY: not pushed, so the reference is still ours.
                return Pushed::Closed(unsafe { Task::from_raw(task) });
            }
            let below = if top == PARKED { ptr::null_mut() } else { top };
            // SAFETY: a task is pushed by the one waker that turned it from
            // idle to scheduled, so until it is in, its link is ours.
            unsafe { task.as_ref().link.with_mut(|link| *link = below) };
            // Ordering: Release publishes the link. Acquire, on PARKED, orders
            // the ring after the owner's decision to sleep.
            match self
                .top
                .compare_exchange_weak(top, task.as_ptr(), AcqRel, Relaxed)
            {
                Ok(_) if top == PARKED => return Pushed::Ring,
                Ok(_) => return Pushed::Quiet,
                Err(now) => top = now,
            }
        }
    }

    /// Whether a task has come that was not taken yet. For whom it concerns:
    /// a glance, out of date as soon as it is taken.
    pub(crate) fn has_remote(&self) -> bool {
        // Ordering: Relaxed; nothing is done with what lies there.
        let top = self.top.load(Relaxed);
        !(top.is_null() || top == PARKED || top == CLOSED)
    }

    /// Hands over what has come, oldest first. The owner's.
    pub(crate) fn take(&self, to: impl FnMut(Task)) {
        // Ordering: Relaxed; a task seen late is seen at the next look, and
        // `park` does not pass one by.
        if self.top.load(Relaxed).is_null() {
            return;
        }
        // Ordering: Acquire takes the links; Release for who pushes next.
        let top = self.top.swap(ptr::null_mut(), AcqRel);
        debug_assert!(top != CLOSED, "only the owner closes, last");
        unpack(top, to);
    }

    // ANCHOR: park
    /// The owner is about to sleep. False if a task has come: it must not.
    #[must_use]
    pub(crate) fn park(&self) -> bool {
        // Ordering: AcqRel keeps the word one chain; timers have an agreement of
        // their own (`Timers::before_sleep`). Failure reads nothing that matters.
        self.top
            .compare_exchange(ptr::null_mut(), PARKED, AcqRel, Relaxed)
            .is_ok()
    }
    // ANCHOR_END: park

    /// The owner is awake again, for whatever reason.
    pub(crate) fn unpark(&self) {
        // Ordering: Acquire on failure: tasks have come and `take` follows.
        let _ = self
            .top
            .compare_exchange(PARKED, ptr::null_mut(), AcqRel, Acquire);
    }

    /// Hands over what has come, and refuses all that will. The owner's.
    pub(crate) fn close(&self, to: impl FnMut(Task)) {
        // Ordering: as in `take`.
        unpack(self.top.swap(CLOSED, AcqRel), to);
    }
}

impl Drop for InjectQueue {
    fn drop(&mut self) {
        self.close(drop);
    }
}

/// Hands the tasks of a stack over, oldest (lowest) first.
fn unpack(top: *mut Header, mut to: impl FnMut(Task)) {
    if top == PARKED || top == CLOSED {
        return;
    }
    let mut oldest = ptr::null_mut();
    let mut next = top;
    while let Some(task) = NonNull::new(next) {
        // SAFETY: the swap made the whole stack ours, links and references.
        unsafe {
            task.as_ref().link.with_mut(|link| {
                next = *link;
                *link = oldest;
            });
        }
        oldest = task.as_ptr();
    }
    while let Some(task) = NonNull::new(oldest) {
        // SAFETY: as above; read before the task is handed over.
        oldest = unsafe { task.as_ref().link.with(|link| *link) };
        // SAFETY: `push` made this of a reference that is now ours.
        to(unsafe { Task::from_raw(task) });
    }
}
