//! A TCP socket before it listens or connects.

use super::{
    TcpListener, TcpStream, ip_options::ip_options, socket, tcp_stream::round_up_to_seconds,
};
use socket2::{Domain, Protocol, Socket, Type};
#[cfg(unix)]
use std::os::fd::{FromRawFd, IntoRawFd, RawFd};
#[cfg(windows)]
use std::os::windows::io::{FromRawSocket, IntoRawSocket, RawSocket};
use std::{
    io,
    net::{self, SocketAddr},
    time::Duration,
};

/// A TCP socket before it listens or connects. Some options can only be set
/// now.
///
/// ```
/// use wakeful::net::TcpSocket;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let socket = TcpSocket::new_v4()?;
///     socket.set_reuseaddr(true)?;
///     socket.set_recv_buffer_size(64 * 1024)?;
///     socket.bind("127.0.0.1:0".parse().unwrap())?;
///     let listener = socket.listen(128)?;
///     println!("listening on {}", listener.local_addr()?);
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct TcpSocket {
    io: Socket,
}

impl TcpSocket {
    /// A socket for IPv4.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    pub fn new_v4() -> io::Result<Self> {
        Self::new(Domain::IPV4)
    }

    /// A socket for IPv6.
    ///
    /// # Errors
    /// When the system has no descriptors left, or does not support IPv6.
    pub fn new_v6() -> io::Result<Self> {
        Self::new(Domain::IPV6)
    }

    fn new(domain: Domain) -> io::Result<Self> {
        let io = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        io.set_nonblocking(true)?;
        Ok(Self { io })
    }

    /// Takes a socket of `std`'s that is neither connected nor connecting.
    /// Create such a socket with `socket2` to set an option that has no method
    /// here.
    ///
    /// ```
    /// use socket2::{Domain, Socket, Type};
    /// use wakeful::net::TcpSocket;
    ///
    /// let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    /// let socket = TcpSocket::from_std_stream(socket.into());
    /// socket.bind("127.0.0.1:0".parse().unwrap())?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn from_std_stream(stream: net::TcpStream) -> Self {
        Self { io: stream.into() }
    }

    /// Whether an earlier connection of the address may be in the state `TIME_WAIT`.
    /// See [`set_reuseaddr`](Self::set_reuseaddr).
    pub fn reuseaddr(&self) -> io::Result<bool> {
        self.io.reuse_address()
    }

    /// Sets whether an earlier connection of the address may be in the state
    /// `TIME_WAIT` (`SO_REUSEADDR`). On Windows, the address may even be in use.
    pub fn set_reuseaddr(&self, reuse: bool) -> io::Result<()> {
        self.io.set_reuse_address(reuse)
    }

    /// Whether several sockets may listen on the address. See
    /// [`set_reuseport`](Self::set_reuseport).
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos"))))]
    pub fn reuseport(&self) -> io::Result<bool> {
        self.io.reuse_port()
    }

    /// Sets whether several sockets may listen on the address
    /// (`SO_REUSEPORT`). The system distributes the connections among them.
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos"))))]
    pub fn set_reuseport(&self, reuse: bool) -> io::Result<()> {
        self.io.set_reuse_port(reuse)
    }

    /// Whether the system checks that a silent peer is still there
    /// (`SO_KEEPALIVE`).
    pub fn keepalive(&self) -> io::Result<bool> {
        self.io.keepalive()
    }

    /// Sets whether the system checks that a silent peer is still there
    /// (`SO_KEEPALIVE`).
    pub fn set_keepalive(&self, keepalive: bool) -> io::Result<()> {
        self.io.set_keepalive(keepalive)
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`), instead of being
    /// combined.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.io.tcp_nodelay()
    }

    /// Sets whether small writes are sent at once (`TCP_NODELAY`).
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.io.set_tcp_nodelay(nodelay)
    }

    /// How long the system goes on to send written bytes after the connection
    /// is closed. See [`TcpStream::set_linger`].
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        self.io.linger()
    }

    /// Sets how long the system goes on to send written bytes after the
    /// connection is closed. See [`TcpStream::set_linger`].
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        self.io.set_linger(linger.map(round_up_to_seconds))
    }

    /// Makes the close reset the connection at once. Unsent bytes are lost.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.set_linger(Some(Duration::ZERO))
    }

    /// The size of the kernel's buffer for bytes that the peer has not
    /// acknowledged.
    pub fn send_buffer_size(&self) -> io::Result<u32> {
        self.io.send_buffer_size().map(saturated)
    }

    /// Sets the size of the kernel's buffer for bytes that the peer has not
    /// acknowledged. The system may round it, and Linux doubles it.
    pub fn set_send_buffer_size(&self, bytes: u32) -> io::Result<()> {
        self.io.set_send_buffer_size(bytes as usize)
    }

    /// The size of the kernel's buffer for bytes that were not read.
    pub fn recv_buffer_size(&self) -> io::Result<u32> {
        self.io.recv_buffer_size().map(saturated)
    }

    /// Sets the size of the kernel's buffer for bytes that were not read. The
    /// system may round it, and Linux doubles it.
    pub fn set_recv_buffer_size(&self, bytes: u32) -> io::Result<()> {
        self.io.set_recv_buffer_size(bytes as usize)
    }

    ip_options!();

    /// Binds the socket to an address of this machine, to listen on it or to
    /// connect from it.
    ///
    /// # Errors
    /// When the address is in use, or not an address of this machine.
    pub fn bind(&self, address: SocketAddr) -> io::Result<()> {
        self.io.bind(&address.into())
    }

    /// The address it is bound to.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        let address = self.io.local_addr()?.as_socket();
        address.ok_or_else(|| io::Error::other("the socket has no internet address"))
    }

    /// Takes the error that the system holds for this socket, if there is one.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.take_error()
    }

    /// Listens. When `backlog` connections wait to be accepted, the system
    /// refuses or delays further ones.
    ///
    /// # Errors
    /// When the address is in use.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn listen(self, backlog: u32) -> io::Result<TcpListener> {
        self.io.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
        TcpListener::from_std(self.io.into())
    }

    /// Connects.
    ///
    /// # Errors
    /// When the peer does not answer, or refuses.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// If the future is dropped, the attempt is given up.
    pub async fn connect(self, address: SocketAddr) -> io::Result<TcpStream> {
        self.io.set_nonblocking(true)?;
        match self.io.connect(&address.into()) {
            Err(error) if !is_begun(&error) => return Err(error),
            _ => {}
        }
        TcpStream::connecting(mio::net::TcpStream::from_std(self.io.into())).await
    }
}

fn saturated(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// Whether the error means that the connection is being established.
fn is_begun(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EINPROGRESS) {
        return true;
    }
    error.kind() == io::ErrorKind::WouldBlock
}

socket::descriptor!(TcpSocket);

#[cfg(unix)]
impl FromRawFd for TcpSocket {
    /// Takes a TCP socket that is neither connected nor listening.
    ///
    /// # Safety
    /// The caller must own the open descriptor, and gives it away.
    unsafe fn from_raw_fd(descriptor: RawFd) -> Self {
        // SAFETY: the caller promises what `from_raw_fd` of socket2 needs.
        let io = unsafe { Socket::from_raw_fd(descriptor) };
        Self { io }
    }
}

#[cfg(unix)]
impl IntoRawFd for TcpSocket {
    fn into_raw_fd(self) -> RawFd {
        self.io.into_raw_fd()
    }
}

#[cfg(windows)]
impl FromRawSocket for TcpSocket {
    /// Takes a TCP socket that is neither connected nor listening.
    ///
    /// # Safety
    /// The caller must own the open socket, and gives it away.
    unsafe fn from_raw_socket(socket: RawSocket) -> Self {
        // SAFETY: the caller promises what `from_raw_socket` of socket2 needs.
        let io = unsafe { Socket::from_raw_socket(socket) };
        Self { io }
    }
}

#[cfg(windows)]
impl IntoRawSocket for TcpSocket {
    fn into_raw_socket(self) -> RawSocket {
        self.io.into_raw_socket()
    }
}
