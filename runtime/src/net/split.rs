//! The two directions of a connection, each to own. To borrow them takes no
//! types: a reference to a stream reads and writes like the stream.

use super::TcpStream;
use crate::fork;
use futures_io::{AsyncRead, AsyncWrite};
use std::{
    error::Error,
    fmt,
    io::{self, IoSlice, IoSliceMut},
    net::Shutdown,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// A connection whose directions close one by one. Sealed: the streams of
/// this crate.
pub trait Stream {
    /// As the stream's method of this name.
    fn shutdown(&self, how: Shutdown) -> io::Result<()>;
}

/// The direction to read from. Dropping it closes nothing while the other half
/// lives.
#[derive(Debug)]
pub struct OwnedReadHalf<S: Stream>(Arc<S>);

/// The direction to write to. Closing or dropping it tells the peer that no
/// more comes; [`forget`](Self::forget) does not.
#[derive(Debug)]
pub struct OwnedWriteHalf<S: Stream> {
    stream: Arc<S>,
    closes: bool,
    born: fork::Generation,
}

pub(super) fn split<S: Stream>(stream: S) -> (OwnedReadHalf<S>, OwnedWriteHalf<S>) {
    let reader = OwnedReadHalf(Arc::new(stream));
    let writer = OwnedWriteHalf {
        stream: Arc::clone(&reader.0),
        closes: true,
        born: fork::Generation::now(),
    };
    (reader, writer)
}

impl<S: Stream> OwnedReadHalf<S> {
    /// The connection in one piece again.
    ///
    /// # Errors
    /// When the halves are not of the same connection; the error has both.
    pub fn reunite(self, writer: OwnedWriteHalf<S>) -> Result<S, ReuniteError<S>> {
        if !Arc::ptr_eq(&self.0, &writer.stream) {
            return Err(ReuniteError(self, writer));
        }
        writer.forget();
        Ok(Arc::into_inner(self.0).expect("there are two halves, and one is forgotten"))
    }
}

impl<S: Stream> OwnedWriteHalf<S> {
    /// The connection in one piece again; see
    /// [`OwnedReadHalf::reunite`].
    ///
    /// # Errors
    /// When the halves are not of the same connection; the error has both.
    pub fn reunite(self, reader: OwnedReadHalf<S>) -> Result<S, ReuniteError<S>> {
        reader.reunite(self)
    }

    /// Drops this half, and leaves its direction open until the other half is
    /// dropped too.
    pub fn forget(mut self) {
        self.closes = false;
    }
}

impl<S: Stream> Drop for OwnedWriteHalf<S> {
    fn drop(&mut self) {
        // In a forked process the connection is the parent's.
        if self.closes && !fork::happened_since(self.born) {
            // What cannot be closed is closed.
            let _ = self.stream.shutdown(Shutdown::Write);
        }
    }
}

/// What the halves of a stream have of the stream's.
macro_rules! halves {
    ($Stream:ty, $Address:ty) => {
        impl OwnedReadHalf<$Stream> {
            /// The address of this end.
            pub fn local_addr(&self) -> io::Result<$Address> {
                self.0.local_addr()
            }

            /// The address of the other end.
            pub fn peer_addr(&self) -> io::Result<$Address> {
                self.0.peer_addr()
            }

            /// Waits until there is something to read; as the stream's method
            /// of this name.
            ///
            /// # Cancel safety
            /// Yes.
            pub async fn readable(&self) -> io::Result<()> {
                self.0.readable().await
            }

            /// Reads what is there.
            ///
            /// # Errors
            /// `WouldBlock` if nothing is: then [`readable`](Self::readable)
            /// waits.
            pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.try_read(buffer)
            }
        }

        impl OwnedWriteHalf<$Stream> {
            /// The address of this end.
            pub fn local_addr(&self) -> io::Result<$Address> {
                self.stream.local_addr()
            }

            /// The address of the other end.
            pub fn peer_addr(&self) -> io::Result<$Address> {
                self.stream.peer_addr()
            }

            /// Waits until there is room to write; as the stream's method of
            /// this name.
            ///
            /// # Cancel safety
            /// Yes.
            pub async fn writable(&self) -> io::Result<()> {
                self.stream.writable().await
            }

            /// Writes what there is room for.
            ///
            /// # Errors
            /// `WouldBlock` if there is none: then [`writable`](Self::writable)
            /// waits.
            pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
                self.stream.try_write(buffer)
            }
        }
    };
}

halves!(TcpStream, std::net::SocketAddr);
#[cfg(unix)]
halves!(super::UnixStream, std::os::unix::net::SocketAddr);

impl OwnedReadHalf<TcpStream> {
    /// Looks at what has arrived without consuming it.
    ///
    /// # Cancel safety
    /// Yes.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.peek(buffer).await
    }
}

/// The whole connection, for what is not done by halves.
impl<S: Stream> AsRef<S> for OwnedReadHalf<S> {
    fn as_ref(&self) -> &S {
        &self.0
    }
}

/// The whole connection, for what is not done by halves.
impl<S: Stream> AsRef<S> for OwnedWriteHalf<S> {
    fn as_ref(&self) -> &S {
        &self.stream
    }
}

impl<S: Stream> AsyncRead for OwnedReadHalf<S>
where
    for<'a> &'a S: AsyncRead,
{
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self.0).poll_read(context, buffer)
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self.0).poll_read_vectored(context, buffers)
    }
}

impl<S: Stream> AsyncWrite for OwnedWriteHalf<S>
where
    for<'a> &'a S: AsyncWrite,
{
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self.stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self.stream).poll_write_vectored(context, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self.stream).poll_flush(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self.stream).poll_close(context)
    }
}

/// Two halves that are not of the same connection.
pub struct ReuniteError<S: Stream>(pub OwnedReadHalf<S>, pub OwnedWriteHalf<S>);

impl<S: Stream> fmt::Debug for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReuniteError").finish_non_exhaustive()
    }
}

impl<S: Stream> fmt::Display for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these halves are not of the same connection")
    }
}

impl<S: Stream> Error for ReuniteError<S> {}
