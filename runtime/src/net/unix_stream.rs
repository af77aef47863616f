//! A connection between processes of one machine.

use super::{backoff::Backoff, socket, unix};
use crate::{
    reactor::{Direction, Interest, Ready, Registered},
    runtime::Handle,
    time::sleep,
};
use std::{
    io::{self, Read, Write},
    net::Shutdown,
    os::unix::net::{self, SocketAddr},
    path::Path,
};

/// A connection over a Unix socket: to another process of this machine, or
/// [within](Self::pair) this one.
///
/// It reads and writes as [`TcpStream`](super::TcpStream) does: by `&mut
/// UnixStream`, by `&UnixStream`, or by halves; one task in each direction.
///
/// Dropping it closes the connection.
///
/// # Cancel safety
/// A read or write that is dropped before it is ready has moved no bytes.
///
/// ```
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
/// use wakeful::net::UnixStream;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let (mut here, mut there) = UnixStream::pair()?;
///     here.write_all(b"hello").await?;
///     here.close().await?;
///     let mut heard = String::new();
///     there.read_to_string(&mut heard).await?;
///     assert_eq!(heard, "hello");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct UnixStream {
    io: Registered<mio::net::UnixStream>,
}

impl UnixStream {
    /// Connects to the listener at this path; see
    /// [`connect_addr`](Self::connect_addr).
    pub async fn connect(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::connect_addr(&SocketAddr::from_pathname(path)?).await
    }

    /// Connects to the listener at this address: a path or, on Linux, a name
    /// without a file
    /// ([`SocketAddrExt`](std::os::linux::net::SocketAddrExt)).
    ///
    /// While more connections wait to be accepted than the listener has room
    /// for, the system does not say when there is room: then it is tried again
    /// after 5 ms, and after twice that, up to a second.
    ///
    /// # Errors
    /// When nobody listens there, or the file may not be written to.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// Dropped, the attempt is given up.
    pub async fn connect_addr(address: &SocketAddr) -> io::Result<Self> {
        let backoff = Backoff::default();
        loop {
            match mio::net::UnixStream::connect_addr(address) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    sleep(backoff.next_pause()).await;
                }
                stream => return Self::connected(stream?),
            }
        }
    }

    /// Two ends of a connection that nobody else can reach.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn pair() -> io::Result<(Self, Self)> {
        let (here, there) = mio::net::UnixStream::pair()?;
        Ok((Self::connected(here)?, Self::connected(there)?))
    }

    /// Takes a connection of `std`'s over, which is made non-blocking.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn from_std(stream: net::UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Self::connected(mio::net::UnixStream::from_std(stream))
    }

    socket::into_std_unix!("connection", net::UnixStream);

    /// It is taken to be ready, so that the first read and write are tried at
    /// once.
    #[track_caller]
    pub(super) fn connected(stream: mio::net::UnixStream) -> io::Result<Self> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        // Reads end at descriptors that are passed along.
        let ready = Ready::READABLE | Ready::WRITABLE | Ready::SHORT_READ_OK;
        let io = Registered::new(
            Handle::current().reactor(),
            stream,
            "unix stream",
            interest,
            ready,
        )?;
        Ok(Self { io })
    }

    /// The address of this end, which most often has none.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// The address of the other end.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }

    socket::stream_methods!(unix);
}

socket::stream_traits!(UnixStream);
