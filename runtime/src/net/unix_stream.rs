//! A connection between processes of one machine.

use super::{
    backoff::Backoff,
    socket, stream_macros,
    unix::{self, UCred},
};
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

/// A connection over a Unix socket, to another process of this machine or
/// [within](Self::pair) this one.
///
/// It reads and writes as [`TcpStream`](super::TcpStream) does: as `&mut
/// UnixStream`, as `&UnixStream` or in halves, with one task per direction.
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
///     let mut text = String::new();
///     there.read_to_string(&mut text).await?;
///     assert_eq!(text, "hello");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct UnixStream {
    io: Registered<mio::net::UnixStream>,
}

impl UnixStream {
    /// Connects to the listener at `path`. See
    /// [`connect_addr`](Self::connect_addr).
    ///
    /// # Errors
    /// Those of `connect_addr`, and when the path is too long.
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn connect(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::connect_addr(&SocketAddr::from_pathname(path)?).await
    }

    /// Connects to the listener at an address: a path or, on Linux, a name
    /// without a file
    /// ([`SocketAddrExt`](std::os::linux::net::SocketAddrExt)).
    ///
    /// If the listener's queue is full, the system does not report when there
    /// is room. Then this tries again after 5 ms, and doubles the pause up to
    /// one second.
    ///
    /// # Errors
    /// When no socket listens there, or the process may not write to the file.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// If the future is dropped, the attempt is given up.
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

    /// Two streams that are connected to each other.
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

    /// Takes a connection of `std`'s, and makes it non-blocking.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn from_std(stream: net::UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Self::connected(mio::net::UnixStream::from_std(stream))
    }

    socket::into_std_unix!("connection", net::UnixStream);

    /// Wraps an established connection. It starts as ready, so the first read
    /// and write are tried at once.
    #[track_caller]
    pub(super) fn connected(stream: mio::net::UnixStream) -> io::Result<Self> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        // A read ends at a passed descriptor.
        let ready = Ready::READABLE | Ready::WRITABLE | Ready::SHORT_READ_MAY_LEAVE_DATA;
        let runtime = Handle::current();
        let io = Registered::new(runtime.reactor(), stream, "unix stream", interest, ready)?;
        Ok(Self { io })
    }

    /// The address of this end. The end that connected is usually unnamed.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// The address of the other end.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }

    /// The user, group and process that connected or listened at the other end.
    ///
    /// # Errors
    /// When the system does not say.
    ///
    /// ```
    /// use wakeful::net::UnixStream;
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let (here, _there) = UnixStream::pair()?;
    ///     let peer = here.peer_cred()?;
    ///     println!("user {}, process {:?}", peer.uid(), peer.pid());
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(any(
        target_os = "linux",
        target_os = "android",
        target_os = "macos",
        target_os = "ios",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    pub fn peer_cred(&self) -> io::Result<UCred> {
        UCred::of_peer(self)
    }

    stream_macros::stream_methods!(
        unix,
        "    # use wakeful::net::UnixStream;
    # let (here, there) = UnixStream::pair()?;"
    );
}

stream_macros::stream_traits!(UnixStream);
socket::try_from_std!(UnixStream, net::UnixStream);
