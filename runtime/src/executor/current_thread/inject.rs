//! The inject queue: the tasks that other threads wake or spawn, and the protocol of
//! parking.
//!
//! | the word `top` | meaning                                                              |
//! |----------------|----------------------------------------------------------------------|
//! | null           | empty, and the consumer is awake: it will look before it parks       |
//! | `PARKED`       | empty, and the consumer is parked: the thread that pushes unparks it |
//! | `CLOSED`       | the executor has ended: a push returns its task                      |
//! | a task         | the newest of a stack of tasks, linked through their headers         |
//!
//! ```text
//!              1 push                    1 push
//!      null ──────────▶ task ──────────▶ more tasks
//!       ▲ │  ▲            │                  │
//!       │ │  └────────────┴────── 2 take ────┘
//!     4 │ │ 3
//!       │ ▼           5 push, then unpark the consumer
//!     PARKED ───────────────▶ task
//!
//!     any ── 6 close ──▶ CLOSED
//! ```
//!
//! 1. [`InjectQueue::push`]: the consumer is awake.
//! 2. [`InjectQueue::take`]: the consumer takes the whole stack.
//! 3. [`InjectQueue::park`]: fails unless the word is null.
//! 4. [`InjectQueue::unpark`]: the consumer is awake again without a push.
//! 5. [`InjectQueue::push`] returns [`Pushed::Unpark`].
//! 6. [`InjectQueue::close`].
//!
//! With two words, "there is work" and "I am parked", a wake could be lost between
//! reading the one and writing the other. With one word, the consumer cannot park after a
//! push, because transition 3 fails.
//!
//! - **IQ1**: a task is pushed by the one thread that set SCHEDULED in its state word.
//!   Until the exchange publishes it, its `link` belongs to that thread.
//! - **IQ2**: each entry owns one reference. A swap of the word makes the whole stack the
//!   owner's, links and references.
//!
//! The stack is Treiber's (IBM RJ 5118, 1986). It has no ABA problem, because it is only
//! taken as a whole. The newest task is on top, so `take` reverses the stack.

use crate::{
    primitives::AtomicPtr,
    task::{Header, Task},
};
use std::{
    ptr::{self, NonNull},
    sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release},
};

const PARKED: *mut Header = ptr::without_provenance_mut(1);
const CLOSED: *mut Header = ptr::without_provenance_mut(2);
const _: () = assert!(
    align_of::<Header>() > 2,
    "a header's address is never equal to a mark"
);

pub(crate) struct InjectQueue {
    top: AtomicPtr<Header>,
}

/// The duty of the thread that pushed.
#[must_use]
pub(crate) enum Pushed {
    /// None: the consumer is awake and will take the task.
    ConsumerIsAwake,
    /// The consumer is parked: unpark it.
    Unpark,
    /// The executor has ended: cancel the task.
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
        // Relaxed: the exchange checks the value.
        let mut top = self.top.load(Relaxed);
        loop {
            if top == CLOSED {
                // SAFETY: the task was not pushed, so the reference is still ours.
                return Pushed::Closed(unsafe { Task::from_raw(task) });
            }
            let below = if top == PARKED { ptr::null_mut() } else { top };
            // SAFETY: IQ1.
            unsafe { task.as_ref().link.with_mut(|link| *link = below) };
            // Release pairs with the Acquire of the swaps in `take` and `close`: the
            // owner sees the link and all that the waking thread wrote. Acquire pairs
            // with the Release in `park`: the unpark comes after the decision to park.
            match self
                .top
                .compare_exchange_weak(top, task.as_ptr(), AcqRel, Relaxed)
            {
                Ok(_) if top == PARKED => return Pushed::Unpark,
                Ok(_) => return Pushed::ConsumerIsAwake,
                Err(now) => top = now,
            }
        }
    }

    /// Whether the queue holds a task. The metrics show this, and it may be out of date.
    pub(crate) fn has_tasks(&self) -> bool {
        // Relaxed: the metrics do not touch the tasks.
        let top = self.top.load(Relaxed);
        !(top.is_null() || top == PARKED || top == CLOSED)
    }

    /// Passes the tasks to `to`, oldest first. Only the consumer calls this.
    pub(crate) fn take(&self, to: impl FnMut(Task)) {
        // Relaxed: the next call sees a task that this load misses, and `park` fails
        // while there is one.
        if self.top.load(Relaxed).is_null() {
            return;
        }
        // Acquire pairs with the Release in `push`.
        let top = self.top.swap(ptr::null_mut(), Acquire);
        debug_assert!(top != CLOSED, "the consumer does not take after it closed");
        unpack(top, to);
    }

    // ANCHOR: park
    /// The consumer is about to park. False if a task has come: the consumer must not park.
    #[must_use]
    pub(crate) fn park(&self) -> bool {
        // Release pairs with the Acquire in `push`. Relaxed on failure: `take` follows
        // and acquires the tasks. Timers have a protocol of their own
        // (`Timers::before_park`).
        self.top
            .compare_exchange(ptr::null_mut(), PARKED, Release, Relaxed)
            .is_ok()
    }
    // ANCHOR_END: park

    /// The consumer is awake again.
    pub(crate) fn unpark(&self) {
        // Relaxed: on failure tasks have come, and `take` follows and acquires them. On
        // success the word says only that the consumer is awake.
        let _ = self
            .top
            .compare_exchange(PARKED, ptr::null_mut(), Relaxed, Relaxed);
    }

    /// Passes the tasks to `to`. From now on `push` returns its task. Only the consumer
    /// calls this.
    pub(crate) fn close(&self, to: impl FnMut(Task)) {
        // Acquire pairs with the Release in `push`.
        unpack(self.top.swap(CLOSED, Acquire), to);
    }
}

impl Drop for InjectQueue {
    fn drop(&mut self) {
        self.close(drop);
    }
}

/// Passes the tasks of a stack to `to`, from the lowest, which is the oldest.
fn unpack(top: *mut Header, mut to: impl FnMut(Task)) {
    if top == PARKED || top == CLOSED {
        return;
    }
    let mut oldest = ptr::null_mut();
    let mut next = top;
    while let Some(task) = NonNull::new(next) {
        // SAFETY: IQ2.
        unsafe {
            task.as_ref().link.with_mut(|link| {
                next = *link;
                *link = oldest;
            });
        }
        oldest = task.as_ptr();
    }
    while let Some(task) = NonNull::new(oldest) {
        // SAFETY: IQ2. The link is read before the task is given away.
        oldest = unsafe { task.as_ref().link.with(|link| *link) };
        // SAFETY: IQ2: this is the entry's reference.
        to(unsafe { Task::from_raw(task) });
    }
}
