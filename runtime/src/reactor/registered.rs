//! An I/O object that the reactor watches.

use super::{
    Direction, Flags, Shared, Source,
    source::{Seen, Ticket},
};
use crate::{
    budget, fork,
    runtime::Handle,
    trace::{self, ResourceName},
};
use mio::{Interest, Token, event};
use std::{
    fmt,
    future::poll_fn,
    io, ops,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// Registered as long as it lives.
pub(crate) struct Registered<S: event::Source + ResourceName> {
    io: S,
    token: Token,
    source: Arc<Source>,
    reactor: Arc<Shared>,
}

impl<S: event::Source + ResourceName> Registered<S> {
    /// Registers with the runtime of this thread. `ready` is what the object
    /// is taken to be ready for before the first event.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub(crate) fn new(
        io: S,
        kind: &'static str,
        interest: Interest,
        ready: Flags,
    ) -> io::Result<Self> {
        Self::with_reactor(Handle::current().reactor(), io, kind, interest, ready)
    }

    pub(crate) fn with_reactor(
        reactor: &Arc<Shared>,
        mut io: S,
        kind: &'static str,
        interest: Interest,
        ready: Flags,
    ) -> io::Result<Self> {
        let source = Arc::new(Source::new(kind, ready));
        let token = reactor.register(&mut io, interest, &source)?;
        Ok(Self {
            io,
            token,
            source,
            reactor: Arc::clone(reactor),
        })
    }

    /// Tries `operation`, a transfer of up to `wanted` bytes, when the object
    /// is ready for it, until it does not say `WouldBlock`. One that moved
    /// fewer has emptied or filled the kernel's buffer, which saves the call
    /// that would say so.
    ///
    /// One task for each direction can wait this way; the last to poll is the
    /// one that is woken.
    pub(crate) fn poll_transfer(
        &self,
        context: &Context<'_>,
        direction: Direction,
        wanted: usize,
        operation: impl FnMut(&S) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let wait = || self.source.poll_ready(context, direction);
        self.attempt(context, direction, wait, operation, |&moved, seen| {
            // Nothing at all is the end of the stream, which stays readable.
            0 < moved && moved < wanted && seen.short_is_exhausted(direction)
        })
    }

    /// Tries `operation`, which is not a transfer out of a stream of bytes:
    /// only `WouldBlock` says that there is no more. Waits as
    /// [`poll_transfer`](Self::poll_transfer) does.
    pub(crate) fn poll_io<T>(
        &self,
        context: &Context<'_>,
        direction: Direction,
        operation: impl FnMut(&S) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        let wait = || self.source.poll_ready(context, direction);
        self.attempt(context, direction, wait, operation, |_, _| false)
    }

    /// Tries `operation` when the object is ready for it, until it does not
    /// say `WouldBlock`. Any number of tasks can wait this way at once.
    ///
    /// # Cancel safety
    /// Dropped, the operation has not happened.
    pub(crate) async fn io<T>(
        &self,
        direction: Direction,
        mut operation: impl FnMut(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut waiting = Waiting(&self.source, None);
        poll_fn(|context| {
            let Waiting(source, ticket) = &mut waiting;
            let wait = || source.poll_ready_listed(context, direction, ticket);
            self.attempt(context, direction, wait, &mut operation, |_, _| false)
        })
        .await
    }

    /// Tries `operation` once, if the object is taken to be ready for it.
    ///
    /// # Errors
    /// `WouldBlock` if it is not ready after all.
    pub(crate) fn try_io<T>(
        &self,
        direction: Direction,
        operation: impl FnOnce(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        let Some(seen) = self.source.look(direction)? else {
            return Err(io::ErrorKind::WouldBlock.into());
        };
        let done = operation(&self.io);
        if let Err(error) = &done
            && error.kind() == io::ErrorKind::WouldBlock
        {
            self.source.refused(seen, direction);
        }
        done
    }

    /// Waits until the object is taken to be ready. Any number of tasks can
    /// wait this way at once.
    pub(crate) async fn ready(&self, direction: Direction) -> io::Result<Seen> {
        let mut waiting = Waiting(&self.source, None);
        poll_fn(|context| {
            let Waiting(source, ticket) = &mut waiting;
            ready!(budget::poll_proceed(context));
            let ready = source.poll_ready_listed(context, direction, ticket);
            self.note(&ready, direction);
            let ready = ready!(ready);
            budget::spend();
            Poll::Ready(ready)
        })
        .await
    }

    /// Waits until the object is taken to be ready, as
    /// [`poll_transfer`](Self::poll_transfer) does.
    pub(crate) fn poll_ready(
        &self,
        context: &Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<Seen>> {
        ready!(budget::poll_proceed(context));
        let ready = self.source.poll_ready(context, direction);
        self.note(&ready, direction);
        let ready = ready!(ready);
        budget::spend();
        Poll::Ready(ready)
    }

    /// What was seen has been used up, unless an event has come since.
    #[cfg(unix)]
    pub(crate) fn clear_ready(&self, seen: Seen, direction: Direction) {
        self.source.clear(seen, direction);
    }

    /// An operation says that it would block, whatever was seen.
    #[cfg(unix)]
    pub(crate) fn refused(&self, seen: Seen, direction: Direction) {
        self.source.refused(seen, direction);
    }

    fn note<T>(&self, polled: &Poll<T>, direction: Direction) {
        trace::note_io(polled, &self.source, self.token.0, direction, &self.io);
    }

    fn attempt<T>(
        &self,
        context: &Context<'_>,
        direction: Direction,
        mut wait: impl FnMut() -> Poll<io::Result<Seen>>,
        mut operation: impl FnMut(&S) -> io::Result<T>,
        exhausted: impl Fn(&T, Seen) -> bool,
    ) -> Poll<io::Result<T>> {
        ready!(budget::poll_proceed(context));
        loop {
            let waited = wait();
            self.note(&waited, direction);
            let seen = ready!(waited)?;
            match operation(&self.io) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.source.refused(seen, direction);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => {
                    if done.as_ref().is_ok_and(|done| exhausted(done, seen)) {
                        self.source.clear(seen, direction);
                    }
                    budget::spend();
                    return Poll::Ready(done);
                }
            }
            // Should it say so for ever, it is not to hold up the thread.
            budget::spend();
            ready!(budget::poll_proceed(context));
        }
    }
}

/// A waiter in the list, which leaves it when its wait is dropped.
struct Waiting<'a>(&'a Source, Option<Ticket>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.1 {
            self.0.forget(ticket);
        }
    }
}

impl<S: event::Source + ResourceName> ops::Deref for Registered<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.io
    }
}

impl<S: event::Source + ResourceName> Drop for Registered<S> {
    fn drop(&mut self) {
        // A forked child shares the parent's selector: to deregister there
        // would be to deregister the parent's.
        if !fork::happened_since(self.reactor.born()) {
            self.reactor.deregister(&mut self.io, self.token);
        }
    }
}

impl<S: event::Source + ResourceName + fmt::Debug> fmt::Debug for Registered<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}
