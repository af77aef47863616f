//! Datagrams between processes of one machine.

use super::{datagram_macros, socket};
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

/// A Unix socket for datagrams. They arrive in order, and none is lost.
///
/// Every method takes `&self`, so any number of tasks can send and receive. Of
/// the poll methods, only one task per direction may use them.
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
    /// Creates a file at `path` and binds a socket to it.
    ///
    /// # Errors
    /// When the file exists, or the process may not write to the directory.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::new(mio::net::UnixDatagram::bind(path)?)
    }

    /// Binds a socket to an address: a path or, on Linux, a name without a file
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

    /// A socket without an address. It can send, but its peers cannot answer.
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

    /// Two sockets that are connected to each other.
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

    /// Takes a socket of `std`'s, and makes it non-blocking.
    ///
    /// # Errors
    /// When the runtime is shutting down.
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
        let runtime = Handle::current();
        let io = Registered::new(runtime.reactor(), socket, "unix datagram", interest, ready)?;
        Ok(Self { io })
    }

    /// Chooses the peer for [`send`](Self::send) and [`recv`](Self::recv). From
    /// now on, datagrams of other senders are refused.
    ///
    /// # Errors
    /// When no socket is bound to `path`.
    pub fn connect(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.io.connect(path)
    }

    /// The address of this end. It may be unnamed.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// The peer it is connected to.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }

    datagram_macros::datagram_methods!(
        SocketAddr,
        sender,
        "    # use wakeful::net::UnixDatagram;
    # let (here, there) = UnixDatagram::pair()?;"
    );

    /// Sends a datagram to the socket at `path`.
    ///
    /// If the receiver's queue is full, this waits. The system does not report
    /// room in the queue of a receiver that is not connected, so call
    /// [`connect`](Self::connect) first where you can.
    ///
    /// # Errors
    /// When no socket is bound to `path`, and when the datagram is too long.
    ///
    /// # Cancel safety
    /// If the future is dropped, nothing was sent.
    pub async fn send_to(&self, datagram: &[u8], path: impl AsRef<Path>) -> io::Result<usize> {
        let path = path.as_ref();
        self.io
            .io(Interest::WRITABLE, |socket| socket.send_to(datagram, path))
            .await
    }

    /// [`send_to`](Self::send_to) for hand-written futures. If several tasks
    /// poll for writing, only the last one is woken.
    ///
    /// # Errors
    /// Those of `send_to`.
    pub fn poll_send_to(
        &self,
        context: &mut Context<'_>,
        datagram: &[u8],
        path: impl AsRef<Path>,
    ) -> Poll<io::Result<usize>> {
        self.io.poll_io(context, Direction::Write, |socket| {
            socket.send_to(datagram, path.as_ref())
        })
    }

    /// [`send_to`](Self::send_to) without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if there is no room, and those of `send_to`.
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

#[cfg(feature = "bytes")]
fn sender(address: &socket2::SockAddr) -> io::Result<SocketAddr> {
    match address.as_unix() {
        Some(address) => Ok(address),
        // The sender has no address. An empty path is `std`'s unnamed address.
        None => SocketAddr::from_pathname(""),
    }
}

socket::descriptor!(UnixDatagram);
socket::try_from_std!(UnixDatagram, net::UnixDatagram);
