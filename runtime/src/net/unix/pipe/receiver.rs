//! The reading end of a pipe.

use super::end::{self, end_methods, end_traits};
use crate::{
    reactor::{Direction, Interest, Ready, Registered, async_read},
    runtime::Handle,
};
use std::{
    fmt,
    io::{self, IoSliceMut, Read},
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd},
    task::{Context, Poll},
};

/// The reading end of a pipe. Dropping it closes the end.
///
/// Reads return 0 bytes, the end, while no process has the writing end open.
/// For a FIFO that is not final: another process may open it.
///
/// # Cancel safety
/// A read that is dropped before it is ready has read nothing.
pub struct Receiver {
    io: Registered<mio::unix::pipe::Receiver>,
}

impl Receiver {
    #[track_caller]
    pub(super) fn new(pipe: mio::unix::pipe::Receiver) -> io::Result<Self> {
        let runtime = Handle::current();
        // The sender may write packets (`O_DIRECT`), and a read ends after each.
        let ready = Ready::READABLE | Ready::SHORT_READ_MAY_LEAVE_DATA;
        let interest = Interest::READABLE;
        let io = Registered::new(runtime.reactor(), pipe, "pipe", interest, ready)?;
        Ok(Self { io })
    }

    end_methods!(libc::O_RDONLY, Interest::READABLE);

    /// Waits until a read returns bytes, the end or an error.
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// A wait that is dropped loses no readiness.
    pub async fn readable(&self) -> io::Result<()> {
        self.io.ready(Interest::READABLE).await.map(drop)
    }

    /// [`readable`](Self::readable) for hand-written futures. If several tasks
    /// poll, only the last one is woken.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.poll_ready(context, Direction::Read).map_ok(drop)
    }

    /// Reads the bytes that have arrived. 0 bytes mean the end, unless the
    /// buffer is empty.
    ///
    /// # Errors
    /// `WouldBlock` if nothing has arrived.
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.io
            .try_io(Interest::READABLE, |mut pipe| pipe.read(buffer))
    }

    /// [`try_read`](Self::try_read) into several buffers, one after the other.
    ///
    /// # Errors
    /// Those of `try_read`.
    pub fn try_read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.io
            .try_io(Interest::READABLE, |mut pipe| pipe.read_vectored(buffers))
    }

    /// [`try_read`](Self::try_read) into the spare room of a buffer, which grows
    /// by what was read.
    ///
    /// # Errors
    /// Those of `try_read`.
    #[cfg(feature = "bytes")]
    #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
    pub fn try_read_buf<B: bytes::BufMut>(&self, buffer: &mut B) -> io::Result<usize> {
        use super::super::super::buf;
        self.io.try_io(Interest::READABLE, |pipe| {
            buf::recv(buffer, |spare| {
                let (to, room) = (spare.as_mut_ptr().cast(), spare.len());
                // SAFETY: the descriptor is open, and the kernel may write
                // `room` bytes at `to`.
                let read = unsafe { libc::read(pipe.as_raw_fd(), to, room) };
                usize::try_from(read).map_err(|_| io::Error::last_os_error())
            })
        })
    }
}

async_read!(Receiver);
end_traits!(Receiver);
