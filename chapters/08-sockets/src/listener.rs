// ANCHOR: head
//! A socket that accepts connections.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};

use reactor::{Direction, Registered};

use crate::TcpStream;
// ANCHOR_END: head

// ANCHOR: listener
/// A socket that accepts TCP connections.
pub struct TcpListener {
    io: Registered<mio::net::TcpListener>,
}

impl TcpListener {
    /// Listens at this address. If it is a name, the look-up blocks the thread.
    ///
    /// # Errors
    ///
    /// If the address is in use, or the system has no more descriptors.
    ///
    /// # Panics
    ///
    /// If the thread has no current reactor.
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
        TcpListener::from_std(std::net::TcpListener::bind(address)?)
    }

    /// The same with a socket of `std`. Use it if the socket needs options.
    pub fn from_std(listener: std::net::TcpListener) -> io::Result<TcpListener> {
        listener.set_nonblocking(true)?;
        let io = Registered::new(mio::net::TcpListener::from_std(listener))?;
        Ok(TcpListener { io })
    }
    // ANCHOR_END: listener

    // ANCHOR: accept
    /// Waits for the next connection.
    ///
    /// # Errors
    ///
    /// If the system cannot accept it, for example with too many open files. The
    /// connection stays in the queue, so the next call tries again at once. Wait a
    /// little before that.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, no connection is lost.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let accept = |io: &mio::net::TcpListener| match io.accept() {
            // The meter has given up. Try the next connection.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {
                Err(ErrorKind::Interrupted.into())
            }
            result => result,
        };
        let (stream, peer) = self.io.io(Direction::Read, accept).await?;
        Ok((TcpStream::from_mio(stream)?, peer))
    }
    // ANCHOR_END: accept

    // ANCHOR: rest
    /// The address at which it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.get_ref().local_addr()
    }
}
// ANCHOR_END: rest
