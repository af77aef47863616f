//! The list of woken members, and the wakers that fill it.
//!
//! Each member of a group has a [`MemberWaker`]. Wakers run on any thread, and the
//! task that polls the group empties the list.
//!
//! ```text
//!              1 wake                        3 begin_poll
//!  not queued ────────▶ queued, key in list ──────────────▶ not queued
//!       │                 │ 2 take_woken: key in batch
//!       │ 4 disarm        │ 4 disarm
//!       ▼                 ▼
//!      queued, although the member is gone: a later wake does nothing
//! ```
//!
//! | no. | function | who calls it |
//! |----:|----------|--------------|
//! | 1 | [`MemberWaker::wake`] | any thread |
//! | 2 | [`ReadyList::take_woken`] | the task that polls the group |
//! | 3 | [`MemberWaker::begin_poll`] | the same, before it polls the member |
//! | 4 | [`MemberWaker::disarm`] | the same, after it took the member out |
//!
//! A key can stay in the list or the batch after its member is gone or has been
//! polled. The group skips such a key.
//!
//! The lock is held for one push or one swap. Cloning, waking and dropping a waker
//! can run user code, so that happens outside the lock.

use crate::primitives::{AtomicUsize, Mutex, lock};
use std::{
    collections::VecDeque,
    mem,
    // `Waker::from` takes only the standard `Arc`, so this is not loom's.
    sync::{
        Arc,
        atomic::{
            Ordering::{Acquire, Relaxed, Release},
            fence,
        },
    },
    task::{Wake, Waker},
};

pub(crate) struct ReadyList(Mutex<WokenKeys>);

struct WokenKeys {
    /// The members that were woken since the last `take_woken`, in that order.
    keys: VecDeque<usize>,
    /// The waker for the next key.
    waiter: Option<Waker>,
}

impl ReadyList {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(WokenKeys {
            keys: VecDeque::new(),
            waiter: None,
        })))
    }

    fn push(&self, key: usize) {
        let mut woken = lock(&self.0);
        woken.keys.push_back(key);
        let waiter = woken.waiter.take();
        drop(woken);
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }

    /// Wakes the task that waits for the group, although no member was woken.
    pub(crate) fn wake_waiter(&self) {
        if let Some(waiter) = self.take_waiter() {
            waiter.wake();
        }
    }

    pub(super) fn take_waiter(&self) -> Option<Waker> {
        lock(&self.0).waiter.take()
    }

    /// Moves the keys to the end of the batch. From now on the next key wakes
    /// `waiter`. With `None`, the waiter of the last call stays.
    pub(super) fn take_woken(&self, batch: &mut VecDeque<usize>, waiter: Option<&Waker>) {
        let mut waiter = waiter.cloned();
        let mut woken = lock(&self.0);
        if batch.is_empty() {
            mem::swap(batch, &mut woken.keys);
        } else {
            batch.append(&mut woken.keys);
        }
        if waiter.is_some() {
            mem::swap(&mut waiter, &mut woken.waiter);
        }
        drop(woken);
        // `waiter` is the old one now. It is dropped here, outside the lock.
    }
}

/// The waker of one key of the group.
pub(super) struct MemberWaker {
    list: Arc<ReadyList>,
    key: usize,
    /// 1 while the key is in the list or the batch, and after `disarm`. Then a wake has
    /// nothing to do.
    queued: AtomicUsize,
}

impl MemberWaker {
    /// A waker whose key is in the batch already.
    pub(super) fn queued(list: &Arc<ReadyList>, key: usize) -> Arc<Self> {
        Arc::new(Self {
            list: Arc::clone(list),
            key,
            queued: AtomicUsize::new(1),
        })
    }

    /// Prepares a poll of the member. False if it was not woken since the last.
    #[must_use]
    pub(super) fn begin_poll(&self) -> bool {
        // Acquire pairs with the Release in `wake`: the poll sees what each waking
        // thread wrote. That includes the wakes that found 1, because a swap
        // continues the release sequences before it. `wake` needs nothing from this
        // thread, so Release is not needed.
        self.queued.swap(0, Acquire) != 0
    }

    /// The member is gone: makes later wakes do nothing.
    pub(super) fn disarm(&self) {
        // Relaxed: this plain store ends the release sequences of earlier wakes.
        // They were for the member that is gone, so no later poll needs them.
        self.queued.store(1, Relaxed);
    }

    /// Whether only the group has this waker, of which it has two references. Then
    /// it may serve the next member: `disarm` has been called, so `queued` is 1.
    pub(super) fn is_unshared(self: &Arc<Self>) -> bool {
        let is_unshared = Arc::strong_count(self) == 2;
        if is_unshared {
            // Pairs with the Release in the drop of the other references: a late
            // wake comes before the next member's `begin_poll`, and is not taken for
            // a wake of that member. No model can check this: `Waker::from` takes only
            // the standard `Arc`, and loom sees neither that counter nor this fence.
            fence(Acquire);
        }
        is_unshared
    }

    fn wake(&self) {
        // Release pairs with the Acquire in `begin_poll`: the next poll sees what
        // this thread wrote. The list has its own lock, so Acquire is not needed.
        if self.queued.swap(1, Release) == 0 {
            self.list.push(self.key);
        }
    }
}

impl Wake for MemberWaker {
    fn wake(self: Arc<Self>) {
        Self::wake(&self);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        Self::wake(self);
    }
}
