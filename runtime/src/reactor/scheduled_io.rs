//! The readiness of one registered object, and the tasks that wait for it.
//!
//! The readiness word holds eight flags and, above them, a tick: the number of
//! events so far. A task that gets `WouldBlock` clears the flags it acted on
//! only if the tick has not changed since it read the word. So it never clears
//! an event that it has not seen. At one event per nanosecond, the tick wraps
//! after two years.
//!
//! | step | who | function |
//! |---|---|---|
//! | 1. read the word; if it is ready, try the operation | the task | `ScheduledIo::check_ready` |
//! | 2. on `WouldBlock`, clear the flags of that event | the task | `ScheduledIo::clear_would_block` |
//! | 3. store a waker under the lock, then read the word again | the task | `ScheduledIo::wait` |
//! | 4. set the flags, then take the wakers under the lock | the reactor | `ScheduledIo::set_ready` |
//!
//! Steps 3 and 4 cannot miss each other. If the task locks first, the reactor
//! finds its waker. If the reactor locks first, the task's second read comes
//! after the reactor's unlock and sees the flags.

use super::{Interest, ready::Ready};
use crate::primitives::{AtomicU64, Mutex, lock};
use slab::Slab;
use std::{
    io,
    sync::atomic::Ordering::{Acquire, Relaxed, Release},
    task::{Context, Poll, Waker},
};

const FLAG_BITS: u32 = 8;

/// The direction of a poll-style operation. Each has one waker slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

impl Direction {
    pub(crate) fn interest(self) -> Interest {
        match self {
            Self::Read => Interest::READABLE,
            Self::Write => Interest::WRITABLE,
        }
    }
}

/// The readiness word as a task has read it. The task hands it back to clear
/// its flags.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadyEvent {
    pub(crate) ready: Ready,
    tick: u64,
}

impl ReadyEvent {
    fn unpack(word: u64) -> Self {
        Self {
            ready: Ready::from_bits(word),
            tick: word >> FLAG_BITS,
        }
    }

    fn pack(self) -> u64 {
        self.tick << FLAG_BITS | self.ready.bits()
    }

    /// Whether a short transfer proves that the kernel's buffer is empty, or full after
    /// a write. Then the next try would return `WouldBlock`. A transfer is short if it
    /// moved some bytes, but fewer than it asked for.
    pub(super) fn short_transfer_is_last(self, direction: Direction) -> bool {
        // mio on Windows reports the next event only after `WouldBlock`.
        cfg!(unix)
            && (direction == Direction::Write
                || !self.ready.contains(Ready::SHORT_READ_MAY_LEAVE_DATA))
    }
}

/// A waiter's key in the list. Its owner returns it with
/// [`ScheduledIo::remove_waiter`].
pub(crate) type WaiterKey = usize;

#[derive(Default)]
struct Waiters {
    /// One reader and one writer: the poll-style functions wait here.
    slots: [Option<Waker>; 2],
    /// Any number of waiters: the async functions wait here. A waiter that was
    /// woken has no waker, but it keeps its key.
    list: Slab<Waiter>,
}

struct Waiter {
    interest: Interest,
    waker: Option<Waker>,
}

pub(crate) struct ScheduledIo {
    readiness: AtomicU64,
    waiters: Mutex<Waiters>,
    /// The kind of object, which the inspector shows.
    kind: &'static str,
    /// Its addresses, filled in when a task of a runtime with task dumps waits for it.
    #[cfg(feature = "taskdump")]
    name: crate::taskdump::Name,
}

/// One moment of a `ScheduledIo`. The inspector shows it.
pub(crate) struct ScheduledIoState {
    /// The index in the reactor's slab.
    pub(crate) index: usize,
    pub(crate) kind: &'static str,
    /// What tasks wait for.
    pub(crate) interest: Ready,
    /// What the object is ready for.
    pub(crate) readiness: Ready,
}

impl ScheduledIo {
    pub(crate) fn new(kind: &'static str, ready: Ready) -> Self {
        let initial = ReadyEvent { ready, tick: 0 };
        Self {
            readiness: AtomicU64::new(initial.pack()),
            waiters: Mutex::new(Waiters::default()),
            kind,
            #[cfg(feature = "taskdump")]
            name: crate::taskdump::Name::new(),
        }
    }

    #[cfg(feature = "taskdump")]
    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// The object's name. `ask` is called until it returns one.
    #[cfg(feature = "taskdump")]
    pub(crate) fn name(&self, ask: impl FnOnce() -> Option<String>) -> Option<std::sync::Arc<str>> {
        if self.name.get().is_none()
            && let Some(name) = ask()
        {
            let _ = self.name.set(name.into());
        }
        self.name.get().cloned()
    }

    pub(super) fn state(&self, index: usize) -> ScheduledIoState {
        ScheduledIoState {
            index,
            kind: self.kind,
            interest: self.interest(),
            readiness: self.event().ready,
        }
    }

    fn interest(&self) -> Ready {
        let waiters = lock(&self.waiters);
        let waits = |direction: Direction| {
            let mut list = waiters.list.iter();
            waiters.slots[direction as usize].is_some()
                || list.any(|(_, waiter)| {
                    let mask = direction.interest().mask();
                    waiter.waker.is_some() && waiter.interest.mask().intersects(mask)
                })
        };
        let mut interest = Ready::EMPTY;
        if waits(Direction::Read) {
            interest |= Ready::READABLE;
        }
        if waits(Direction::Write) {
            interest |= Ready::WRITABLE;
        }
        interest
    }

