//! A count of permits, with a queue of those for whom it is too low.
//!
//! One word says how many permits are free, with two flags below:
//!
//! | `WAITING` | `CLOSED` | says                                                     |
//! |:---------:|:--------:|----------------------------------------------------------|
//! |     –     |     –    | nobody waits: acquiring and releasing is one exchange    |
//! |     ✓     |     –    | fewer are free than the first in the list wants: nobody  |
//! |           |          | passes it by; who releases must hand out, under the lock |
//! |     ✓     |     ✓    | it is being closed: those who wait are refused, batch by |
//! |           |          | batch                                                    |
//! |     –     |     ✓    | acquiring fails; releasing still counts                  |
//!
//! `WAITING` and `CLOSED` are written under the lock of the list alone, and
//! permits are taken without the lock only while both are unset. So whoever
//! has the lock and sees `WAITING` knows that the count can only grow.

use super::wait_list::{Locked, Queue, Wait, Waitable};
use crate::{budget, primitives::AtomicUsize, trace::Label};
use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    sync::atomic::Ordering::{AcqRel, Acquire, Relaxed},
    task::{Context, Poll, ready},
};

const WAITING: usize = 1;
const CLOSED: usize = 1 << 1;
const SHIFT: u32 = 2;
const ONE: usize = 1 << SHIFT;

pub(super) const MAX: usize = usize::MAX >> 3;
pub(super) const TOO_MANY: &str = "a semaphore has at most usize::MAX >> 3 permits";

pub(crate) struct Permits {
    word: AtomicUsize,
    queue: Queue<(), Wanted>,
}

/// What a waiter wants, and what it got.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    permits: usize,
    got: Result<(), Refused>,
}

/// Why there is no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Closed,
    /// Not enough are free, or somebody stands in the queue.
    Busy,
}

impl Permits {
    const_unless_loom! {
        /// # Panics
        /// If there are to be more than [`MAX`].
        #[track_caller]
        pub(crate) const fn new(permits: usize, made: Label) -> Self {
            assert!(permits <= MAX, "{}", TOO_MANY);
            Self {
                word: AtomicUsize::new(permits << SHIFT),
                queue: Queue::new((), made),
            }
        }
    }

    pub(crate) fn available(&self) -> usize {
        // Ordering: Acquire, so that who finds all permits back finds what
        // their holders did.
        self.word.load(Acquire) >> SHIFT
    }

    pub(crate) fn is_closed(&self) -> bool {
        // Ordering: Acquire, as in `available`.
        self.word.load(Acquire) & CLOSED != 0
    }

    pub(crate) fn try_acquire(&self, permits: usize) -> Result<(), Refused> {
        // Ordering: Acquire, here and where the exchange fails: who is refused
        // finds what was done before it was closed.
        let mut now = self.word.load(Acquire);
        loop {
            if now & CLOSED != 0 {
                return Err(Refused::Closed);
            }
            // To ask for none is to ask whether it is closed.
            if permits != 0 && (now & WAITING != 0 || now >> SHIFT < permits) {
                return Err(Refused::Busy);
            }
            // Ordering: Acquire takes what those did who released; Release
            // keeps the chain of the word whole.
            match self
                .word
                .compare_exchange_weak(now, now - permits * ONE, AcqRel, Acquire)
            {
                Ok(_) => return Ok(()),
                Err(changed) => now = changed,
            }
        }
    }

    /// Waits for its turn, and for so many permits to be free. They are released
    /// by whoever got them. `Err` is: closed.
    pub(crate) async fn acquire(&self, permits: usize) -> Result<(), Refused> {
        let mut got = Err(Refused::Busy);
        if !budget::is_spent() {
            // Most often that is all, and no place in the queue is to be made.
            got = self.try_acquire(permits);
        }
        if got == Err(Refused::Busy) {
            let wait = Wait::new(self, Wanted { permits, got });
            return Acquiring { wait, permits }.await;
        }
        budget::spend();
        got
    }

