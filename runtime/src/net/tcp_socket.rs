//! A TCP socket that is neither listening nor connected yet: the time to set
//! what cannot be set later.

use super::{TcpListener, TcpStream, socket};
use socket2::{Domain, Protocol, Socket, Type};
use std::{io, net::SocketAddr};

/// A TCP socket before it listens or connects.
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
    /// When the system has no descriptors left, or no IPv6.
    pub fn new_v6() -> io::Result<Self> {
        Self::new(Domain::IPV6)
    }

    fn new(domain: Domain) -> io::Result<Self> {
        let io = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        io.set_nonblocking(true)?;
        Ok(Self { io })
    }

    /// Whether the address may still be in the waiting time of an earlier
    /// connection (`SO_REUSEADDR`). On Windows it may even be in use.
    pub fn set_reuseaddr(&self, reuse: bool) -> io::Result<()> {
        self.io.set_reuse_address(reuse)
    }

    /// Whether several sockets may listen on the address: the system deals the
    /// connections out among them (`SO_REUSEPORT`).
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos"))))]
    pub fn set_reuseport(&self, reuse: bool) -> io::Result<()> {
        self.io.set_reuse_port(reuse)
    }

    /// Whether the system asks a silent peer now and then if it is still there
    /// (`SO_KEEPALIVE`).
    pub fn set_keepalive(&self, keepalive: bool) -> io::Result<()> {
        self.io.set_keepalive(keepalive)
    }

    /// Whether small writes are sent at once (`TCP_NODELAY`) instead of being
    /// gathered.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.io.set_tcp_nodelay(nodelay)
    }

    /// How much the system keeps of what was written and not acknowledged. It
    /// may round, and Linux doubles it.
    pub fn set_send_buffer_size(&self, bytes: u32) -> io::Result<()> {
        self.io.set_send_buffer_size(bytes as usize)
    }

    /// What [`set_send_buffer_size`](Self::set_send_buffer_size) set.
    pub fn send_buffer_size(&self) -> io::Result<usize> {
        self.io.send_buffer_size()
    }

    /// How much the system keeps of what has come and was not read. It may
    /// round, and Linux doubles it.
    pub fn set_recv_buffer_size(&self, bytes: u32) -> io::Result<()> {
        self.io.set_recv_buffer_size(bytes as usize)
    }

    /// What [`set_recv_buffer_size`](Self::set_recv_buffer_size) set.
    pub fn recv_buffer_size(&self) -> io::Result<usize> {
        self.io.recv_buffer_size()
    }

    /// Gives it an address of this machine's: to listen on, or to connect from.
    ///
    /// # Errors
    /// When the address is in use, or not of this machine.
    pub fn bind(&self, address: SocketAddr) -> io::Result<()> {
        self.io.bind(&address.into())
    }

    /// The address it is bound to.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        let address = self.io.local_addr()?.as_socket();
        address.ok_or_else(|| io::Error::other("the socket has no internet address"))
    }

    /// Listens. Connections beyond the `backlog` that nobody has accepted are
    /// turned away or made to wait, as the system likes.
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
    /// Dropped, the attempt is given up.
    pub async fn connect(self, address: SocketAddr) -> io::Result<TcpStream> {
        match self.io.connect(&address.into()) {
            Err(error) if !is_begun(&error) => return Err(error),
            _ => {}
        }
        TcpStream::connecting(mio::net::TcpStream::from_std(self.io.into())).await
    }
}

/// Whether a connection that is not there yet is being made.
fn is_begun(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EINPROGRESS) {
        return true;
    }
    error.kind() == io::ErrorKind::WouldBlock
}

socket::descriptor!(TcpSocket);
