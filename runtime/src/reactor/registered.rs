//! An I/O object that the reactor watches.

use super::{
    Direction, Handle, Interest, Ready, ScheduledIo,
    scheduled_io::{ReadyEvent, WaiterKey},
};
use crate::{
    budget, fork,
    taskdump::{self, IoResource, NamedResource},
};
use mio::{Token, event};
use std::{
    fmt,
    future::poll_fn,
    io, ops,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// An I/O object, registered with a reactor until it is dropped.
pub(crate) struct Registered<S: event::Source + NamedResource> {
    /// `None` only after `into_inner`.
    io: Option<S>,
    token: Token,
    scheduled_io: Arc<ScheduledIo>,
    reactor: Arc<Handle>,
}

impl<S: event::Source + NamedResource> Registered<S> {
    /// Registers `io` with `reactor`. `ready` is its readiness before the first
    /// event.
    ///
    /// # Errors
    /// When the selector refuses the object, or the runtime is shutting down.
    pub(crate) fn new(
        reactor: &Arc<Handle>,
        io: S,
        kind: &'static str,
        interest: Interest,
        ready: Ready,
    ) -> io::Result<Self> {
        let registered = Self::try_new(reactor, io, kind, interest, ready);
        registered.map_err(|(_, error)| error)
    }

    /// As [`new`](Self::new), but an error comes with the object.
    pub(crate) fn try_new(
        reactor: &Arc<Handle>,
        mut io: S,
        kind: &'static str,
        interest: Interest,
        ready: Ready,
    ) -> Result<Self, (S, io::Error)> {
        let scheduled_io = Arc::new(ScheduledIo::new(kind, ready));
        match reactor.register(&mut io, interest.to_mio(), &scheduled_io) {
            Ok(token) => Ok(Self {
                io: Some(io),
                token,
                scheduled_io,
                reactor: Arc::clone(reactor),
            }),
            Err(error) => Err((io, error)),
        }
    }

    /// Deregisters the object and returns it.
    #[cfg(unix)]
    pub(crate) fn into_inner(mut self) -> S {
        self.deregister().expect("only this method takes it")
    }

    #[cfg(unix)]
    pub(crate) fn get_mut(&mut self) -> &mut S {
        self.io.as_mut().expect(PRESENT)
    }

    /// Tries `operation`, a transfer of up to `wanted` bytes, whenever the
    /// object is ready for it, until the result is not `WouldBlock`. A transfer
    /// that moved fewer bytes has emptied or filled the kernel's buffer. Then
    /// the readiness is cleared without another system call.
    ///
    /// One task per direction can wait this way. If several tasks poll, only
    /// the last one is woken.
    pub(crate) fn poll_transfer(
        &self,
        context: &Context<'_>,
        direction: Direction,
        wanted: usize,
        operation: impl FnMut(&S) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        let wait = || self.scheduled_io.poll_ready(context, direction);
        let interest = direction.interest();
        self.attempt(context, interest, wait, operation, |&moved, event| {
            // A transfer of 0 bytes is the end of the stream, and the end stays
            // readable.
            0 < moved && moved < wanted && event.short_transfer_is_last(direction)
        })
    }

    /// Tries `operation` as [`poll_transfer`](Self::poll_transfer) does. Only
    /// `WouldBlock` clears the readiness, because `operation` does not transfer
    /// a stream of bytes.
    pub(crate) fn poll_io<T>(
        &self,
        context: &Context<'_>,
        direction: Direction,
        operation: impl FnMut(&S) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        let wait = || self.scheduled_io.poll_ready(context, direction);
        let interest = direction.interest();
        self.attempt(context, interest, wait, operation, |_, _| false)
    }

    /// Tries `operation` whenever the object is ready for `interest`, until the
    /// result is not `WouldBlock`. Any number of tasks can wait this way.
    ///
    /// # Cancel safety
    /// If the future is dropped, the operation has not happened.
    pub(crate) async fn io<T>(
        &self,
        interest: Interest,
        mut operation: impl FnMut(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut waiter = ListedWaiter::new(&self.scheduled_io);
        poll_fn(|context| {
            let wait = || waiter.poll_ready(context, interest);
            self.attempt(context, interest, wait, &mut operation, |_, _| false)
        })
        .await
    }

    /// Tries `operation` once, if the object is ready for `interest`.
    ///
    /// # Errors
    /// `WouldBlock` if it is not ready, or if the operation returns that.
    pub(crate) fn try_io<T>(
        &self,
        interest: Interest,
        operation: impl FnOnce(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        let Some(event) = self.scheduled_io.check_ready(interest)? else {
            return Err(io::ErrorKind::WouldBlock.into());
        };
        let result = operation(self);
        if would_block(&result) {
            self.scheduled_io.clear_would_block(event, interest);
        }
        result
    }

    /// [`try_io`](Self::try_io), with mutable access to the object.
    #[cfg(unix)]
    pub(crate) fn try_io_mut<T>(
        &mut self,
        interest: Interest,
        operation: impl FnOnce(&mut S) -> io::Result<T>,
    ) -> io::Result<T> {
        let Some(event) = self.scheduled_io.check_ready(interest)? else {
            return Err(io::ErrorKind::WouldBlock.into());
        };
        let result = operation(self.get_mut());
        if would_block(&result) {
            self.scheduled_io.clear_would_block(event, interest);
        }
        result
    }

    /// Waits until the object is ready. Any number of tasks can wait this way.
    pub(crate) async fn ready(&self, interest: Interest) -> io::Result<ReadyEvent> {
        let mut waiter = ListedWaiter::new(&self.scheduled_io);
        poll_fn(|context| {
            ready!(budget::poll_proceed(context));
            let ready = waiter.poll_ready(context, interest);
            self.record(&ready, interest);
            let ready = ready!(ready);
            budget::spend();
            Poll::Ready(ready)
        })
        .await
    }

    /// Waits until the object is ready, in the slot for `direction`.
    pub(crate) fn poll_ready(
        &self,
        context: &Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<ReadyEvent>> {
        ready!(budget::poll_proceed(context));
        let ready = self.scheduled_io.poll_ready(context, direction);
        self.record(&ready, direction.interest());
        let ready = ready!(ready);
        budget::spend();
        Poll::Ready(ready)
    }

    /// Waits for an event to read, outside of any task, so without a budget.
    #[cfg(unix)]
    pub(crate) fn poll_event(&self, context: &Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        self.scheduled_io.poll_ready(context, Direction::Read)
    }

    #[cfg(unix)]
    pub(crate) fn reactor(&self) -> &Arc<Handle> {
        &self.reactor
    }

    /// The operation has used up the event: clears those of its flags that are in
    /// `ready`, unless another event has come since.
    #[cfg(unix)]
    pub(crate) fn clear_ready(&self, event: ReadyEvent, ready: Ready) {
        self.scheduled_io.clear(event, ready);
    }

    /// The operation returned `WouldBlock` after `event`.
    #[cfg(unix)]
    pub(crate) fn clear_would_block(&self, event: ReadyEvent, interest: Interest) {
        self.scheduled_io.clear_would_block(event, interest);
    }

    fn record<T>(&self, polled: &Poll<T>, interest: Interest) {
        let writable = interest.is_writable() && !interest.is_readable();
        taskdump::record_io(polled, self.token.0, writable, || self.io_resource());
    }

    #[cfg(feature = "taskdump")]
    fn io_resource(&self) -> IoResource {
        IoResource {
            what: self.scheduled_io.kind(),
            name: self.scheduled_io.name(|| self.name()),
        }
    }

    #[cfg(not(feature = "taskdump"))]
    #[expect(clippy::unused_self, reason = "the feature's version uses it")]
    fn io_resource(&self) -> IoResource {
        IoResource
    }

    fn attempt<T>(
        &self,
        context: &Context<'_>,
        interest: Interest,
        mut wait: impl FnMut() -> Poll<io::Result<ReadyEvent>>,
        mut operation: impl FnMut(&S) -> io::Result<T>,
        is_exhausted: impl Fn(&T, ReadyEvent) -> bool,
    ) -> Poll<io::Result<T>> {
        ready!(budget::poll_proceed(context));
        loop {
            let waited = wait();
            self.record(&waited, interest);
            let event = ready!(waited)?;
            let result = operation(self);
            if would_block(&result) {
                self.scheduled_io.clear_would_block(event, interest);
            } else if !matches!(&result, Err(error) if error.kind() == io::ErrorKind::Interrupted) {
                if result.as_ref().is_ok_and(|done| is_exhausted(done, event)) {
                    self.scheduled_io.clear(event, interest.mask());
                }
                budget::spend();
                return Poll::Ready(result);
            }
            // An operation that returns `WouldBlock` for ever must not keep
            // the thread.
            budget::spend();
            ready!(budget::poll_proceed(context));
        }
    }

    /// Takes the object out and deregisters it.
    fn deregister(&mut self) -> Option<S> {
        let mut io = self.io.take()?;
        // A forked child shares the parent's selector, so deregistering in the
        // child would deregister the parent's object.
        if !fork::happened_since(self.reactor.fork_id()) {
            self.reactor.deregister(&mut io, self.token);
        }
        Some(io)
    }
}

fn would_block<T>(result: &io::Result<T>) -> bool {
    matches!(result, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

/// A waiter in the list of the `ScheduledIo`. Dropping it removes it from the list.
struct ListedWaiter<'a> {
    scheduled_io: &'a ScheduledIo,
    key: Option<WaiterKey>,
}

impl<'a> ListedWaiter<'a> {
    fn new(scheduled_io: &'a ScheduledIo) -> Self {
        Self {
            scheduled_io,
            key: None,
        }
    }

    fn poll_ready(
        &mut self,
        context: &Context<'_>,
        interest: Interest,
    ) -> Poll<io::Result<ReadyEvent>> {
        self.scheduled_io
            .poll_ready_listed(context, interest, &mut self.key)
    }
}

impl Drop for ListedWaiter<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.scheduled_io.remove_waiter(key);
        }
    }
}

const PRESENT: &str = "the object is taken out only when this is consumed";

impl<S: event::Source + NamedResource> ops::Deref for Registered<S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.io.as_ref().expect(PRESENT)
    }
}

impl<S: event::Source + NamedResource> Drop for Registered<S> {
    fn drop(&mut self) {
        self.deregister();
    }
}

impl<S: event::Source + NamedResource + fmt::Debug> fmt::Debug for Registered<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
