//! Exercise `sockets/net`: TCP sockets for tasks, on your reactor.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, ToSocketAddrs};
// You will also need `std::io::{ErrorKind, Read}`.

use crate::reactor::{Reactor, Registered};
// You will also need `crate::reactor::Direction`.

/// A socket that accepts TCP connections.
pub struct TcpListener {
    io: Registered<mio::net::TcpListener>,
}

/// A TCP connection. Dropping it closes the connection.
///
/// A task can read while another task writes.
pub struct TcpStream {
    io: Registered<mio::net::TcpStream>,
}

impl TcpListener {
    /// Listens at this address.
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let io = mio::net::TcpListener::from_std(listener);
        Ok(TcpListener { io: Reactor::global().register(io)? })
    }

    /// Waits for the next connection. If a connection was given up before it was
    /// accepted (`ConnectionAborted`), waits for the one after it.
    ///
    /// # Errors
    ///
    /// If the system cannot accept it, for example with too many open files. Then wait
    /// a little before the next call.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let _ = self.io.get_ref().accept().map(|(io, _)| Reactor::global().register(io));
        todo!("accept when the listener is ready, and register the new socket")
    }

    /// The address at which it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get_ref().local_addr()
    }
}

impl TcpStream {
    /// Connects to a server. A refused connection is an error.
    pub async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
        let io = Reactor::global().register(mio::net::TcpStream::connect(address)?)?;
        let _ = (io.get_ref().take_error(), io.get_ref().peer_addr());
        todo!("wait until the socket can be written to, and find out whether it is connected")
    }

    /// Reads some bytes. 0 means that the peer has closed its direction.
    pub async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let _ = buffer;
        todo!("read when the socket is ready")
    }

    /// Sends all bytes, in as many parts as the socket needs.
    pub async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        let sent = self.io.get_ref().write(bytes)?;
        bytes = &bytes[sent..];
        todo!("send the {} bytes that are left when the socket is ready", bytes.len())
    }

    /// Closes our direction. The peer can still send.
    pub fn close(&self) -> io::Result<()> {
        self.io.get_ref().shutdown(Shutdown::Write)
    }

    /// Sends small messages at once, instead of collecting them.
    pub fn set_nodelay(&self, at_once: bool) -> io::Result<()> {
        self.io.get_ref().set_nodelay(at_once)
    }

    /// The address of the other end.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.get_ref().peer_addr()
    }
}
