//! The semaphore that the others are made of: a count of permits, with a queue of tasks
//! that wait for more of them than are free. The public semaphore, the locks, the bounded
//! channel and the once cell are made of it.
//!
//! One word holds the number of free permits and, below it, two flags:
//!
//! | `WAITING` | `CLOSED` | meaning                                                     |
//! |:---------:|:--------:|-------------------------------------------------------------|
//! |     –     |     –    | No task waits. Acquiring and releasing take one exchange.   |
//! |     ✓     |     –    | The first waiter wants more permits than are free. No other |
//! |           |          | task may overtake it. A release must hand permits out,      |
//! |           |          | under the lock.                                             |
//! |     ✓     |     ✓    | `close` is running. It refuses the waiters, batch by batch. |
//! |     –     |     ✓    | Acquiring fails. Releasing still counts.                    |
//!
//! The permits of a waiter, with the functions that move them:
//!
//! ```text
//!          1              2                3
//! holder ─────▶ free ─────────▶ waiter ─────────▶ holder
//!                 ▲               │
//!                 └────── 4 ──────┘
//! ```
//!
//! 1. [`RawSemaphore::release`].
//! 2. `hand_out`, under the lock: the first waiter is dequeued with `Ok`.
//! 3. `AcquireFuture::poll` sees it.
//! 4. [`Primitive::cancelled`]: the waiter was dropped before it saw them. (A waiter
//!    that is dropped without permits gives none back.)

use super::wait_list::{LockedList, Primitive, WaitList, Waiter};
use crate::{budget, primitives::AtomicUsize, taskdump::Resource};
use pin_project_lite::pin_project;
use std::{
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    sync::atomic::Ordering::{Acquire, Relaxed, Release},
    task::{Context, Poll, ready},
};

const WAITING: usize = 1;
const CLOSED: usize = 1 << 1;
const SHIFT: u32 = 2;
const ONE: usize = 1 << SHIFT;

pub(super) const MAX: usize = usize::MAX >> 3;
pub(super) const TOO_MANY: &str = "a semaphore has at most usize::MAX >> 3 permits";

/// A count of permits.
///
/// Invariants:
///
/// - **P1** `WAITING` is set while the list is not empty. `hand_out` clears it
///   once it finds the list empty. Only the lock's holder writes the two flags.
/// - **P2** Permits are taken without the lock only while both flags are unset.
///   So while a thread holds the lock and `WAITING` is set, no other thread makes
///   the count smaller.
/// - **P3** Every write to the word is a read-modify-write. A read-modify-write
///   continues the release sequence that it reads from, whatever its own
///   ordering is. So an Acquire load of the word synchronizes with *every*
///   Release that came before the value it reads: those of
///   [`release`](Self::release) and of [`close`](Self::close). Only these two
///   publish something, so only they need Release.
pub(crate) struct RawSemaphore {
    word: AtomicUsize,
    list: WaitList<(), Request>,
}

/// The request of a waiter and its answer. The answer is `NoPermits` until the
/// waiter is dequeued.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    permits: usize,
    answer: Result<(), TryAcquireError>,
}

/// The error of [`Semaphore::acquire`](super::Semaphore::acquire): the
/// semaphore has been closed.
#[derive(Debug, PartialEq, Eq)]
pub struct AcquireError(());

/// The error of [`Semaphore::try_acquire`](super::Semaphore::try_acquire).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryAcquireError {
    /// The semaphore has been closed.
    Closed,
    /// Too few permits are free, or other tasks wait for them.
    NoPermits,
}

/// [`RawSemaphore::acquire`], as an expression in an `async fn`. It makes a future
/// only if the task has to wait. A future for each acquisition, within that of
/// the caller, would cost an uncontended lock a third more instructions.
macro_rules! acquire {
    ($permits:expr, $count:expr) => {
        match $permits.acquire_at_once($count) {
            Some(answer) => answer,
            None => $permits.acquire_in_turn($count).await,
        }
    };
}
pub(super) use acquire;

impl RawSemaphore {
    const_unless_loom! {
        /// # Panics
        /// If `permits` is above [`MAX`].
        #[track_caller]
        pub(crate) const fn new(permits: usize, resource: Resource) -> Self {
            assert!(permits <= MAX, "{}", TOO_MANY);
            Self {
                word: AtomicUsize::new(permits << SHIFT),
                list: WaitList::new((), resource),
            }
        }
    }

