//! [`Notify`]: a wake without a message.

use super::wait_list::{Locked, Queue, Released, Wait, Waitable};
use crate::{budget, primitives::AtomicU64, trace::Label};
use pin_project_lite::pin_project;
use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::atomic::Ordering::{Acquire, Release},
    task::{Context, Poll, Waker, ready},
};

/// Wakes tasks that wait for it: one, or all.
///
/// [`notify_one`](Self::notify_one) wakes the task that has waited longest. If
/// none waits it leaves one permit, with which the next
/// [`notified`](Self::notified) is ready at once; a second call leaves no
/// second permit. [`notify_waiters`](Self::notify_waiters) wakes all that wait
/// and leaves nothing.
///
/// A notification is a hint to look again. Who waits for a condition, looks
/// between making the future and awaiting it, and loses nothing:
///
/// ```
/// use std::{cell::Cell, rc::Rc};
/// use wakeful::sync::Notify;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let shared = Rc::new((Cell::new(0), Notify::new()));
///     let (count, changed) = &*shared;
///     let other = Rc::clone(&shared);
///     let counter = wakeful::spawn_local(async move {
///         for _ in 0..3 {
///             other.0.set(other.0.get() + 1);
///             other.1.notify_waiters();
///             wakeful::task::yield_now().await;
///         }
///     });
///     loop {
///         let notified = changed.notified();
///         if count.get() == 3 {
///             break;
///         }
///         notified.await;
///     }
///     counter.await
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Notify {
    /// How often `notify_waiters` was called. A waiter that is older than the
    /// last call is notified, whether or not the list has come to it yet.
    /// Written under the lock.
    calls: AtomicU64,
    queue: Queue<Permit, Note>,
}

/// Whether the next to come need not wait. Never while somebody waits.
pub(crate) struct Permit(bool);

#[derive(Clone, Copy)]
pub(crate) struct Note {
    /// How many calls there had been when this waiter was made.
    born: u64,
    /// Has `notify_one`'s word, and so must not let it be lost.
    chosen: bool,
}

impl Notify {
    const_unless_loom! {
        /// Nobody waits, and there is no permit. It can be a `static`.
        #[cfg_attr(feature = "trace", track_caller)]
        pub const fn new() -> Self {
            Self::called(Label::new("Notify"))
        }
    }

    const_unless_loom! {
        /// A part of something larger.
        pub(crate) const fn called(made: Label) -> Self {
            Self {
                calls: AtomicU64::new(0),
                queue: Queue::new(Permit(false), made),
            }
        }
    }

    const_unless_loom! {
        /// The same as [`new`](Self::new), by tokio's name.
        #[cfg_attr(feature = "trace", track_caller)]
        pub const fn const_new() -> Self {
            Self::new()
        }
    }

    /// Waits for a notification: a permit, a [`notify_one`](Self::notify_one)
    /// for which its turn has come, or any
    /// [`notify_waiters`](Self::notify_waiters) after this call, even one
    /// before the first poll.
    ///
    /// # Cancel safety
    /// Dropped, it gives its place up; had `notify_one` chosen it, another is
    /// chosen in its place.
    pub fn notified(&self) -> Notified<'_> {
        let born = self.calls();
        let chosen = false;
        Notified {
            wait: Wait::new(self, Note { born, chosen }),
            born,
            done: false,
        }
    }

    /// Wakes who has waited longest, or leaves a permit for the next to come.
    /// Constant time.
    pub fn notify_one(&self) {
        self.notify_one_with(self.queue.lock());
    }

    /// Wakes all that wait, oldest first, and leaves no permit.
    pub fn notify_waiters(&self) {
        let locked = self.queue.lock();
        // Ordering: Release shows what the notifier did to those who see the
        // new count without the lock. Only the lock's holder writes.
        self.calls.store(self.calls() + 1, Release);
        self.queue
            .release(locked, |locked| self.release_older(locked));
    }

    fn calls(&self) -> u64 {
        // Ordering: Acquire, see `notify_waiters`.
        self.calls.load(Acquire)
    }

    /// Releases one that is older than the last `notify_waiters`. Those stand
    /// first in the list.
    fn release_older(&self, locked: &mut Locked<'_, Permit, Note>) -> Option<Released> {
        let first = locked.first().filter(|first| first.born < self.calls())?;
        Some(locked.release_first(first))
    }

    fn notify_one_with<'a>(&'a self, locked: Locked<'a, Permit, Note>) {
        let mut given = false;
        self.queue.release(locked, |locked| {
            // Another thread's `notify_waiters` may be between two batches:
            // those it has yet to reach are notified and have no use for this.
            if let Some(older) = self.release_older(locked) {
                return Some(older);
            }
            if given {
                return None;
            }
            given = true;
            let Some(first) = locked.first() else {
                locked.0 = true;
                return None;
            };
            let chosen = Note {
                chosen: true,
                ..first
            };
            Some(locked.release_first(chosen))
        });
    }
}

impl Default for Notify {
    #[cfg_attr(feature = "trace", track_caller)]
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify").finish_non_exhaustive()
    }
}

impl Waitable for Notify {
    type State = Permit;
    type Note = Note;

    fn queue(&self) -> &Queue<Permit, Note> {
        &self.queue
    }

    fn left(&self, locked: Locked<'_, Permit, Note>, note: Note, _: bool) {
        if note.chosen {
            self.notify_one_with(locked);
        }
    }
}

pin_project! {
    /// The future of [`Notify::notified`]. Ready again at every poll after the
    /// first time.
    #[must_use = "futures do nothing unless awaited"]
    pub struct Notified<'a> {
        #[pin]
        wait: Wait<'a, Notify>,
        born: u64,
        done: bool,
    }
}

impl Notified<'_> {
    /// Takes its place in the queue before it is awaited. True if it has been
    /// notified already: awaiting it is then ready at once.
    ///
    /// With `notify_one`, more than one waiter and a condition, one says this
    /// before one looks at the condition: else, of two notifications that come
    /// between the look and the first poll, only one is kept.
    pub fn enable(self: Pin<&mut Self>) -> bool {
        self.look(None).is_ready()
    }

    fn look(self: Pin<&mut Self>, waker: Option<&Waker>) -> Poll<()> {
        let mut this = self.project();
        if *this.done {
            return Poll::Ready(());
        }
        let notify = this.wait.owner();
        let born = *this.born;
        if born < notify.calls() {
            this.wait.finish();
        } else {
            ready!(this.wait.as_mut().poll(waker, |locked, _| {
                born < notify.calls() || mem::take(&mut locked.0)
            }));
        }
        *this.done = true;
        Poll::Ready(())
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        ready!(budget::poll_proceed(context));
        ready!(self.as_mut().look(Some(context.waker())));
        budget::spend();
        Poll::Ready(())
    }
}

impl fmt::Debug for Notified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notified")
            .field("notified", &self.done)
            .finish_non_exhaustive()
    }
}
