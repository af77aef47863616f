//! The writing end of a pipe.

use super::end::{self, end_methods, end_traits};
use crate::{
    reactor::{Direction, Interest, Ready, Registered},
    runtime::Handle,
};
use futures_io::AsyncWrite;
use std::{
    fmt,
    io::{self, IoSlice, Write},
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd},
    pin::Pin,
    task::{Context, Poll},
};

/// The writing end of a pipe. Dropping it closes the end.
///
/// If the other end is closed, writes fail with `BrokenPipe`.
///
/// # Cancel safety
/// A write that is dropped before it is ready has written nothing.
pub struct Sender {
    io: Registered<mio::unix::pipe::Sender>,
}

impl Sender {
    #[track_caller]
    pub(super) fn new(pipe: mio::unix::pipe::Sender) -> io::Result<Self> {
        let runtime = Handle::current();
        let (interest, ready) = (Interest::WRITABLE, Ready::WRITABLE);
        let io = Registered::new(runtime.reactor(), pipe, "pipe", interest, ready)?;
        Ok(Self { io })
    }

    end_methods!(libc::O_WRONLY, Interest::WRITABLE);

    /// Waits until a write takes bytes or returns an error.
    ///
    /// # Errors
    /// When the runtime has shut down.
    ///
    /// # Cancel safety
    /// A wait that is dropped loses no readiness.
    pub async fn writable(&self) -> io::Result<()> {
        self.io.ready(Interest::WRITABLE).await.map(drop)
    }

    /// [`writable`](Self::writable) for hand-written futures. If several tasks
    /// poll, only the last one is woken.
    ///
    /// # Errors
    /// When the runtime has shut down.
    pub fn poll_write_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.poll_ready(context, Direction::Write).map_ok(drop)
    }

    /// Writes as many bytes as there is room for. Up to `PIPE_BUF` bytes are
    /// written as a whole or not at all.
    ///
    /// # Errors
    /// `WouldBlock` if there is no room. `BrokenPipe` if the other end is
    /// closed.
    pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
        self.io
            .try_io(Interest::WRITABLE, |mut pipe| pipe.write(buffer))
    }

    /// [`try_write`](Self::try_write) from several buffers, one after the
    /// other.
    ///
    /// # Errors
    /// Those of `try_write`.
    pub fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        self.io
            .try_io(Interest::WRITABLE, |mut pipe| pipe.write_vectored(buffers))
    }
}

impl AsyncWrite for Sender {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io.poll_write(context, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.io.poll_write_vectored(context, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The kernel has every byte that was written. There is no buffer here.
        Poll::Ready(Ok(()))
    }

    /// Does nothing. Only dropping the sender closes the pipe.
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

end_traits!(Sender);