    const_unless_loom! {
        /// No permits, and closed from the start.
        #[cfg_attr(feature = "taskdump", track_caller)]
        pub(crate) const fn new_closed(resource: Resource) -> Self {
            Self {
                word: AtomicUsize::new(CLOSED),
                list: WaitList::new((), resource),
            }
        }
    }

    pub(crate) fn available(&self) -> usize {
        // Ordering: Acquire pairs with the Release in `release`. A caller that
        // finds all permits free sees what their holders did.
        self.word.load(Acquire) >> SHIFT
    }

    pub(crate) fn is_closed(&self) -> bool {
        // Ordering: Acquire pairs with the Release in `close`.
        self.word.load(Acquire) & CLOSED != 0
    }

    #[inline]
    pub(crate) fn try_acquire(&self, permits: usize) -> Result<(), TryAcquireError> {
        // Ordering: Acquire, here and on failure, pairs with the Release in
        // `close`: a caller that is refused sees what was done before.
        let mut now = self.word.load(Acquire);
        loop {
            if now & CLOSED != 0 {
                return Err(TryAcquireError::Closed);
            }
            // Asking for no permit only asks whether it is closed.
            if permits != 0 && (now & WAITING != 0 || now >> SHIFT < permits) {
                return Err(TryAcquireError::NoPermits);
            }
            // Ordering: Acquire pairs with the Release in `release`, so the new
            // holder sees what the earlier ones did. It publishes nothing (P3).
            match self
                .word
                .compare_exchange_weak(now, now - permits * ONE, Acquire, Acquire)
            {
                Ok(_) => return Ok(()),
                Err(changed) => now = changed,
            }
        }
    }

    /// [`acquire!`] as a future. The models use it.
    #[cfg(all(test, loom))]
    pub(crate) async fn acquire(&self, permits: usize) -> Result<(), AcquireError> {
        acquire!(self, permits)
    }

    /// The usual case of [`acquire!`]: there is no need to wait. Otherwise it
    /// returns `None`, and [`acquire_in_turn`](Self::acquire_in_turn) is next.
    #[inline]
    pub(super) fn acquire_at_once(&self, permits: usize) -> Option<Result<(), AcquireError>> {
        if budget::is_spent() {
            return None;
        }
        let answer = match self.try_acquire(permits) {
            Err(TryAcquireError::NoPermits) => return None,
            Err(TryAcquireError::Closed) => Err(AcquireError(())),
            Ok(()) => Ok(()),
        };
        budget::spend();
        Some(answer)
    }

