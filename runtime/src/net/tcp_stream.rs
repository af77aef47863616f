//! A TCP connection.

use super::{ToSocketAddrs, address, socket, stream_macros, tcp};
use crate::{
    reactor::{Direction, Interest, Ready, Registered},
    runtime::Handle,
};
use socket2::SockRef;
use std::{
    io::{self, Read, Write},
    net::{self, Shutdown, SocketAddr},
    task::{Context, Poll},
    time::Duration,
};

/// A TCP connection.
///
/// It reads and writes by the traits of `futures-io`, as `&mut TcpStream` or as
/// `&TcpStream`. With the second form, one task can read while another writes.
/// Each direction is for a single task: if two tasks poll in the same
/// direction, only the last one is woken. Use [`into_split`](Self::into_split)
/// to move the two directions into different tasks.
///
/// Dropping it closes the connection.
///
/// # Cancel safety
/// A read or write that is dropped before it is ready has moved no bytes.
/// Methods that make several of them, such as `read_exact` and `write_all`,
/// have moved the bytes of those that were ready.
///
/// ```
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
/// use wakeful::net::{TcpListener, TcpStream};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let mut here = TcpStream::connect(listener.local_addr()?).await?;
///     let (mut there, _) = listener.accept().await?;
///     here.write_all(b"hello").await?;
///     here.close().await?;
///     let mut text = String::new();
///     there.read_to_string(&mut text).await?;
///     assert_eq!(text, "hello");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct TcpStream {
    io: Registered<mio::net::TcpStream>,
}

impl TcpStream {
    /// Connects to the first address of `name` that answers.
    ///
    /// # Errors
    /// When no address works. The error is that of the last one.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// If the future is dropped, the attempt is given up.
    pub async fn connect<A: ToSocketAddrs>(name: A) -> io::Result<Self> {
        address::first_that_works(name, Self::connect_to).await
    }

    async fn connect_to(address: SocketAddr) -> io::Result<Self> {
        Self::connecting(mio::net::TcpStream::connect(address)?).await
    }

    /// Waits until a connection that was begun is established.
    pub(super) async fn connecting(stream: mio::net::TcpStream) -> io::Result<Self> {
        let stream = Self::new(stream, Ready::EMPTY)?;
        let attempt = stream.io.io(Interest::WRITABLE, |stream| {
            if let Some(error) = stream.take_error()? {
                return Err(error);
            }
            match stream.peer_addr() {
                Ok(_) => Ok(()),
                Err(error) if is_in_progress(&error) => Err(io::ErrorKind::WouldBlock.into()),
                Err(error) => Err(error),
            }
        });
        attempt.await?;
        Ok(stream)
    }

    /// Takes a connection of `std`'s, and makes it non-blocking.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn from_std(stream: net::TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Self::connected(mio::net::TcpStream::from_std(stream))
    }

    socket::into_std!("connection", net::TcpStream);

    /// Wraps an established connection. It starts as ready, so the first read
    /// and write are tried at once.
    #[track_caller]
    pub(super) fn connected(stream: mio::net::TcpStream) -> io::Result<Self> {
        Self::new(stream, Ready::READABLE | Ready::WRITABLE)
    }

    #[track_caller]
    fn new(stream: mio::net::TcpStream, ready: Ready) -> io::Result<Self> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        // A read ends before urgent data, so it may be short although more bytes follow.
        // The event `PRIORITY` tells the source not to trust short reads from then on.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let interest = interest | Interest::PRIORITY;
        let runtime = Handle::current();
        let io = Registered::new(runtime.reactor(), stream, "tcp stream", interest, ready)?;
        Ok(Self { io })
    }

    /// The address of this end.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// The address of the other end.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }

    stream_macros::stream_methods!(
        tcp,
        "    # use wakeful::net::{TcpListener, TcpStream};
    # let listener = TcpListener::bind(\"127.0.0.1:0\").await?;
    # let here = TcpStream::connect(listener.local_addr()?).await?;
    # let (there, _) = listener.accept().await?;"
    );

    /// Reads the bytes that have arrived, and leaves them to be read again.
    ///
    /// # Errors
    /// Those of a read.
    ///
    /// # Cancel safety
    /// If the future is dropped, no bytes are lost.
    ///
    /// ```
    /// use wakeful::net::{TcpListener, TcpStream};
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let listener = TcpListener::bind("127.0.0.1:0").await?;
    ///     let here = TcpStream::connect(listener.local_addr()?).await?;
    ///     let (there, _) = listener.accept().await?;
    ///     here.try_write(b"hello")?;
    ///     let mut buffer = [0; 16];
    ///     assert_eq!(there.peek(&mut buffer).await?, 5);
    ///     assert_eq!(there.try_read(&mut buffer)?, 5, "they are still there");
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.io
            .io(Interest::READABLE, |stream| stream.peek(buffer))
            .await
    }

    /// [`peek`](Self::peek) for hand-written futures. If several tasks poll for
    /// reading, only the last one is woken.
    ///
    /// # Errors
    /// Those of a read.
    pub fn poll_peek(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.io
            .poll_io(context, Direction::Read, |stream| stream.peek(buffer))
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`), instead of being
    /// combined.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.io.nodelay()
    }

    /// Sets whether small writes are sent at once (`TCP_NODELAY`).
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.io.set_nodelay(nodelay)
    }

    /// Whether acknowledgements are sent at once (`TCP_QUICKACK`).
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    pub fn quickack(&self) -> io::Result<bool> {
        SockRef::from(self).tcp_quickack()
    }

    /// Sets whether acknowledgements are sent at once (`TCP_QUICKACK`). The
    /// system may switch it back at any time.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    pub fn set_quickack(&self, quickack: bool) -> io::Result<()> {
        SockRef::from(self).set_tcp_quickack(quickack)
    }

    /// How many hops its packets may travel.
    pub fn ttl(&self) -> io::Result<u32> {
        self.io.ttl()
    }

    /// Sets how many hops its packets may travel.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.io.set_ttl(ttl)
    }

    /// How long the system goes on to send written bytes after the connection
    /// is closed (`SO_LINGER`).
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        SockRef::from(self).linger()
    }

    /// Sets how long the system goes on to send written bytes after the
    /// connection is closed (`SO_LINGER`).
    ///
    /// | value | on close |
    /// |---|---|
    /// | `None` (the default) | the system sends the bytes in the background |
    /// | zero | the connection is reset, and unsent bytes are lost |
    /// | more | the drop may block the thread for that long |
    ///
    /// Systems count whole seconds, up to 65,535. This rounds up.
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        SockRef::from(self).set_linger(linger.map(round_up_to_seconds))
    }

    /// Makes the close reset the connection at once. Unsent bytes are lost.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.set_linger(Some(Duration::ZERO))
    }
}

pub(super) fn round_up_to_seconds(linger: Duration) -> Duration {
    let seconds = linger.as_secs() + u64::from(linger.subsec_nanos() != 0);
    Duration::from_secs(seconds.min(u16::MAX.into()))
}

/// Whether the connection is still being established. `peer_addr` reports that
/// with either of two errors.
fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EINPROGRESS) {
        return true;
    }
    error.kind() == io::ErrorKind::NotConnected
}

stream_macros::stream_traits!(TcpStream);
socket::try_from_std!(TcpStream, net::TcpStream);
