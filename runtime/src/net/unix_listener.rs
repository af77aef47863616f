//! Waiting for connections from processes of this machine.

use super::{UnixStream, acceptor::Acceptor, socket};
use std::{
    io,
    os::unix::net::{self, SocketAddr},
    path::Path,
    task::{Context, Poll, ready},
};

/// A socket that accepts Unix connections.
///
/// The file that it makes at its path stays when it is dropped: who listens
/// there next must remove it first, or gets `AddrInUse`.
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
    /// Makes a file at this path and listens there.
    ///
    /// # Errors
    /// When there is a file already, or the directory may not be written to.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn bind(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::new(mio::net::UnixListener::bind(path)?)
    }

    /// Listens at this address: a path or, on Linux, a name without a file
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

    /// Takes a listener of `std`'s over, which is made non-blocking.
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

    /// Waits for a connection. Several tasks may wait at once. Without
    /// descriptors it pauses before it fails, as
    /// [`TcpListener::accept`](super::TcpListener::accept) does.
    ///
    /// # Cancel safety
    /// Dropped, no connection is lost.
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        let (stream, peer) = self.io.accept(mio::net::UnixListener::accept).await?;
        Ok((UnixStream::connected(stream)?, peer))
    }

    /// [`accept`](Self::accept), for futures written by hand. The last task to
    /// poll is the one that is woken.
    pub fn poll_accept(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<(UnixStream, SocketAddr)>> {
        let accepted = self.io.poll_accept(context, mio::net::UnixListener::accept);
        let (stream, peer) = ready!(accepted)?;
        Poll::Ready(Ok((UnixStream::connected(stream)?, peer)))
    }

    /// The address it listens at.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }
}

socket::descriptor!(UnixListener);
