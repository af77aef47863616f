//! The owned halves of a stream. The borrowed halves need no types, because a
//! `&` reference to a stream reads and writes as the stream does.

use super::TcpStream;
use crate::{
    fork,
    io::{Interest, Ready},
};
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

/// A connection whose directions close one by one. This trait is sealed: only
/// the streams of this crate implement it.
pub trait Stream {
    /// The same as the stream's method of this name.
    fn shutdown(&self, how: Shutdown) -> io::Result<()>;
}

/// The half that reads. Dropping it closes nothing while the other half lives.
#[derive(Debug)]
pub struct OwnedReadHalf<S: Stream>(Arc<S>);

/// The half that writes. Closing or dropping it closes the writing direction,
/// so the peer reads the end. [`forget`](Self::forget) drops it without that.
#[derive(Debug)]
pub struct OwnedWriteHalf<S: Stream> {
    stream: Arc<S>,
    closes: bool,
    fork_id: fork::ForkId,
}

pub(super) fn split<S: Stream>(stream: S) -> (OwnedReadHalf<S>, OwnedWriteHalf<S>) {
    let reader = OwnedReadHalf(Arc::new(stream));
    let writer = OwnedWriteHalf {
        stream: Arc::clone(&reader.0),
        closes: true,
        fork_id: fork::ForkId::current(),
    };
    (reader, writer)
}

impl<S: Stream> OwnedReadHalf<S> {
    /// Puts the two halves together again.
    ///
    /// # Errors
    /// When the halves belong to different connections. The error holds both.
    pub fn reunite(self, writer: OwnedWriteHalf<S>) -> Result<S, ReuniteError<S>> {
        if !Arc::ptr_eq(&self.0, &writer.stream) {
            return Err(ReuniteError(self, writer));
        }
        writer.forget();
        Ok(Arc::into_inner(self.0).expect("there are two halves, and one was forgotten"))
    }
}

impl<S: Stream> OwnedWriteHalf<S> {
    /// Puts the two halves together again. See [`OwnedReadHalf::reunite`].
    ///
    /// # Errors
    /// When the halves belong to different connections. The error holds both.
    pub fn reunite(self, reader: OwnedReadHalf<S>) -> Result<S, ReuniteError<S>> {
        reader.reunite(self)
    }

    /// Drops this half and leaves its direction open until the other half is
    /// dropped.
    pub fn forget(mut self) {
        self.closes = false;
    }
}

impl<S: Stream> Drop for OwnedWriteHalf<S> {
    fn drop(&mut self) {
        // In a forked child, the connection belongs to the parent.
        if self.closes && !fork::happened_since(self.fork_id) {
            // If this fails, the direction is closed already.
            let _ = self.stream.shutdown(Shutdown::Write);
        }
    }
}

/// The methods that the halves share with the stream.
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

            /// The same as the stream's `ready`.
            ///
            /// # Errors
            /// When the runtime has shut down.
            ///
            /// # Cancel safety
            /// A wait that is dropped loses no readiness.
            pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
                self.0.ready(interest).await
            }

            /// The same as the stream's `readable`.
            ///
            /// # Errors
            /// When the runtime has shut down.
            ///
            /// # Cancel safety
            /// A wait that is dropped loses no readiness.
            pub async fn readable(&self) -> io::Result<()> {
                self.0.readable().await
            }

            /// The same as the stream's `try_read`.
            ///
            /// # Errors
            /// `WouldBlock` if nothing has arrived.
            pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.try_read(buffer)
            }

            /// The same as the stream's `try_read_vectored`.
            ///
            /// # Errors
            /// `WouldBlock` if nothing has arrived.
            pub fn try_read_vectored(&self, buffers: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                self.0.try_read_vectored(buffers)
            }

            /// The same as the stream's `try_read_buf`.
            ///
            /// # Errors
            /// `WouldBlock` if nothing has arrived.
            #[cfg(feature = "bytes")]
            #[cfg_attr(docsrs, doc(cfg(feature = "bytes")))]
            pub fn try_read_buf<B: bytes::BufMut>(&self, buffer: &mut B) -> io::Result<usize> {
                self.0.try_read_buf(buffer)
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

            /// The same as the stream's `ready`.
            ///
            /// # Errors
            /// When the runtime has shut down.
            ///
            /// # Cancel safety
            /// A wait that is dropped loses no readiness.
            pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
                self.stream.ready(interest).await
            }

            /// The same as the stream's `writable`.
            ///
            /// # Errors
            /// When the runtime has shut down.
            ///
            /// # Cancel safety
            /// A wait that is dropped loses no readiness.
            pub async fn writable(&self) -> io::Result<()> {
                self.stream.writable().await
            }

            /// The same as the stream's `try_write`.
            ///
            /// # Errors
            /// `WouldBlock` if there is no room.
            pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
                self.stream.try_write(buffer)
            }

            /// The same as the stream's `try_write_vectored`.
            ///
            /// # Errors
            /// `WouldBlock` if there is no room.
            pub fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
                self.stream.try_write_vectored(buffers)
            }
        }
    };
}

halves!(TcpStream, std::net::SocketAddr);
#[cfg(unix)]
halves!(super::UnixStream, std::os::unix::net::SocketAddr);

impl OwnedReadHalf<TcpStream> {
    /// The same as [`TcpStream::peek`].
    ///
    /// # Errors
    /// Those of a read.
    ///
    /// # Cancel safety
    /// If the future is dropped, no bytes are lost.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.peek(buffer).await
    }

    /// The same as [`TcpStream::poll_peek`].
    ///
    /// # Errors
    /// Those of a read.
    pub fn poll_peek(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_peek(context, buffer)
    }
}

/// The whole connection, for methods that the halves do not have.
impl<S: Stream> AsRef<S> for OwnedReadHalf<S> {
    fn as_ref(&self) -> &S {
        &self.0
    }
}

/// The whole connection, for methods that the halves do not have.
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

/// The halves belong to different connections. The error holds both.
pub struct ReuniteError<S: Stream>(pub OwnedReadHalf<S>, pub OwnedWriteHalf<S>);

impl<S: Stream> fmt::Debug for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReuniteError").finish_non_exhaustive()
    }
}

impl<S: Stream> fmt::Display for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these halves belong to different connections")
    }
}

impl<S: Stream> Error for ReuniteError<S> {}
