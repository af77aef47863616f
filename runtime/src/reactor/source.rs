//! One event source: what it is ready for, and who waits.
//!
//! The readiness word holds eight flags and, above them, a tick that counts
//! the events that came. An operation that would block lowers the flags it
//! acted on only if the tick is still the one it saw: an event that arrived in
//! between stands. At one event a nanosecond the tick wraps after two years.

use super::flags::Flags;
use crate::primitives::{AtomicU64, Mutex, lock};
use slab::Slab;
use std::{
    io,
    sync::atomic::Ordering::{AcqRel, Acquire},
    task::{Context, Poll, Waker},
};

const FLAG_BITS: u32 = 8;

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

impl Direction {
    /// The flags that end a wait.
    fn mask(self) -> Flags {
        match self {
            Self::Read => Flags::READABLE | Flags::READ_CLOSED | Flags::SHUTDOWN,
            Self::Write => Flags::WRITABLE | Flags::WRITE_CLOSED | Flags::SHUTDOWN,
        }
    }
}

/// A look at the readiness word, to be handed back to [`Source::clear`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    flags: Flags,
    tick: u64,
}

impl Seen {
    fn unpack(word: u64) -> Self {
        Self {
            flags: Flags::from_bits(word),
            tick: word >> FLAG_BITS,
        }
    }

    /// Whether a transfer that moved some bytes, but fewer than it could have,
    /// has emptied or filled the kernel's buffer.
    pub(super) fn short_is_exhausted(self, direction: Direction) -> bool {
        // Where the selector is not truly edge-triggered (Windows), only
        // `WouldBlock` arms it again.
        cfg!(unix) && (direction == Direction::Write || !self.flags.contains(Flags::PIECEMEAL))
    }

    fn pack(self) -> u64 {
        self.tick << FLAG_BITS | self.flags.bits()
    }
}

/// A key of a waiter in the list; its owner gives it back by
/// [`Source::forget`].
pub(crate) type Ticket = usize;

#[derive(Default)]
struct Waiters {
    /// The one reader and the one writer of the poll-style functions.
    slots: [Option<Waker>; 2],
    /// Those of the async functions on `&self`, of which there can be many.
    /// A waiter's waker is gone when it was woken; the key is the waiter's
    /// until it gives it back.
    list: Slab<(Direction, Option<Waker>)>,
}

pub(crate) struct Source {
    readiness: AtomicU64,
    waiters: Mutex<Waiters>,
    /// What it is, for the inspector.
    kind: &'static str,
    /// Its addresses, once somebody has waited for it and is traced.
    #[cfg(feature = "trace")]
    name: crate::trace::Name,
}

