//! Readiness of a descriptor that this crate knows nothing of.

use crate::reactor::{Direction, Flags, Registered, Seen};
use mio::{Registry, Token, event, unix::SourceFd};
use std::{
    error::Error,
    fmt, io,
    ops::BitOr,
    os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd},
    task::{Context, Poll, ready},
};

/// A descriptor that can be waited for: a device, a socket of a kind that is
/// not here, a library's. The descriptor must be non-blocking, and the system's
/// selector must accept it (epoll takes no files).
///
/// Dropping it drops what is inside. Unix only; on Windows, the selector knows
/// nothing but sockets.
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
///         match guard.try_io(|mut there| there.read(&mut buffer)) {
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

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest(mio::Interest);

impl Interest {
    /// Something to read.
    pub const READABLE: Self = Self(mio::Interest::READABLE);
    /// Room to write.
    pub const WRITABLE: Self = Self(mio::Interest::WRITABLE);
}

impl BitOr for Interest {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl<T: AsFd> AsyncFd<T> {
    /// Watches a descriptor in both directions.
    ///
    /// # Errors
    /// When the selector does not take it: it is a file, or watched already.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn new(inner: T) -> io::Result<Self> {
        Self::with_interest(inner, Interest::READABLE | Interest::WRITABLE)
    }

    /// Watches a descriptor for what is of interest. To wait for anything else
    /// is to wait for ever.
    ///
    /// # Errors
    /// When the selector does not take it: it is a file, or watched already.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn with_interest(inner: T, interest: Interest) -> io::Result<Self> {
        let number = inner.as_fd().as_raw_fd();
        let descriptor = Descriptor { inner, number };
        let io = Registered::new(descriptor, "descriptor", interest.0, Flags::NONE)?;
        Ok(Self { io })
    }

    /// What is inside.
    pub fn get_ref(&self) -> &T {
        &self.io.inner
    }

    /// Waits until there is something to read, or an error or the end to hear
    /// of. Any number of tasks may wait.
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// Yes.
    pub async fn readable(&self) -> io::Result<ReadyGuard<'_, T>> {
        self.ready(Direction::Read).await
    }

    /// Waits until there is room to write; see [`readable`](Self::readable).
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// Yes.
    pub async fn writable(&self) -> io::Result<ReadyGuard<'_, T>> {
        self.ready(Direction::Write).await
    }

    async fn ready(&self, direction: Direction) -> io::Result<ReadyGuard<'_, T>> {
        let seen = self.io.ready(direction).await?;
        Ok(self.guard(direction, seen))
    }

    /// [`readable`](Self::readable), for futures written by hand. The last task
    /// to poll for reading is the one that is woken.
    pub fn poll_read_ready(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<ReadyGuard<'_, T>>> {
        self.poll_ready(context, Direction::Read)
    }

    /// [`writable`](Self::writable), for futures written by hand. The last task
    /// to poll for writing is the one that is woken.
    pub fn poll_write_ready(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<ReadyGuard<'_, T>>> {
        self.poll_ready(context, Direction::Write)
    }

    fn poll_ready(
        &self,
        context: &Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<ReadyGuard<'_, T>>> {
        let seen = ready!(self.io.poll_ready(context, direction))?;
        Poll::Ready(Ok(self.guard(direction, seen)))
    }

    fn guard(&self, direction: Direction, seen: Seen) -> ReadyGuard<'_, T> {
        ReadyGuard {
            descriptor: self,
            direction,
            seen,
        }
    }

    /// Tries `operation` when the descriptor is ready for it, until it does not
    /// say `WouldBlock`. Any number of tasks may do so at once.
    ///
    /// # Errors
    /// The operation's, and when the runtime has shut down.
    ///
    /// # Panics
    /// If `interest` is both directions: an operation waits for one.
    ///
    /// # Cancel safety
    /// Dropped, the operation has not succeeded.
    pub async fn async_io<R>(
        &self,
        interest: Interest,
        mut operation: impl FnMut(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        let direction = match interest {
            Interest::READABLE => Direction::Read,
            Interest::WRITABLE => Direction::Write,
            _ => panic!("an operation waits to read or to write, not for both"),
        };
        self.io
            .io(direction, |descriptor| operation(&descriptor.inner))
            .await
    }
}

/// A descriptor that was ready when this was made. It is for the holder to try,
/// and to report that it was not.
#[must_use = "readiness stands until an attempt through `try_io` has found that it is over"]
pub struct ReadyGuard<'a, T: AsFd> {
    descriptor: &'a AsyncFd<T>,
    direction: Direction,
    seen: Seen,
}

impl<'a, T: AsFd> ReadyGuard<'a, T> {
    /// Tries `operation`. If it says `WouldBlock`, the next wait waits for the
    /// next event.
    ///
    /// # Errors
    /// [`WouldBlock`], if that is what the operation said: go on to wait. Its
    /// other errors are its result.
    pub fn try_io<R>(
        &mut self,
        operation: impl FnOnce(&'a T) -> io::Result<R>,
    ) -> Result<io::Result<R>, WouldBlock> {
        match operation(self.descriptor.get_ref()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.descriptor.io.refused(self.seen, self.direction);
                Err(WouldBlock(()))
            }
            done => Ok(done),
        }
    }

    /// What made it ready is used up: the next wait waits for the next event. An
    /// event that has come since the guard was made counts, and an end that the
    /// peer has closed stays closed.
    ///
    /// Only for one who knows: what is cleared although it is there will not be
    /// reported again.
    pub fn clear_ready(&mut self) {
        self.descriptor.io.clear_ready(self.seen, self.direction);
    }

    /// What is inside.
    pub fn get_inner(&self) -> &'a T {
        self.descriptor.get_ref()
    }
}

/// An attempt found that the descriptor was not ready after all.
#[derive(Debug)]
pub struct WouldBlock(());

impl fmt::Display for WouldBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the descriptor was not ready after all")
    }
}

impl Error for WouldBlock {}

impl From<WouldBlock> for io::Error {
    fn from(error: WouldBlock) -> Self {
        Self::new(io::ErrorKind::WouldBlock, error)
    }
}

/// A descriptor as a source of events.
struct Descriptor<T> {
    inner: T,
    /// What was registered is what is deregistered, whatever `inner` says by
    /// then.
    number: RawFd,
}

#[cfg(feature = "trace")]
impl<T> crate::trace::ResourceName for Descriptor<T> {
    fn name(&self) -> Option<String> {
        Some(self.number.to_string())
    }
}

impl<T> event::Source for Descriptor<T> {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: mio::Interest,
    ) -> io::Result<()> {
        SourceFd(&self.number).register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: mio::Interest,
    ) -> io::Result<()> {
        SourceFd(&self.number).reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        SourceFd(&self.number).deregister(registry)
    }
}

impl<T: AsFd> AsFd for AsyncFd<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.get_ref().as_fd()
    }
}

impl<T: AsFd> AsRawFd for AsyncFd<T> {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

impl<T: AsFd + fmt::Debug> fmt::Debug for AsyncFd<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AsyncFd").field(self.get_ref()).finish()
    }
}

impl<T: AsFd + fmt::Debug> fmt::Debug for ReadyGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadyGuard")
            .field("descriptor", self.descriptor)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}