    fn event(&self) -> ReadyEvent {
        // Ordering: Acquire pairs with the Release in `set_ready`. A task that
        // sees an event also sees what happened before the event.
        ReadyEvent::unpack(self.readiness.load(Acquire))
    }

    /// Checks the word: an event if the object is ready for `interest`.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub(super) fn check_ready(&self, interest: Interest) -> io::Result<Option<ReadyEvent>> {
        let event = self.event();
        if event.ready.contains(Ready::SHUTDOWN) {
            return Err(shut_down());
        }
        Ok(event.ready.intersects(interest.mask()).then_some(event))
    }

    /// Sets flags, and moves the wakers of the tasks concerned into `wakers`.
    /// The caller wakes them when it holds no lock.
    pub(crate) fn set_ready(&self, ready: Ready, wakers: &mut Vec<Waker>) {
        // Ordering: Release pairs with the Acquire in `event`. Every write to
        // the word is a read-modify-write, so later ones continue this release
        // sequence whatever their own ordering is.
        let set = |word| {
            let old = ReadyEvent::unpack(word);
            let event = ReadyEvent {
                ready: old.ready | ready,
                tick: old.tick.wrapping_add(1),
            };
            Some(event.pack())
        };
        let _ = self.readiness.fetch_update(Release, Relaxed, set);
        let concerns = |interest: Interest| ready.intersects(interest.mask() | Ready::SHUTDOWN);
        let mut waiters = lock(&self.waiters);
        for direction in [Direction::Read, Direction::Write] {
            if concerns(direction.interest()) {
                wakers.extend(waiters.slots[direction as usize].take());
            }
        }
        for (_, waiter) in &mut waiters.list {
            if concerns(waiter.interest) {
                wakers.extend(waiter.waker.take());
            }
        }
    }

    /// The operation has used up the event: clears those of its flags that are in
    /// `ready`. The flags of a closed end stay, because the kernel reports the end only
    /// once, and a later read or write still has to find it.
    pub(crate) fn clear(&self, event: ReadyEvent, ready: Ready) {
        self.clear_ready(event, ready - Ready::READ_CLOSED - Ready::WRITE_CLOSED);
    }

    /// The kernel has returned `WouldBlock` after `event`. That also clears the
    /// flags of closed ends: a socket that was shut down on this side reports
    /// them for ever, and the task would try again for ever.
    pub(crate) fn clear_would_block(&self, event: ReadyEvent, interest: Interest) {
        self.clear_ready(event, interest.mask());
    }

    // ANCHOR: clear_ready
    /// Clears flags, unless another event has come since `event`.
    fn clear_ready(&self, event: ReadyEvent, stale: Ready) {
        // `ALL` leaves out `SHUTDOWN` and `SHORT_READ_MAY_LEAVE_DATA`, which are never
        // cleared.
        let stale = stale & Ready::ALL;
        // Ordering: Relaxed. This publishes nothing, and as a
        // read-modify-write it continues the release sequence of `set_ready`.
        let _ = self.readiness.fetch_update(Relaxed, Relaxed, |word| {
            let now = ReadyEvent::unpack(word);
            (now.tick == event.tick).then(|| {
                let ready = now.ready - stale;
                ReadyEvent { ready, ..now }.pack()
            })
        });
    }
    // ANCHOR_END: clear_ready

    /// Waits in the slot for `direction`. If several tasks poll, only the last
    /// one is woken.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub(crate) fn poll_ready(
        &self,
        context: &Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<ReadyEvent>> {
        let interest = direction.interest();
        if let Some(ready) = self.check_ready(interest).transpose() {
            return Poll::Ready(ready);
        }
        self.wait(context, interest, |waiters| {
            &mut waiters.slots[direction as usize]
        })
    }

    /// Waits in the list, under `key`. The first wait assigns the key.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub(crate) fn poll_ready_listed(
        &self,
        context: &Context<'_>,
        interest: Interest,
        key: &mut Option<WaiterKey>,
    ) -> Poll<io::Result<ReadyEvent>> {
        if let Some(ready) = self.check_ready(interest).transpose() {
            return Poll::Ready(ready);
        }
        let waiter = Waiter {
            interest,
            waker: None,
        };
        let key = *key.get_or_insert_with(|| lock(&self.waiters).list.insert(waiter));
        self.wait(context, interest, |waiters| &mut waiters.list[key].waker)
    }

    fn wait(
        &self,
        context: &Context<'_>,
        interest: Interest,
        slot: impl Fn(&mut Waiters) -> &mut Option<Waker>,
    ) -> Poll<io::Result<ReadyEvent>> {
        let mut waiters = lock(&self.waiters);
        let known = slot(&mut waiters)
            .as_ref()
            .is_some_and(|old| old.will_wake(context.waker()));
        let mut old = None;
        if !known {
            // Cloning and dropping a waker is user code, so release the lock.
            drop(waiters);
            let waker = context.waker().clone();
            waiters = lock(&self.waiters);
            old = slot(&mut waiters).replace(waker);
        }
        // The second read, which closes the race with `set_ready`.
        let ready = self.check_ready(interest).transpose();
        drop(waiters);
        drop(old);
        ready.map_or(Poll::Pending, Poll::Ready)
    }

    /// Removes a waiter from the list.
    pub(crate) fn remove_waiter(&self, key: WaiterKey) {
        let waiter = lock(&self.waiters).list.try_remove(key);
        drop(waiter);
    }
}

fn shut_down() -> io::Error {
    io::Error::other("the runtime that drives this I/O object has shut down")
}
