//! Datagrams between processes of one machine.

use super::socket;
use crate::{
    reactor::{Direction, Interest, Ready, Registered},
    runtime::Handle,
};
use std::{
    io,
    net::Shutdown,
    os::unix::net::{self, SocketAddr},
    path::Path,
    task::{Context, Poll},
};

/// A Unix socket for datagrams, none of which is lost or overtaken on its way.
///
/// Every method takes `&self`: any number of tasks can send and receive. (Of
/// those that poll, one in each direction.)
///
/// ```
/// use wakeful::net::UnixDatagram;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let (here, there) = UnixDatagram::pair()?;
///     here.send(b"hello").await?;
///     let mut buffer = [0; 16];
///     let length = there.recv(&mut buffer).await?;
///     assert_eq!(&buffer[..length], b"hello");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct UnixDatagram {
    io: Registered<mio::net::UnixDatagram>,
}

impl UnixDatagram {
    /// Makes a file at this path, and a socket to which it leads.
    ///
    /// # Errors
    /// When there is a file already, or the directory may not be written to.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::new(mio::net::UnixDatagram::bind(path)?)
    }

    /// A socket at this address: a path or, on Linux, a name without a file
    /// ([`SocketAddrExt`](std::os::linux::net::SocketAddrExt)).
    ///
    /// # Errors
    /// When the address is in use.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn bind_addr(address: &SocketAddr) -> io::Result<Self> {
        Self::new(mio::net::UnixDatagram::bind_addr(address)?)
    }

    /// A socket without an address: it can send, and nobody can answer.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn unbound() -> io::Result<Self> {
        Self::new(mio::net::UnixDatagram::unbound()?)
    }

    /// Two sockets, each the other's peer, that nobody else can reach.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn pair() -> io::Result<(Self, Self)> {
        let (here, there) = mio::net::UnixDatagram::pair()?;
        Ok((Self::new(here)?, Self::new(there)?))
    }

    /// Takes a socket of `std`'s over, which is made non-blocking.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn from_std(socket: net::UnixDatagram) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Self::new(mio::net::UnixDatagram::from_std(socket))
    }

    socket::into_std_unix!("socket", net::UnixDatagram);

    #[track_caller]
    fn new(socket: mio::net::UnixDatagram) -> io::Result<Self> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        let ready = Ready::READABLE | Ready::WRITABLE;
        let io = Registered::new(
            Handle::current().reactor(),
            socket,
            "unix datagram",
            interest,
            ready,
        )?;
        Ok(Self { io })
    }

    /// Chooses the peer for [`send`](Self::send), and the only one from whom
    /// datagrams are received.
    ///
    /// # Errors
    /// When nobody is there.
    pub fn connect(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.io.connect(path)
    }

    /// The address of this end, if it has one.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// The peer it is connected to.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }

    socket::datagram_methods!(SocketAddr);

    /// Sends a datagram to the socket at this path.
    ///
    /// A receiver whose queue is full is waited for, but the system does not
    /// say when there is room: connect first where that can be.
    ///
    /// # Errors
    /// When nobody is there, and when the datagram is too long.
    ///
    /// # Cancel safety
    /// Dropped, nothing was sent.
    pub async fn send_to(&self, datagram: &[u8], path: impl AsRef<Path>) -> io::Result<usize> {
        let path = path.as_ref();
        self.io
            .io(Interest::WRITABLE, |socket| socket.send_to(datagram, path))
            .await
    }

    /// [`send_to`](Self::send_to), now or never.
    ///
    /// # Errors
    /// `WouldBlock` if there is no room now, and those of `send_to`.
    pub fn try_send_to(&self, datagram: &[u8], path: impl AsRef<Path>) -> io::Result<usize> {
        self.io.try_io(Interest::WRITABLE, |socket| {
            socket.send_to(datagram, path.as_ref())
        })
    }

    /// Closes one direction or both.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.io.shutdown(how)
    }
}

socket::descriptor!(UnixDatagram);
