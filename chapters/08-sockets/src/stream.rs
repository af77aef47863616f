// ANCHOR: head
//! A TCP connection for tasks.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use reactor::{Direction, Registered};
// ANCHOR_END: head

// ANCHOR: stream
/// A TCP connection. Dropping it closes the connection.
///
/// A task can read while another task writes, through two references.
pub struct TcpStream {
    io: Registered<mio::net::TcpStream>,
}

impl AsyncRead for &TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.io.poll_io(cx, Direction::Read, |mut io| io.read(buffer))
    }
}

impl AsyncWrite for &TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.io.poll_io(cx, Direction::Write, |mut io| io.write(bytes))
    }
    // ANCHOR_END: stream

    // ANCHOR: close
    /// The kernel has the bytes already, so there is nothing to do.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Closes our direction of the connection. The peer can still send.
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.io.get_ref().shutdown(Shutdown::Write) {
            // The peer has gone, so it needs no message.
            Err(error) if error.kind() == ErrorKind::NotConnected => Poll::Ready(Ok(())),
            result => Poll::Ready(result),
        }
    }
}
// ANCHOR_END: close

// ANCHOR: connect
impl TcpStream {
    /// Connects to a server.
    ///
    /// # Errors
    ///
    /// If the server refuses, or cannot be reached.
    ///
    /// # Panics
    ///
    /// If the thread has no current reactor.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the attempt is given up.
    pub async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
        let io = Registered::new(mio::net::TcpStream::connect(address)?)?;
        io.io(Direction::Write, established).await?;
        Ok(TcpStream { io })
    }
}

/// Whether the connection is there. `WouldBlock` means that it is still on its way.
fn established(io: &mio::net::TcpStream) -> io::Result<()> {
    if let Some(error) = io.take_error()? {
        return Err(error);
    }
    match io.peer_addr() {
        Err(error) if error.kind() == ErrorKind::NotConnected => {
            Err(ErrorKind::WouldBlock.into())
        }
        result => result.map(drop),
    }
}
// ANCHOR_END: connect

// ANCHOR: rest
impl TcpStream {
    pub(crate) fn from_mio(io: mio::net::TcpStream) -> io::Result<TcpStream> {
        Ok(TcpStream { io: Registered::new(io)? })
    }

    /// Whether small messages are sent at once instead of being collected.
    pub fn set_nodelay(&self, at_once: bool) -> io::Result<()> {
        self.io.get_ref().set_nodelay(at_once)
    }

    /// The address of this end.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get_ref().local_addr()
    }

    /// The address of the other end.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.get_ref().peer_addr()
    }
}

impl AsyncRead for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_read(cx, buffer)
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_flush(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_close(cx)
    }
}
// ANCHOR_END: rest
