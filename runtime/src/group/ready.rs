//! The list of the members that were woken, and the bells that put them there.
//!
//! Here the wakers, on whatever threads, meet the one who polls the group. A
//! member has a bell, which is its waker:
//!
//! | a bell is | its key stands                  | who moves it on                         |
//! |-----------|---------------------------------|-----------------------------------------|
//! | silent    | nowhere                         | the first wake: rung                    |
//! | rung      | in the list, then in the batch  | the poller, before it polls: silent     |
//! | retired   | where it stood                  | nobody, till a new member takes it over |
//!
//! A retired bell is one that stays rung: its member is gone, so a late wake
//! finds nothing to do. Keys may stand where their bell has been silenced or
//! replaced since; the poller looks at the bell, and passes such a key by.
//!
//! The lock is held for one push or one swap. Wakers are strangers' code, and
//! are cloned, woken and dropped outside of it.

use crate::primitives::{AtomicU32, Mutex, lock};
use std::{
    collections::VecDeque,
    mem,
    // Not loom's, of which no `Waker` can be made.
    sync::{
        Arc,
        atomic::{
            AtomicU32 as Plain,
            Ordering::{AcqRel, Relaxed, Release},
        },
    },
    task::{Wake, Waker},
};

pub(crate) struct ReadyList(Mutex<Inner>);

struct Inner {
    /// Who has been woken since the last look, first come first.
    keys: VecDeque<usize>,
    /// Whom to wake for the next key.
    waiter: Option<Waker>,
}

impl ReadyList {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Inner {
            keys: VecDeque::new(),
            waiter: None,
        })))
    }

    fn push(&self, key: usize) {
        let mut inner = lock(&self.0);
        inner.keys.push_back(key);
        let waiter = inner.waiter.take();
        drop(inner);
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }

    /// Wakes who waits for the group, for another reason than a member.
    pub(crate) fn wake_waiter(&self) {
        let waiter = lock(&self.0).waiter.take();
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }

    /// Moves the keys to the end of the batch. From now on, whatever comes
    /// wakes the waiter; without one, whoever waited goes on waiting.
    pub(super) fn gather(&self, batch: &mut VecDeque<usize>, waiter: Option<&Waker>) {
        let mut waiter = waiter.cloned();
        let mut inner = lock(&self.0);
        if batch.is_empty() {
            mem::swap(batch, &mut inner.keys);
        } else {
            batch.append(&mut inner.keys);
        }
        if waiter.is_some() {
            mem::swap(&mut waiter, &mut inner.waiter);
        }
        drop(inner);
        // The old one, in `waiter` now, is dropped here, behind the lock.
    }
}

/// The waker of one place in the group.
pub(super) struct Bell {
    list: Arc<ReadyList>,
    key: usize,
    rung: AtomicU32,
    /// In which poll of the group the member was polled last. Only the poller
    /// reads and writes it.
    polled_in: Plain,
}

impl Bell {
    /// A bell that is rung, for a key that stands in the batch.
    pub(super) fn new(list: &Arc<ReadyList>, key: usize) -> Arc<Self> {
        Arc::new(Self {
            list: Arc::clone(list),
            key,
            rung: AtomicU32::new(1),
            polled_in: Plain::new(0),
        })
    }

    /// The member is about to be polled, in this poll of the group. False if it
    /// need not be.
    #[must_use]
    pub(super) fn silence(&self, poll: u32) -> bool {
        // Ordering: Relaxed, as in `was_polled_in`: one task has the group.
        self.polled_in.store(poll, Relaxed);
        // Ordering: Acquire takes what was done before each wake, also before
        // those that found the bell rung: they read and wrote the same chain.
        // Release is not needed for anything and keeps that chain whole.
        self.rung.swap(0, AcqRel) != 0
    }

    /// Whether the member has been polled in this poll of the group.
    pub(super) fn was_polled_in(&self, poll: u32) -> bool {
        self.polled_in.load(Relaxed) == poll
    }

    /// The member is gone.
    pub(super) fn retire(&self) {
        // Ordering: Release keeps the chain whole, should another member take
        // the bell over.
        self.rung.store(1, Release);
    }

    fn ring(&self) {
        // Ordering: Release hands what the waker's thread did to the poll that
        // follows, see `silence`.
        if self.rung.swap(1, AcqRel) == 0 {
            self.list.push(self.key);
        }
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}
