//! The traits of a file: I/O, descriptors and conversions.

use super::{File, fs};
use futures_io::{AsyncRead, AsyncSeek, AsyncWrite};
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
#[cfg(windows)]
use std::os::windows::io::{
    AsHandle, AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle, RawHandle,
};
use std::{
    fmt,
    io::{self, IoSlice, SeekFrom},
    pin::Pin,
    task::{Context, Poll, ready},
};

impl AsyncRead for File {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let inner = self.inner.get_mut();
        inner.for_transfer().poll_read(context, buffer)
    }
}

impl AsyncWrite for File {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let inner = self.inner.get_mut();
        ready!(inner.poll_position(context))?;
        inner.for_transfer().poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let inner = self.inner.get_mut();
        ready!(inner.poll_position(context))?;
        inner.for_transfer().poll_write_vectored(context, buffers)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.get_mut().blocking.poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.get_mut().blocking.poll_flush(context)
    }
}

impl AsyncSeek for File {
    fn poll_seek(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        self.inner.get_mut().blocking.poll_seek(context, to)
    }
}

/// The two steps of tokio's seek.
#[cfg(feature = "tokio")]
impl File {
    pub(crate) fn start_tokio_seek(&mut self, to: SeekFrom) {
        self.inner.get_mut().seek = Some(to);
    }

    /// Completes the seek. If none was started, returns the position.
    pub(crate) fn poll_tokio_seek(&mut self, context: &mut Context<'_>) -> Poll<io::Result<u64>> {
        let inner = self.inner.get_mut();
        let to = inner.seek.unwrap_or(SeekFrom::Current(0));
        let position = ready!(inner.blocking.poll_seek(context, to));
        inner.seek = None;
        Poll::Ready(position)
    }
}

/// The same as [`File::from_std`].
impl From<fs::File> for File {
    fn from(file: fs::File) -> Self {
        Self::from_std(file)
    }
}

#[cfg(unix)]
impl From<OwnedFd> for File {
    fn from(descriptor: OwnedFd) -> Self {
        Self::from_std(descriptor.into())
    }
}

#[cfg(unix)]
impl FromRawFd for File {
    unsafe fn from_raw_fd(descriptor: RawFd) -> Self {
        // SAFETY: the caller promises what `from_raw_fd` of `std` needs.
        Self::from_std(unsafe { fs::File::from_raw_fd(descriptor) })
    }
}

/// Use it for operations that have no method here, such as a lock. The system's
/// position in the file may be ahead of the reader's.
#[cfg(unix)]
impl AsFd for File {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.std.as_fd()
    }
}

#[cfg(unix)]
impl AsRawFd for File {
    fn as_raw_fd(&self) -> RawFd {
        self.std.as_raw_fd()
    }
}

#[cfg(windows)]
impl From<OwnedHandle> for File {
    fn from(handle: OwnedHandle) -> Self {
        Self::from_std(handle.into())
    }
}

#[cfg(windows)]
impl FromRawHandle for File {
    unsafe fn from_raw_handle(handle: RawHandle) -> Self {
        // SAFETY: the caller promises what `from_raw_handle` of `std` needs.
        Self::from_std(unsafe { fs::File::from_raw_handle(handle) })
    }
}

/// Use it for operations that have no method here, such as a lock. The system's
/// position in the file may be ahead of the reader's.
#[cfg(windows)]
impl AsHandle for File {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.std.as_handle()
    }
}

#[cfg(windows)]
impl AsRawHandle for File {
    fn as_raw_handle(&self) -> RawHandle {
        self.std.as_raw_handle()
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.std.fmt(f)
    }
}
