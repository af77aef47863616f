//! A Unix socket before it listens or connects.

use super::super::{UnixDatagram, UnixListener, UnixStream, backoff::Backoff};
use crate::time::sleep;
use socket2::{Domain, SockAddr, Socket, Type};
use std::{
    fmt, io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, RawFd},
    path::Path,
};

/// A Unix socket before it listens or connects. Use it to bind a stream to a
/// path before it connects, or to set the length of a listener's queue.
///
/// ```
/// use wakeful::net::UnixSocket;
///
/// # let folder = std::env::temp_dir().join(format!("wakeful-socket-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let server = UnixSocket::new_stream()?;
///     server.bind(folder.join("server"))?;
///     let listener = server.listen(16)?;
///
///     let client = UnixSocket::new_stream()?;
///     client.bind(folder.join("client"))?;
///     let _stream = client.connect(folder.join("server")).await?;
///     let (_, peer) = listener.accept().await?;
///     assert_eq!(peer.as_pathname(), Some(&*folder.join("client")));
///     Ok::<(), std::io::Error>(())
/// })?;
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct UnixSocket {
    io: Socket,
}

impl UnixSocket {
    /// A socket for a stream or a listener.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    pub fn new_stream() -> io::Result<Self> {
        Self::new(Type::STREAM)
    }

    /// A socket for datagrams.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    pub fn new_datagram() -> io::Result<Self> {
        Self::new(Type::DGRAM)
    }

    fn new(kind: Type) -> io::Result<Self> {
        let io = Socket::new(Domain::UNIX, kind, None)?;
        io.set_nonblocking(true)?;
        Ok(Self { io })
    }

    /// Creates a file at `path` and binds the socket to it.
    ///
    /// # Errors
    /// When the file exists, the process may not write to the directory, or the
    /// path is too long.
    pub fn bind(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.io.bind(&SockAddr::unix(path)?)
    }

    /// Listens. When `backlog` connections wait to be accepted, further ones
    /// must wait.
    ///
    /// # Errors
    /// When the socket is for datagrams, or is not bound.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn listen(self, backlog: u32) -> io::Result<UnixListener> {
        self.expect(Type::STREAM, "listen: create it with `new_stream`")?;
        self.io.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
        UnixListener::from_std(self.io.into())
    }

    /// Connects to the listener at `path`. If the listener's queue is full,
    /// this waits as [`UnixStream::connect_addr`] does.
    ///
    /// # Errors
    /// When the socket is for datagrams, no socket listens at `path`, or the
    /// process may not write to the file.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// If the future is dropped, the attempt is given up.
    pub async fn connect(self, path: impl AsRef<Path>) -> io::Result<UnixStream> {
        self.expect(Type::STREAM, "connect: create it with `new_stream`")?;
        let address = SockAddr::unix(path)?;
        let backoff = Backoff::default();
        loop {
            match self.io.connect(&address) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    sleep(backoff.next_pause()).await;
                }
                connected => {
                    connected?;
                    return UnixStream::from_std(self.io.into());
                }
            }
        }
    }

    /// Turns the socket into one for datagrams.
    ///
    /// # Errors
    /// When the socket is for streams, or the runtime is shutting down.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn datagram(self) -> io::Result<UnixDatagram> {
        self.expect(Type::DGRAM, "send datagrams: create it with `new_datagram`")?;
        UnixDatagram::from_std(self.io.into())
    }

    fn expect(&self, kind: Type, purpose: &str) -> io::Result<()> {
        if self.io.r#type()? == kind {
            return Ok(());
        }
        let error = format!("this socket cannot {purpose}");
        Err(io::Error::new(io::ErrorKind::InvalidInput, error))
    }
}

impl AsFd for UnixSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}

impl AsRawFd for UnixSocket {
    fn as_raw_fd(&self) -> RawFd {
        self.io.as_raw_fd()
    }
}

impl FromRawFd for UnixSocket {
    /// Takes a non-blocking Unix socket that is neither connected nor
    /// listening.
    ///
    /// # Safety
    /// The caller must own the open descriptor, and gives it away.
    unsafe fn from_raw_fd(descriptor: RawFd) -> Self {
        // SAFETY: the caller promises what `from_raw_fd` of socket2 needs.
        let io = unsafe { Socket::from_raw_fd(descriptor) };
        Self { io }
    }
}

impl IntoRawFd for UnixSocket {
    fn into_raw_fd(self) -> RawFd {
        self.io.into_raw_fd()
    }
}

impl fmt::Debug for UnixSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}
