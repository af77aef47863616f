// ANCHOR: head
//! A socket that a reactor watches.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::task::{Context, Poll};

use mio::Token;
use mio::event::Source as IoSource;

use crate::{Direction, Reactor, SideState};
// ANCHOR_END: head

// ANCHOR: registered
/// A socket that a reactor watches until this is dropped.
pub struct Registered<S: IoSource> {
    io: S,
    token: Token,
    reactor: Reactor,
}

impl<S: IoSource> Registered<S> {
    /// Registers a socket with the current reactor. The socket must be non-blocking.
    ///
    /// # Errors
    ///
    /// If the system refuses the socket.
    ///
    /// # Panics
    ///
    /// If the thread has no current reactor.
    pub fn new(mut io: S) -> io::Result<Registered<S>> {
        let reactor = Reactor::current();
        let token = reactor.register(&mut io)?;
        Ok(Registered { io, token, reactor })
    }
}

impl<S: IoSource> Drop for Registered<S> {
    fn drop(&mut self) {
        self.reactor.deregister(&mut self.io, self.token);
    }
}
// ANCHOR_END: registered

// ANCHOR: poll_io
impl<S: IoSource> Registered<S> {
    /// Tries `operation` each time the socket is ready, until it does not return
    /// `WouldBlock` or `Interrupted`.
    ///
    /// One task can wait in each direction. If two wait in the same one, only the
    /// one that polled last is woken.
    pub fn poll_io<T>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        mut operation: impl FnMut(&S) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            let Some(tick) = self.ready_or_wait(cx, direction) else {
                return Poll::Pending;
            };
            match operation(&self.io) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.clear_ready(direction, tick);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return Poll::Ready(result),
            }
        }
    }
}
// ANCHOR_END: poll_io

// ANCHOR: ready
impl<S: IoSource> Registered<S> {
    /// The tick of the last event if the socket is ready. If it is not, the task will
    /// be woken by the next event.
    fn ready_or_wait(&self, cx: &mut Context<'_>, direction: Direction) -> Option<u64> {
        // A waker runs foreign code when it is cloned or dropped. Do neither under
        // the lock: `sources` is dropped before `waker`.
        let mut waker = Some(cx.waker().clone());
        let mut sources = self.reactor.sources();
        sources.get(self.token)?.side(direction).ready_or_wait(&mut waker)
    }

    fn clear_ready(&self, direction: Direction, tick: u64) {
        if let Some(source) = self.reactor.sources().get(self.token) {
            source.side(direction).clear_ready(tick);
        }
    }
}
// ANCHOR_END: ready

// ANCHOR: rest
impl<S: IoSource> Registered<S> {
    /// The same as `poll_io`, as an `async fn`.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the operation has not happened.
    pub async fn io<T>(
        &self,
        direction: Direction,
        mut operation: impl FnMut(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        poll_fn(|cx| self.poll_io(cx, direction, &mut operation)).await
    }

    /// The name under which the selector reports events of this socket.
    pub fn token(&self) -> Token {
        self.token
    }

    /// What the reactor knows about one direction. `None` does not happen while the
    /// socket is registered.
    pub fn state(&self, direction: Direction) -> Option<SideState> {
        let mut sources = self.reactor.sources();
        Some(sources.get(self.token)?.side(direction).state())
    }

    /// The socket itself.
    pub fn get_ref(&self) -> &S {
        &self.io
    }
}
// ANCHOR_END: rest
