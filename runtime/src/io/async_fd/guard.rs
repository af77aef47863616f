//! Guards: a descriptor that was ready, until an attempt finds that it is not.

use super::AsyncFd;
use crate::reactor::{Interest, Ready, ReadyEvent};
use std::{error::Error, fmt, io, os::fd::AsFd};

/// A descriptor that was ready when the guard was created. Try the operation
/// through [`try_io`](Self::try_io), which clears the readiness on
/// `WouldBlock`.
#[must_use = "the readiness stays until an attempt through `try_io` returns `WouldBlock`"]
pub struct AsyncFdReadyGuard<'a, T: AsFd> {
    fd: &'a AsyncFd<T>,
    interest: Interest,
    event: ReadyEvent,
}

/// [`AsyncFdReadyGuard`], with mutable access to the value.
#[must_use = "the readiness stays until an attempt through `try_io` returns `WouldBlock`"]
pub struct AsyncFdReadyMutGuard<'a, T: AsFd> {
    fd: &'a mut AsyncFd<T>,
    interest: Interest,
    event: ReadyEvent,
}

/// What both guards do.
macro_rules! guard_methods {
    () => {
        /// What the descriptor was ready for when the guard was created.
        pub fn ready(&self) -> Ready {
            self.event.ready & self.interest.mask()
        }

        /// Clears the readiness that the guard has seen. The next wait waits
        /// for the next event. An event that has come since the guard was
        /// created stays, and so do the flags of a closed end.
        ///
        /// Call this only if an operation has returned `WouldBlock`. If bytes
        /// are left, the selector does not report them again.
        pub fn clear_ready(&mut self) {
            self.clear_ready_matching(Ready::ALL);
        }

        /// Clears those flags that are in `ready`. See
        /// [`clear_ready`](Self::clear_ready).
        pub fn clear_ready_matching(&mut self, ready: Ready) {
            self.fd.io.clear_ready(self.event, self.ready() & ready);
        }

        /// Keeps the readiness. This does nothing, and says in your code that
        /// keeping it is intended.
        pub fn retain_ready(&mut self) {}
    };
}

impl<'a, T: AsFd> AsyncFdReadyGuard<'a, T> {
    pub(super) fn new(fd: &'a AsyncFd<T>, interest: Interest, event: ReadyEvent) -> Self {
        Self {
            fd,
            interest,
            event,
        }
    }

    guard_methods!();

    /// Tries `operation`. If it returns `WouldBlock`, the readiness is cleared
    /// and the next wait waits for the next event.
    ///
    /// # Errors
    /// [`TryIoError`] if the operation returned `WouldBlock`. Its other errors
    /// are its result.
    pub fn try_io<R>(
        &mut self,
        operation: impl FnOnce(&'a AsyncFd<T>) -> io::Result<R>,
    ) -> Result<io::Result<R>, TryIoError> {
        match operation(self.fd) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.fd.io.clear_would_block(self.event, self.interest);
                Err(TryIoError(()))
            }
            result => Ok(result),
        }
    }

    /// The descriptor.
    pub fn get_ref(&self) -> &'a AsyncFd<T> {
        self.fd
    }

    /// The value inside the `AsyncFd`.
    pub fn get_inner(&self) -> &'a T {
        self.fd.get_ref()
    }
}

impl<'a, T: AsFd> AsyncFdReadyMutGuard<'a, T> {
    pub(super) fn new(fd: &'a mut AsyncFd<T>, interest: Interest, event: ReadyEvent) -> Self {
        Self {
            fd,
            interest,
            event,
        }
    }

    guard_methods!();

    /// Tries `operation`. If it returns `WouldBlock`, the readiness is cleared
    /// and the next wait waits for the next event.
    ///
    /// # Errors
    /// [`TryIoError`] if the operation returned `WouldBlock`. Its other errors
    /// are its result.
    pub fn try_io<R>(
        &mut self,
        operation: impl FnOnce(&mut AsyncFd<T>) -> io::Result<R>,
    ) -> Result<io::Result<R>, TryIoError> {
        match operation(self.fd) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.fd.io.clear_would_block(self.event, self.interest);
                Err(TryIoError(()))
            }
            result => Ok(result),
        }
    }

    /// The descriptor.
    pub fn get_ref(&self) -> &AsyncFd<T> {
        self.fd
    }

    /// The descriptor.
    pub fn get_mut(&mut self) -> &mut AsyncFd<T> {
        self.fd
    }

    /// The value inside the `AsyncFd`.
    pub fn get_inner(&self) -> &T {
        self.fd.get_ref()
    }

    /// The value inside the `AsyncFd`.
    pub fn get_inner_mut(&mut self) -> &mut T {
        self.fd.get_mut()
    }
}

/// An operation returned `WouldBlock`: the descriptor was not ready after all.
/// Wait again.
#[derive(Debug)]
pub struct TryIoError(());

impl fmt::Display for TryIoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the descriptor was not ready after all: wait for it again")
    }
}

impl Error for TryIoError {}

impl From<TryIoError> for io::Error {
    fn from(error: TryIoError) -> Self {
        Self::new(io::ErrorKind::WouldBlock, error)
    }
}

macro_rules! debug {
    ($Guard:ident) => {
        impl<T: AsFd + fmt::Debug> fmt::Debug for $Guard<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($Guard))
                    .field("fd", self.get_ref())
                    .field("ready", &self.ready())
                    .finish_non_exhaustive()
            }
        }
    };
}

debug!(AsyncFdReadyGuard);
debug!(AsyncFdReadyMutGuard);
