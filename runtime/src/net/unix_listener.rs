//! Accepting connections from processes of this machine.

use super::{UnixStream, acceptor::Acceptor, socket};
use std::{
    io,
    os::unix::net::{self, SocketAddr},
    path::Path,
    task::{Context, Poll, ready},
};

/// A socket that accepts Unix connections.
///
/// Dropping it leaves the file at its path. Remove the file before you listen
/// there again. Otherwise `bind` fails with `AddrInUse`.
///
/// ```
/// use wakeful::net::{UnixListener, UnixStream};
///
/// let path = std::env::temp_dir().join(format!("wakeful-{}.sock", std::process::id()));
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let listener = UnixListener::bind(&path)?;
///     let _client = UnixStream::connect(&path).await?;
///     let (_stream, _peer) = listener.accept().await?;
///     std::fs::remove_file(&path)
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct UnixListener {
    io: Acceptor<mio::net::UnixListener>,
}

impl UnixListener {
    /// Creates a file at `path` and listens there.
    ///
    /// # Errors
    /// When the file exists, or the process may not write to the directory.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::new(mio::net::UnixListener::bind(path)?)
    }

    /// Listens on an address: a path or, on Linux, a name without a file
    /// ([`SocketAddrExt`](std::os::linux::net::SocketAddrExt)).
    ///
    /// # Errors
    /// When the address is in use.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn bind_addr(address: &SocketAddr) -> io::Result<Self> {
        Self::new(mio::net::UnixListener::bind_addr(address)?)
    }

    /// Takes a listener of `std`'s, and makes it non-blocking.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn from_std(listener: net::UnixListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Self::new(mio::net::UnixListener::from_std(listener))
    }

    socket::into_std_unix!("listener", net::UnixListener);

    #[track_caller]
    fn new(listener: mio::net::UnixListener) -> io::Result<Self> {
        let io = Acceptor::new(listener, "unix listener")?;
        Ok(Self { io })
    }

    /// Accepts a connection. Several tasks may wait at once. If the system has
    /// no descriptors left, it pauses before it returns the error, as
    /// [`TcpListener::accept`](super::TcpListener::accept) does.
    ///
    /// # Errors
    /// When the system has no descriptors or memory left, and when the runtime
    /// has shut down.
    ///
    /// # Cancel safety
    /// If the future is dropped, no connection is lost.
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        let (stream, peer) = self.io.accept(mio::net::UnixListener::accept).await?;
        Ok((UnixStream::connected(stream)?, peer))
    }

    /// [`accept`](Self::accept) for hand-written futures. If several tasks
    /// poll, only the last one is woken.
    ///
    /// # Errors
    /// Those of `accept`.
    pub fn poll_accept(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<(UnixStream, SocketAddr)>> {
        let accepted = self.io.poll_accept(context, mio::net::UnixListener::accept);
        let (stream, peer) = ready!(accepted)?;
        Poll::Ready(Ok((UnixStream::connected(stream)?, peer)))
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// Takes the error that the system holds for this socket, if there is one.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.take_error()
    }
}

socket::descriptor!(UnixListener);
socket::try_from_std!(UnixListener, net::UnixListener);