    /// Waits behind the tasks that came before.
    pub(super) fn acquire_in_turn(&self, permits: usize) -> AcquireFuture<'_> {
        let answer = Err(TryAcquireError::NoPermits);
        AcquireFuture {
            waiter: Waiter::new(self, Request { permits, answer }),
            permits,
            answer: None,
        }
    }

    // ANCHOR: release
    /// # Panics
    /// If that makes more than [`MAX`].
    #[track_caller]
    pub(crate) fn release(&self, permits: usize) {
        assert!(permits <= MAX, "{TOO_MANY}");
        // Ordering: Release pairs with the Acquire of the functions that take or
        // count these permits: `try_acquire`, `take_or_wait`, `hand_out` and
        // `available`. Seeing `WAITING` needs no Acquire, because the lock
        // orders the hand-out.
        let before = self.word.fetch_add(permits * ONE, Release);
        if before >> SHIFT > MAX - permits {
            self.word.fetch_sub(permits * ONE, Relaxed);
            panic!("{TOO_MANY}");
        }
        if before & WAITING != 0 {
            self.hand_out(self.list.lock());
        }
    }
    // ANCHOR_END: release

    /// Removes up to `permits` free permits for good. Returns how many it
    /// removed.
    pub(crate) fn forget(&self, permits: usize) -> usize {
        // P2: `hand_out` reads the number of free permits and subtracts later. Without
        // the lock, the permits could be forgotten in between.
        let _locked = self.list.lock();
        let forgotten = |now: usize| permits.min(now >> SHIFT);
        // Ordering: Relaxed, because no task gets these permits.
        let before = self
            .word
            .fetch_update(Relaxed, Relaxed, |now| Some(now - forgotten(now) * ONE));
        before.map_or(0, forgotten)
    }

    /// Makes acquiring fail from now on, also for the tasks that wait.
    pub(crate) fn close(&self) {
        let locked = self.list.lock();
        // Ordering: Release pairs with the Acquire in `is_closed` and
        // `try_acquire`.
        self.word.fetch_or(CLOSED, Release);
        self.hand_out(locked);
    }

    /// Dequeues the waiters whose turn it is, and wakes them.
    fn hand_out<'a>(&'a self, locked: LockedList<'a, (), Request>) {
        self.list.dequeue_and_wake(locked, |locked| {
            let Some(first) = locked.first() else {
                // Ordering: Relaxed. It publishes nothing, and the lock orders it
                // with the next write of the flag (P1).
                self.word.fetch_and(!WAITING, Relaxed);
                return None;
            };
            // Ordering: Acquire pairs with the Release in `release` and
            // `close`. The list's lock passes that on to the waiter.
            let now = self.word.load(Acquire);
            let answer = if now & CLOSED != 0 {
                Err(TryAcquireError::Closed)
            } else if now >> SHIFT < first.permits {
                return None;
            } else {
                // P2: the permits that the load above saw are still free. Ordering:
                // Relaxed, because that load has acquired the releases that freed them.
                self.word.fetch_sub(first.permits * ONE, Relaxed);
                Ok(())
            };
            Some(locked.dequeue_first(Request { answer, ..first }))
        });
    }

    /// Takes the permits, or sets `WAITING` so that the next release looks at
    /// the list. The caller holds the lock and is about to join the list.
    fn take_or_wait(&self, permits: usize) -> Option<Result<(), TryAcquireError>> {
        // Ordering: Relaxed. The exchange checks the value, and the lock orders
        // this after a `close`.
        let mut now = self.word.load(Relaxed);
        loop {
            let enough = now & WAITING == 0 && now >> SHIFT >= permits;
            let next = match now {
                _ if now & CLOSED != 0 => return Some(Err(TryAcquireError::Closed)),
                _ if enough => now - permits * ONE,
                _ => now | WAITING,
            };
            // Ordering: Acquire pairs with the Release in `release`.
            match self.word.compare_exchange_weak(now, next, Acquire, Relaxed) {
                Ok(_) => return enough.then_some(Ok(())),
                Err(changed) => now = changed,
            }
        }
    }
}

// SAFETY: WL5: the list is a field.
unsafe impl Primitive for RawSemaphore {
    type State = ();
    type Data = Request;

    fn wait_list(&self) -> &WaitList<(), Request> {
        &self.list
    }

    fn cancelled(&self, locked: LockedList<'_, (), Request>, request: Request) {
        if request.answer.is_ok() {
            // Ordering: Relaxed. The waiter has done nothing with the permits,
            // and what their earlier holders did is still published (P3).
            self.word.fetch_add(request.permits * ONE, Relaxed);
        }
        // Even if this waiter had got no permits, the next one may want fewer, and
        // there may be enough for it.
        self.hand_out(locked);
    }
}

pin_project! {
    /// The wait of [`RawSemaphore::acquire_in_turn`].
    pub(super) struct AcquireFuture<'a> {
        #[pin]
        waiter: Waiter<&'a RawSemaphore>,
        permits: usize,
        // The answer, while the task has no budget to go on with it.
        answer: Option<Result<(), TryAcquireError>>,
    }

    impl PinnedDrop for AcquireFuture<'_> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(Ok(())) = *this.answer {
                this.waiter.handle().release(*this.permits);
            }
        }
    }
}

impl Future for AcquireFuture<'_> {
    type Output = Result<(), AcquireError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let wanted = *this.permits;
        let condition =
            |semaphore: &RawSemaphore, _: &mut LockedList<'_, _, _>, request: &mut Request| {
                let taken = semaphore.take_or_wait(wanted);
                request.answer = taken.unwrap_or(request.answer);
                taken.is_some()
            };
        // A task without budget joins the queue all the same, so it keeps its
        // turn. If it gets permits at once, it holds them until its next poll.
        let answer = match this.answer {
            Some(answer) => *answer,
            None => ready!(this.waiter.poll(Some(context.waker()), condition)).answer,
        };
        *this.answer = Some(answer);
        ready!(budget::poll_proceed(context));
        budget::spend();
        *this.answer = None;
        Poll::Ready(answer.map_err(|_| AcquireError(())))
    }
}

impl fmt::Display for AcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the semaphore is closed")
    }
}

impl Error for AcquireError {}

impl fmt::Display for TryAcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the semaphore is closed",
            Self::NoPermits => "no permits are available",
        })
    }
}

impl Error for TryAcquireError {}
