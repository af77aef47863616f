//! Readiness of descriptors that have no type of their own in this crate.

mod descriptor;
mod error;
mod guard;

pub use error::AsyncFdRegisterError;
pub use guard::{AsyncFdReadyGuard, AsyncFdReadyMutGuard, TryIoError};

use crate::{
    reactor::{Direction, Interest, Ready, Registered},
    runtime::Handle,
};
use descriptor::Descriptor;
use std::{
    io,
    os::fd::{AsFd, AsRawFd},
    task::{Context, Poll, ready},
};

/// Lets tasks wait for any descriptor: a device, a kind of socket that this
/// crate does not have, or a descriptor of a C library.
///
/// The descriptor must be non-blocking, and the system's selector must accept
/// it. epoll refuses regular files. Dropping an `AsyncFd` drops the value
/// inside. This type exists on Unix only, because the selector of Windows knows
/// only sockets.
///
/// `T` must be `AsFd`. tokio asks for `AsRawFd`, but a raw descriptor can be
/// closed while it is registered. To register one that you do not own, wrap it
/// in a [`BorrowedFd`](std::os::fd::BorrowedFd).
///
/// ```
/// use std::{io::{Read, Write}, os::unix::net::UnixStream};
/// use wakeful::io::{AsyncFd, Interest};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let (mut here, there) = UnixStream::pair()?;
///     there.set_nonblocking(true)?;
///     let there = AsyncFd::with_interest(there, Interest::READABLE)?;
///     here.write_all(b"hello")?;
///
///     let mut buffer = [0; 16];
///     let count = loop {
///         let mut guard = there.readable().await?;
///         match guard.try_io(|there| there.get_ref().read(&mut buffer)) {
///             Ok(done) => break done?,
///             Err(_would_block) => {}
///         }
///     };
///     assert_eq!(&buffer[..count], b"hello");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct AsyncFd<T: AsFd> {
    io: Registered<Descriptor<T>>,
}