impl Source {
    pub(crate) fn new(kind: &'static str, ready: Flags) -> Self {
        Self {
            readiness: AtomicU64::new(
                Seen {
                    flags: ready,
                    tick: 0,
                }
                .pack(),
            ),
            waiters: Mutex::new(Waiters::default()),
            kind,
            #[cfg(feature = "trace")]
            name: crate::trace::Name::new(),
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// What it is called, which is asked for until it is known.
    #[cfg(feature = "trace")]
    pub(crate) fn name(&self, ask: impl FnOnce() -> Option<String>) -> Option<std::sync::Arc<str>> {
        if self.name.get().is_none()
            && let Some(name) = ask()
        {
            let _ = self.name.set(name.into());
        }
        self.name.get().cloned()
    }

    pub(crate) fn flags(&self) -> Flags {
        self.seen().flags
    }

    /// What somebody waits for it to be ready for, for the inspector.
    pub(crate) fn interest(&self) -> Flags {
        let waiters = lock(&self.waiters);
        let waits = |direction: Direction| {
            let mut list = waiters.list.iter();
            waiters.slots[direction as usize].is_some()
                || list.any(|(_, (waits_for, waker))| *waits_for == direction && waker.is_some())
        };
        let mut interest = Flags::NONE;
        if waits(Direction::Read) {
            interest = interest | Flags::READABLE;
        }
        if waits(Direction::Write) {
            interest = interest | Flags::WRITABLE;
        }
        interest
    }

    fn seen(&self) -> Seen {
        // Ordering: Acquire pairs with `set`: who sees an event sees what the
        // reactor did before it.
        Seen::unpack(self.readiness.load(Acquire))
    }

    /// Whether it is ready for `direction`, as far as is known.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub(super) fn look(&self, direction: Direction) -> io::Result<Option<Seen>> {
        let seen = self.seen();
        if seen.flags.contains(Flags::SHUTDOWN) {
            return Err(shut_down());
        }
        Ok(seen.flags.intersects(direction.mask()).then_some(seen))
    }

    fn ready(&self, direction: Direction) -> Option<io::Result<Seen>> {
        self.look(direction).transpose()
    }

    /// An event came: raises flags and moves the wakers of those concerned
    /// into `wakers`. Waking them is the caller's, when it holds no lock.
    pub(crate) fn set(&self, flags: Flags, wakers: &mut Vec<Waker>) {
        // Ordering: Release shows the event to `seen`; Acquire keeps the word
        // one chain. It comes before the lock, which settles the race with a
        // waiter: either the waiter's look, under the lock, comes later and
        // finds the flags, or its waker is in place when we get the lock.
        let _ = self.readiness.fetch_update(AcqRel, Acquire, |word| {
            let Seen { flags: old, tick } = Seen::unpack(word);
            let tick = tick.wrapping_add(1);
            let flags = old | flags;
            Some(Seen { flags, tick }.pack())
        });
        let mut waiters = lock(&self.waiters);
        for direction in [Direction::Read, Direction::Write] {
            if flags.intersects(direction.mask()) {
                wakers.extend(waiters.slots[direction as usize].take());
                let concerned = waiters.list.iter_mut();
                let concerned = concerned.filter(|(_, (waits_for, _))| *waits_for == direction);
                wakers.extend(concerned.filter_map(|(_, (_, waker))| waker.take()));
            }
        }
    }

    /// What was seen has been used up. Closed ends stay closed.
    pub(crate) fn clear(&self, seen: Seen, direction: Direction) {
        let used_up = match direction {
            Direction::Read => Flags::READABLE,
            Direction::Write => Flags::WRITABLE,
        };
        self.lower(seen, used_up);
    }

    /// The kernel says, after what was seen, that an operation would block. Then
    /// it is at no end either: a socket that was shut down here says so for ever,
    /// and whoever believes the flags would ask it for ever.
    pub(crate) fn refused(&self, seen: Seen, direction: Direction) {
        self.lower(seen, direction.mask().without(Flags::SHUTDOWN));
    }

    /// Lowers flags, unless an event has come since `seen`.
    fn lower(&self, seen: Seen, stale: Flags) {
        // Ordering: AcqRel, as in `set`; nothing else is published.
        let _ = self.readiness.fetch_update(AcqRel, Acquire, |word| {
            let now = Seen::unpack(word);
            (now.tick == seen.tick).then(|| {
                let flags = now.flags.without(stale);
                Seen { flags, ..now }.pack()
            })
        });
    }

    /// Waits in the slot for `direction`: the last task to poll is the one
    /// that is woken.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub(crate) fn poll_ready(
        &self,
        context: &Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<Seen>> {
        if let Some(ready) = self.ready(direction) {
            return Poll::Ready(ready);
        }
        self.wait(context, direction, |waiters| {
            &mut waiters.slots[direction as usize]
        })
    }

    /// Waits in the list, under `ticket`, which is drawn at the first wait.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub(crate) fn poll_ready_listed(
        &self,
        context: &Context<'_>,
        direction: Direction,
        ticket: &mut Option<Ticket>,
    ) -> Poll<io::Result<Seen>> {
        if let Some(ready) = self.ready(direction) {
            return Poll::Ready(ready);
        }
        let ticket =
            *ticket.get_or_insert_with(|| lock(&self.waiters).list.insert((direction, None)));
        self.wait(context, direction, |waiters| &mut waiters.list[ticket].1)
    }

    fn wait(
        &self,
        context: &Context<'_>,
        direction: Direction,
        place: impl Fn(&mut Waiters) -> &mut Option<Waker>,
    ) -> Poll<io::Result<Seen>> {
        let mut waiters = lock(&self.waiters);
        let known = place(&mut waiters)
            .as_ref()
            .is_some_and(|old| old.will_wake(context.waker()));
        let mut old = None;
        if !known {
            // A waker's clone and drop are a stranger's code: not under the lock.
            drop(waiters);
            let waker = context.waker().clone();
            waiters = lock(&self.waiters);
            old = place(&mut waiters).replace(waker);
        }
        // The look that closes the race described in `set`.
        let ready = self.ready(direction);
        drop(waiters);
        drop(old);
        ready.map_or(Poll::Pending, Poll::Ready)
    }

    /// Gives a ticket back.
    pub(crate) fn forget(&self, ticket: Ticket) {
        let waiter = lock(&self.waiters).list.try_remove(ticket);
        drop(waiter);
    }
}

fn shut_down() -> io::Error {
    io::Error::other("the runtime that drives this has shut down")
}
