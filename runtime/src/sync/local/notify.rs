//! [`Notify`], on one thread.

use super::wait_list::{Key, WaitList};
use crate::{budget, trace::Label, unwind};
use std::{
    cell::RefCell,
    fmt,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
};

/// Wakes tasks of its thread that wait for it: one, or all. It does what
/// [`sync::Notify`](crate::sync::Notify) does.
///
/// ```
/// use std::rc::Rc;
/// use wakeful::sync::local::Notify;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let notify = Rc::new(Notify::new());
///     let other = Rc::clone(&notify);
///     let task = wakeful::spawn_local(async move { other.notified().await });
///     notify.notify_one();
///     task.await
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Notify {
    made: Label,
    state: RefCell<State>,
}

struct State {
    permit: bool,
    /// How often `notify_waiters` was called.
    calls: u64,
    waiters: WaitList<Note>,
}

#[derive(Clone, Copy)]
struct Note {
    /// How many calls there had been when this waiter was made.
    born: u64,
    /// Has `notify_one`'s word, and so must not let it be lost.
    chosen: bool,
}

impl State {
    /// Releases one that is older than the last `notify_waiters`.
    fn release_older(&mut self) -> Option<Waker> {
        let first = self.waiters.first()?;
        if first.born >= self.calls {
            return None;
        }
        self.waiters.release_first(first)
    }
}

impl Notify {
    /// Nobody waits, and there is no permit.
    #[cfg_attr(feature = "trace", track_caller)]
    pub const fn new() -> Self {
        Self {
            made: Label::new("local Notify"),
            state: RefCell::new(State {
                permit: false,
                calls: 0,
                waiters: WaitList::new(),
            }),
        }
    }

    /// Waits for a notification, as
    /// [`Notify::notified`](crate::sync::Notify::notified) of `sync` does.
    ///
    /// # Cancel safety
    /// Dropped, it gives its place up; had `notify_one` chosen it, another is
    /// chosen in its place.
    pub fn notified(&self) -> Notified<'_> {
        Notified {
            notify: self,
            key: None,
            born: self.state.borrow().calls,
            done: false,
        }
    }

    /// Wakes who has waited longest, or leaves a permit for the next to come.
    /// Constant time.
    pub fn notify_one(&self) {
        self.wake_older();
        let mut state = self.state.borrow_mut();
        let Some(first) = state.waiters.first() else {
            state.permit = true;
            return;
        };
        let chosen = Note {
            chosen: true,
            ..first
        };
        let waker = state.waiters.release_first(chosen);
        drop(state);
        if let Some(waker) = waker {
            unwind::wake(waker);
        }
    }

    /// Wakes all that wait, oldest first, and leaves no permit.
    pub fn notify_waiters(&self) {
        self.state.borrow_mut().calls += 1;
        self.wake_older();
    }

    /// A waker may call any of these: nothing is borrowed while one is woken.
    fn wake_older(&self) {
        loop {
            let older = self.state.borrow_mut().release_older();
            let Some(waker) = older else { return };
            unwind::wake(waker);
        }
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

/// The future of [`Notify::notified`]. Ready again at every poll after the
/// first time.
#[must_use = "futures do nothing unless awaited"]
pub struct Notified<'a> {
    notify: &'a Notify,
    /// Its place in the list, while it has one.
    key: Option<Key>,
    born: u64,
    done: bool,
}

impl Notified<'_> {
    /// Gives its place up; whether it had `notify_one`'s word.
    fn leave(&mut self) -> bool {
        let Some(key) = self.key.take() else {
            return false;
        };
        let (note, waker) = self.notify.state.borrow_mut().waiters.remove(&key);
        drop(waker);
        note.is_some_and(|note| note.chosen)
    }

    fn look(&mut self, context: &Context<'_>) -> Poll<()> {
        let mut clone = None;
        loop {
            let mut state = self.notify.state.borrow_mut();
            let released = match &self.key {
                Some(key) => state.waiters.released(key).is_some(),
                None => self.born == state.calls && mem::take(&mut state.permit),
            };
            if released || self.born < state.calls {
                drop(state);
                self.leave();
                return Poll::Ready(());
            }
            if let Some(key) = &self.key
                && state.waiters.knows(key, context.waker())
            {
                return Poll::Pending;
            }
            let Some(waker) = clone.take() else {
                // A waker's clone is a stranger's code: with nothing borrowed,
                // and then one looks again.
                drop(state);
                clone = Some(context.waker().clone());
                continue;
            };
            let note = Note {
                born: self.born,
                chosen: false,
            };
            let old = state.waiters.wait(&mut self.key, note, waker);
            drop(state);
            drop(old);
            return Poll::Pending;
        }
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        ready!(budget::poll_proceed(context));
        if !self.done {
            let looked = self.look(context);
            self.notify.made.note(&looked);
            ready!(looked);
            self.done = true;
        }
        budget::spend();
        Poll::Ready(())
    }
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        if self.leave() {
            self.notify.notify_one();
        }
    }
}

impl fmt::Debug for Notified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notified")
            .field("notified", &self.done)
            .finish_non_exhaustive()
    }
}