impl<T: AsFd> AsyncFd<T> {
    /// Registers a descriptor for reading and writing.
    ///
    /// # Errors
    /// When the selector refuses it, because it is a regular file or is
    /// registered already. The error drops the value. [`try_new`](Self::try_new)
    /// returns it.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn new(inner: T) -> io::Result<Self> {
        Self::try_new(inner).map_err(|error| error.cause)
    }

    /// Registers a descriptor for `interest`. Waiting for anything else waits
    /// for ever.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn with_interest(inner: T, interest: Interest) -> io::Result<Self> {
        Self::try_with_interest(inner, interest).map_err(|error| error.cause)
    }

    /// [`new`](Self::new), whose error returns the value.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// ```
    /// use wakeful::io::AsyncFd;
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// # #[cfg(target_os = "linux")]
    /// runtime.block_on(async {
    ///     let file = std::fs::File::open("Cargo.toml")?;
    ///     let (file, error) = AsyncFd::try_new(file).unwrap_err().into_parts();
    ///     println!("the selector refuses {file:?}: {error}");
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn try_new(inner: T) -> Result<Self, AsyncFdRegisterError<T>> {
        Self::try_with_interest(inner, Interest::READABLE | Interest::WRITABLE)
    }

    /// [`with_interest`](Self::with_interest), whose error returns the value.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn try_with_interest(
        inner: T,
        interest: Interest,
    ) -> Result<Self, AsyncFdRegisterError<T>> {
        let number = inner.as_fd().as_raw_fd();
        let descriptor = Descriptor { inner, number };
        let runtime = Handle::current();
        let reactor = runtime.reactor();
        match Registered::try_new(reactor, descriptor, "descriptor", interest, Ready::EMPTY) {
            Ok(io) => Ok(Self { io }),
            Err((Descriptor { inner, .. }, cause)) => Err(AsyncFdRegisterError { inner, cause }),
        }
    }

    /// The value inside.
    pub fn get_ref(&self) -> &T {
        &self.io.inner
    }

    /// The value inside. Do not exchange its descriptor for another: the
    /// reactor goes on to watch the old one.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.io.get_mut().inner
    }

    /// Deregisters the descriptor and returns the value.
    pub fn into_inner(self) -> T {
        self.io.into_inner().inner
    }

    /// Waits until the descriptor is ready for something in `interest`. Any
    /// number of tasks may wait.
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// A wait that is dropped loses no readiness.
    pub async fn ready(&self, interest: Interest) -> io::Result<AsyncFdReadyGuard<'_, T>> {
        let event = self.io.ready(interest).await?;
        Ok(AsyncFdReadyGuard::new(self, interest, event))
    }

    /// [`ready`](Self::ready), with mutable access to the value.
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// A wait that is dropped loses no readiness.
    pub async fn ready_mut(
        &mut self,
        interest: Interest,
    ) -> io::Result<AsyncFdReadyMutGuard<'_, T>> {
        let event = self.io.ready(interest).await?;
        Ok(AsyncFdReadyMutGuard::new(self, interest, event))
    }

    /// Waits until a read returns bytes, the end or an error. Any number of
    /// tasks may wait.
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// A wait that is dropped loses no readiness.
    pub async fn readable(&self) -> io::Result<AsyncFdReadyGuard<'_, T>> {
        self.ready(Interest::READABLE).await
    }

    /// [`readable`](Self::readable), with mutable access to the value.
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// A wait that is dropped loses no readiness.
    pub async fn readable_mut(&mut self) -> io::Result<AsyncFdReadyMutGuard<'_, T>> {
        self.ready_mut(Interest::READABLE).await
    }

    /// Waits until a write takes bytes or returns an error. Any number of tasks
    /// may wait.
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// A wait that is dropped loses no readiness.
    pub async fn writable(&self) -> io::Result<AsyncFdReadyGuard<'_, T>> {
        self.ready(Interest::WRITABLE).await
    }

    /// [`writable`](Self::writable), with mutable access to the value.
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// A wait that is dropped loses no readiness.
    pub async fn writable_mut(&mut self) -> io::Result<AsyncFdReadyMutGuard<'_, T>> {
        self.ready_mut(Interest::WRITABLE).await
    }

    /// [`readable`](Self::readable) for hand-written futures. If several tasks
    /// poll for reading, only the last one is woken.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub fn poll_read_ready(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyGuard<'_, T>>> {
        let event = ready!(self.io.poll_ready(context, Direction::Read))?;
        Poll::Ready(Ok(AsyncFdReadyGuard::new(self, Interest::READABLE, event)))
    }

    /// [`readable_mut`](Self::readable_mut) for hand-written futures. If
    /// several tasks poll for reading, only the last one is woken.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub fn poll_read_ready_mut(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyMutGuard<'_, T>>> {
        let event = ready!(self.io.poll_ready(context, Direction::Read))?;
        Poll::Ready(Ok(AsyncFdReadyMutGuard::new(
            self,
            Interest::READABLE,
            event,
        )))
    }

    /// [`writable`](Self::writable) for hand-written futures. If several tasks
    /// poll for writing, only the last one is woken.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub fn poll_write_ready(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyGuard<'_, T>>> {
        let event = ready!(self.io.poll_ready(context, Direction::Write))?;
        Poll::Ready(Ok(AsyncFdReadyGuard::new(self, Interest::WRITABLE, event)))
    }

    /// [`writable_mut`](Self::writable_mut) for hand-written futures. If
    /// several tasks poll for writing, only the last one is woken.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub fn poll_write_ready_mut(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyMutGuard<'_, T>>> {
        let event = ready!(self.io.poll_ready(context, Direction::Write))?;
        Poll::Ready(Ok(AsyncFdReadyMutGuard::new(
            self,
            Interest::WRITABLE,
            event,
        )))
    }

    /// Tries `operation` whenever the descriptor is ready for `interest`, until
    /// the result is not `WouldBlock`. Any number of tasks may do so.
    ///
    /// # Errors
    /// Those of the operation, and when the runtime has shut down.
    ///
    /// # Cancel safety
    /// If the future is dropped, the operation has not succeeded.
    ///
    /// ```
    /// use std::{io::Read, os::unix::net::UnixStream};
    /// use wakeful::io::{AsyncFd, Interest};
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let (here, there) = UnixStream::pair()?;
    ///     there.set_nonblocking(true)?;
    ///     drop(here);
    ///     let there = AsyncFd::new(there)?;
    ///     let mut buffer = [0; 16];
    ///     let read = there.async_io(Interest::READABLE, |mut there| there.read(&mut buffer));
    ///     assert_eq!(read.await?, 0, "the other end is closed");
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn async_io<R>(
        &self,
        interest: Interest,
        mut operation: impl FnMut(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.io
            .io(interest, |descriptor| operation(&descriptor.inner))
            .await
    }

    /// [`async_io`](Self::async_io), with mutable access to the value.
    ///
    /// # Errors
    /// Those of the operation, and when the runtime has shut down.
    ///
    /// # Cancel safety
    /// If the future is dropped, the operation has not succeeded.
    pub async fn async_io_mut<R>(
        &mut self,
        interest: Interest,
        mut operation: impl FnMut(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        loop {
            let mut guard = self.ready_mut(interest).await?;
            if let Ok(result) = guard.try_io(|fd| operation(fd.get_mut())) {
                return result;
            }
        }
    }

    /// Tries `operation` once, if the descriptor is ready for `interest`.
    ///
    /// # Errors
    /// `WouldBlock` if it is not ready, and those of the operation.
    pub fn try_io<R>(
        &self,
        interest: Interest,
        operation: impl FnOnce(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.io
            .try_io(interest, |descriptor| operation(&descriptor.inner))
    }

    /// [`try_io`](Self::try_io), with mutable access to the value.
    ///
    /// # Errors
    /// `WouldBlock` if it is not ready, and those of the operation.
    pub fn try_io_mut<R>(
        &mut self,
        interest: Interest,
        operation: impl FnOnce(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.io
            .try_io_mut(interest, |descriptor| operation(&mut descriptor.inner))
    }
}