    /// # Panics
    /// If that makes more than [`MAX`].
    pub(crate) fn release(&self, permits: usize) {
        assert!(permits <= MAX, "{TOO_MANY}");
        // Ordering: Release hands what the holder did to who acquires next;
        // Acquire, for WAITING, orders the look at the list after this.
        let before = self.word.fetch_add(permits * ONE, AcqRel);
        if before >> SHIFT > MAX - permits {
            self.word.fetch_sub(permits * ONE, AcqRel);
            panic!("{TOO_MANY}");
        }
        if before & WAITING != 0 {
            self.hand_out(self.queue.lock());
        }
    }

    /// Takes up to `permits` of the free ones out of circulation, and says how
    /// many there were.
    pub(crate) fn forget(&self, permits: usize) -> usize {
        // With WAITING, the count only grows unless one has the lock.
        let _locked = self.queue.lock();
        let forget = |now: usize| permits.min(now >> SHIFT);
        // Ordering: Relaxed; nobody gets these, so nothing is handed over.
        // The chain of read-modify-writes stays whole.
        let before = self
            .word
            .fetch_update(Relaxed, Relaxed, |now| Some(now - forget(now) * ONE));
        before.map_or(0, forget)
    }

    /// From now on acquiring fails, for those who wait as well.
    pub(crate) fn close(&self) {
        let locked = self.queue.lock();
        // Ordering: Release shows what the closer did to who is refused.
        self.word.fetch_or(CLOSED, AcqRel);
        self.hand_out(locked);
    }

    /// Ends the waits of those whose turn it is.
    fn hand_out<'a>(&'a self, locked: Locked<'a, (), Wanted>) {
        self.queue.release(locked, |locked| {
            let Some(first) = locked.first() else {
                // Ordering: Release, as for every link of the word's chain.
                self.word.fetch_and(!WAITING, AcqRel);
                return None;
            };
            // Ordering: Acquire takes what the releasers did; the list's lock
            // hands it on to the waiter.
            let now = self.word.load(Acquire);
            let got = if now & CLOSED != 0 {
                Err(Refused::Closed)
            } else if now >> SHIFT < first.permits {
                return None;
            } else {
                // Enough since the look: with WAITING the count only grows.
                self.word.fetch_sub(first.permits * ONE, AcqRel);
                Ok(())
            };
            Some(locked.release_first(Wanted { got, ..first }))
        });
    }

    /// Under the lock, before somebody begins to wait: takes the permits after
    /// all, or raises WAITING so that who releases looks into the list.
    fn take_or_wait(&self, permits: usize) -> Option<Result<(), Refused>> {
        // Ordering: Relaxed; what it says is checked by the exchange, and it was
        // closed under this lock.
        let mut now = self.word.load(Relaxed);
        loop {
            let fits = now & WAITING == 0 && now >> SHIFT >= permits;
            let next = match now {
                _ if now & CLOSED != 0 => return Some(Err(Refused::Closed)),
                _ if fits => now - permits * ONE,
                _ => now | WAITING,
            };
            match self.word.compare_exchange_weak(now, next, AcqRel, Relaxed) {
                Ok(_) => return fits.then_some(Ok(())),
                Err(changed) => now = changed,
            }
        }
    }
}

impl Waitable for Permits {
    type State = ();
    type Note = Wanted;

    fn queue(&self) -> &Queue<(), Wanted> {
        &self.queue
    }

    fn left(&self, locked: Locked<'_, (), Wanted>, wanted: Wanted, _: bool) {
        if wanted.got.is_ok() {
            // Ordering: as in `release`.
            self.word.fetch_add(wanted.permits * ONE, AcqRel);
        }
        // Even if it had got nothing: who stood behind it may want less.
        self.hand_out(locked);
    }
}

pin_project! {
    /// The wait of [`Permits::acquire`].
    struct Acquiring<'a> {
        #[pin]
        wait: Wait<'a, Permits>,
        permits: usize,
    }
}

impl Future for Acquiring<'_> {
    type Output = Result<(), Refused>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(budget::poll_proceed(context));
        let this = self.project();
        let (permits, owner) = (*this.permits, this.wait.owner());
        let enter = |_: &mut Locked<'_, _, _>, wanted: &mut Wanted| {
            let taken = owner.take_or_wait(permits);
            wanted.got = taken.unwrap_or(wanted.got);
            taken.is_some()
        };
        let wanted = ready!(this.wait.poll(Some(context.waker()), enter));
        budget::spend();
        Poll::Ready(wanted.got)
    }
}
