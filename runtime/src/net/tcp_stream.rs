//! A TCP connection.

use super::address;
use crate::reactor::{Direction, Flags, Registered};
use futures_io::{AsyncRead, AsyncWrite};
use mio::Interest;
use std::{
    fmt,
    io::{self, IoSlice, IoSliceMut, Read, Write},
    net::{self, Shutdown, SocketAddr, ToSocketAddrs},
    pin::Pin,
    task::{Context, Poll},
};

/// A TCP connection.
///
/// Reading and writing go through the traits of `futures-io`, by `&mut
/// TcpStream` or by `&TcpStream`, so that one task can read while another
/// writes. Two tasks in the same direction are one too many: the last to poll
/// is the one that is woken.
///
/// Dropping it closes the connection.
///
/// # Cancel safety
/// A read or write that is dropped before it is ready has moved no bytes.
/// (Methods like `read_exact` and `write_all`, which make several, have moved
/// those of the calls that were ready.)
pub struct TcpStream {
    io: Registered<mio::net::TcpStream>,
}

impl TcpStream {
    /// Connects to the first of the name's addresses that answers.
    ///
    /// A name that is neither an address nor its text is resolved on the
    /// blocking pool.
    ///
    /// # Errors
    /// When no address works; the last one's reason is given.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// Dropped, the attempt is given up.
    pub async fn connect<A>(name: A) -> io::Result<Self>
    where
        A: ToSocketAddrs + Send + 'static,
    {
        address::first_that_works(name, Self::connect_to).await
    }

    async fn connect_to(address: SocketAddr) -> io::Result<Self> {
        let stream = mio::net::TcpStream::connect(address)?;
        let stream = Self::new(stream, Flags::NONE)?;
        let attempt = stream.io.io(Direction::Write, |stream| {
            if let Some(error) = stream.take_error()? {
                return Err(error);
            }
            match stream.peer_addr() {
                Ok(_) => Ok(()),
                Err(error) if is_in_progress(&error) => Err(io::ErrorKind::WouldBlock.into()),
                Err(error) => Err(error),
            }
        });
        attempt.await?;
        Ok(stream)
    }

    /// Takes a connection of `std`'s over, which is made non-blocking.
    ///
    /// # Panics
    /// Outside a runtime.
    pub fn from_std(stream: net::TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Self::connected(mio::net::TcpStream::from_std(stream))
    }

    /// A connection that is there: it is taken to be ready, so that the first
    /// read and write are tried at once.
    pub(super) fn connected(stream: mio::net::TcpStream) -> io::Result<Self> {
        Self::new(stream, Flags::READABLE | Flags::WRITABLE)
    }

    fn new(stream: mio::net::TcpStream, ready: Flags) -> io::Result<Self> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        let io = Registered::new(stream, "tcp stream", interest, ready)?;
        Ok(Self { io })
    }

    /// The address of this end.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// The address of the other end.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`) instead of being
    /// gathered.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.io.nodelay()
    }

    /// Sets whether small writes are sent at once.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.io.set_nodelay(nodelay)
    }

    /// Closes one direction or both, for everyone who holds the connection.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        match self.io.shutdown(how) {
            // The peer was faster: closed is what was asked for.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            done => done,
        }
    }

    /// Looks at what has arrived without consuming it.
    ///
    /// # Cancel safety
    /// Yes.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.io
            .io(Direction::Read, |stream| stream.peek(buffer))
            .await
    }
}

/// Whether a connection is still being made, which `peer_addr` says in two
/// ways.
fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EINPROGRESS) {
        return true;
    }
    error.kind() == io::ErrorKind::NotConnected
}

impl AsyncRead for &TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let wanted = buffer.len();
        self.io
            .poll_transfer(context, Direction::Read, wanted, |mut stream| {
                stream.read(buffer)
            })
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let wanted = buffers.iter().map(|buffer| buffer.len()).sum();
        self.io
            .poll_transfer(context, Direction::Read, wanted, |mut stream| {
                stream.read_vectored(buffers)
            })
    }
}

impl AsyncWrite for &TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io
            .poll_transfer(context, Direction::Write, buffer.len(), |mut stream| {
                stream.write(buffer)
            })
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wanted = buffers.iter().map(|buffer| buffer.len()).sum();
        self.io
            .poll_transfer(context, Direction::Write, wanted, |mut stream| {
                stream.write_vectored(buffers)
            })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What was written is the kernel's; there is no buffer here.
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.shutdown(Shutdown::Write))
    }
}

impl AsyncRead for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_read(context, buffer)
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_read_vectored(context, buffers)
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_write_vectored(context, buffers)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_flush(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_close(context)
    }
}

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}
