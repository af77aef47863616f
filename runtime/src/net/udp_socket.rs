//! Datagrams over UDP.

use super::{ToSocketAddrs, address, datagram_macros, ip_options::ip_options, socket};
use crate::{
    reactor::{Direction, Interest, Ready, Registered},
    runtime::Handle,
};
use socket2::{SockAddr, SockRef};
use std::{
    io,
    net::{self, Ipv4Addr, Ipv6Addr, SocketAddr},
    task::{Context, Poll},
};

/// A UDP socket. It exchanges datagrams with any peer, or with one peer after
/// [`connect`](Self::connect).
///
/// Every method takes `&self`, so any number of tasks can send and receive. Of
/// the poll methods, only one task per direction may use them.
///
/// ```
/// use wakeful::net::UdpSocket;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let here = UdpSocket::bind("127.0.0.1:0").await?;
///     let there = UdpSocket::bind("127.0.0.1:0").await?;
///     here.send_to(b"hello", there.local_addr()?).await?;
///     let mut buffer = [0; 16];
///     let (length, sender) = there.recv_from(&mut buffer).await?;
///     assert_eq!(&buffer[..length], b"hello");
///     assert_eq!(sender, here.local_addr()?);
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct UdpSocket {
    io: Registered<mio::net::UdpSocket>,
}

impl UdpSocket {
    /// A socket on the first address of `name` that allows it.
    ///
    /// # Errors
    /// When no address works. The error is that of the last one.
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn bind<A: ToSocketAddrs>(name: A) -> io::Result<Self> {
        address::first_that_works(name, async |address| {
            Self::new(mio::net::UdpSocket::bind(address)?)
        })
        .await
    }

    /// Takes a socket of `std`'s, and makes it non-blocking.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn from_std(socket: net::UdpSocket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Self::new(mio::net::UdpSocket::from_std(socket))
    }

    socket::into_std!("socket", net::UdpSocket);

    #[track_caller]
    fn new(socket: mio::net::UdpSocket) -> io::Result<Self> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        let runtime = Handle::current();
        let reactor = runtime.reactor();
        let io = Registered::new(reactor, socket, "udp socket", interest, Ready::WRITABLE)?;
        Ok(Self { io })
    }

    /// Chooses the peer for [`send`](Self::send) and [`recv`](Self::recv): the
    /// first address of `name` that works. From now on, datagrams of other
    /// senders are dropped. This sends nothing. A second call changes the peer.
    ///
    /// # Errors
    /// When no address works. The error is that of the last one.
    pub async fn connect<A: ToSocketAddrs>(&self, name: A) -> io::Result<()> {
        address::first_that_works(name, async |address| self.io.connect(address)).await
    }

    /// The address of this end.
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
        "    # use wakeful::net::UdpSocket;
    # let here = UdpSocket::bind(\"127.0.0.1:0\").await?;
    # let there = UdpSocket::bind(\"127.0.0.1:0\").await?;
    # here.connect(there.local_addr()?).await?;
    # there.connect(here.local_addr()?).await?;"
    );

    /// Sends a datagram to the first address of `name`.
    ///
    /// # Errors
    /// When `name` has no address, and when the datagram is too long.
    ///
    /// # Cancel safety
    /// If the future is dropped, nothing was sent.
    pub async fn send_to<A: ToSocketAddrs>(&self, datagram: &[u8], name: A) -> io::Result<usize> {
        let target = address::first(name).await?;
        self.io
            .io(Interest::WRITABLE, |socket| {
                socket.send_to(datagram, target)
            })
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
        target: SocketAddr,
    ) -> Poll<io::Result<usize>> {
        self.io.poll_io(context, Direction::Write, |socket| {
            socket.send_to(datagram, target)
        })
    }

    /// [`send_to`](Self::send_to) without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if there is no room, and those of `send_to`.
    pub fn try_send_to(&self, datagram: &[u8], target: SocketAddr) -> io::Result<usize> {
        self.io.try_io(Interest::WRITABLE, |socket| {
            socket.send_to(datagram, target)
        })
    }

    /// Copies the next datagram of the connected peer, and leaves it to be
    /// received.
    ///
    /// # Errors
    /// Those of [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// If the future is dropped, no datagram is lost.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.io
            .io(Interest::READABLE, |socket| socket.peek(buffer))
            .await
    }

    /// [`peek`](Self::peek) for hand-written futures. If several tasks poll for
    /// reading, only the last one is woken.
    ///
    /// # Errors
    /// Those of [`recv`](Self::recv).
    pub fn poll_peek(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.io
            .poll_io(context, Direction::Read, |socket| socket.peek(buffer))
    }

    /// [`peek`](Self::peek) without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if no datagram has arrived.
    pub fn try_peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.io
            .try_io(Interest::READABLE, |socket| socket.peek(buffer))
    }

    /// Copies the next datagram, returns its length and sender, and leaves it
    /// to be received.
    ///
    /// # Errors
    /// Those of [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// If the future is dropped, no datagram is lost.
    pub async fn peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.io
            .io(Interest::READABLE, |socket| socket.peek_from(buffer))
            .await
    }

    /// [`peek_from`](Self::peek_from) for hand-written futures. If several
    /// tasks poll for reading, only the last one is woken.
    ///
    /// # Errors
    /// Those of [`recv`](Self::recv).
    pub fn poll_peek_from(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<(usize, SocketAddr)>> {
        self.io
            .poll_io(context, Direction::Read, |socket| socket.peek_from(buffer))
    }

    /// [`peek_from`](Self::peek_from) without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if no datagram has arrived.
    pub fn try_peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.io
            .try_io(Interest::READABLE, |socket| socket.peek_from(buffer))
    }

    /// Returns the sender of the next datagram, and leaves the datagram to be
    /// received.
    ///
    /// # Errors
    /// Those of [`recv`](Self::recv).
    ///
    /// # Cancel safety
    /// If the future is dropped, no datagram is lost.
    ///
    /// ```
    /// use wakeful::net::UdpSocket;
    ///
    /// let runtime = wakeful::Runtime::new()?;
    /// runtime.block_on(async {
    ///     let here = UdpSocket::bind("127.0.0.1:0").await?;
    ///     let there = UdpSocket::bind("127.0.0.1:0").await?;
    ///     here.send_to(b"hello", there.local_addr()?).await?;
    ///     assert_eq!(there.peek_sender().await?, here.local_addr()?);
    ///     assert_eq!(there.recv(&mut [0; 16]).await?, 5);
    ///     Ok::<(), std::io::Error>(())
    /// })?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn peek_sender(&self) -> io::Result<SocketAddr> {
        self.io.io(Interest::READABLE, peek_sender).await
    }

    /// [`peek_sender`](Self::peek_sender) for hand-written futures. If several
    /// tasks poll for reading, only the last one is woken.
    ///
    /// # Errors
    /// Those of [`recv`](Self::recv).
    pub fn poll_peek_sender(&self, context: &mut Context<'_>) -> Poll<io::Result<SocketAddr>> {
        self.io.poll_io(context, Direction::Read, peek_sender)
    }

    /// [`peek_sender`](Self::peek_sender) without waiting.
    ///
    /// # Errors
    /// `WouldBlock` if no datagram has arrived.
    pub fn try_peek_sender(&self) -> io::Result<SocketAddr> {
        self.io.try_io(Interest::READABLE, peek_sender)
    }

    /// Whether datagrams may go to a broadcast address.
    pub fn broadcast(&self) -> io::Result<bool> {
        self.io.broadcast()
    }

    /// Sets whether datagrams may go to a broadcast address.
    pub fn set_broadcast(&self, allowed: bool) -> io::Result<()> {
        self.io.set_broadcast(allowed)
    }

    /// How many hops its datagrams may travel.
    pub fn ttl(&self) -> io::Result<u32> {
        self.io.ttl()
    }

    /// Sets how many hops its datagrams may travel.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.io.set_ttl(ttl)
    }

    ip_options!();

    /// Whether this machine receives its own multicast datagrams (IPv4).
    pub fn multicast_loop_v4(&self) -> io::Result<bool> {
        self.io.multicast_loop_v4()
    }

    /// Sets whether this machine receives its own multicast datagrams (IPv4).
    /// On Windows, the receiver sets this.
    pub fn set_multicast_loop_v4(&self, on: bool) -> io::Result<()> {
        self.io.set_multicast_loop_v4(on)
    }

    /// Whether this machine receives its own multicast datagrams (IPv6).
    pub fn multicast_loop_v6(&self) -> io::Result<bool> {
        self.io.multicast_loop_v6()
    }

    /// Sets whether this machine receives its own multicast datagrams (IPv6).
    pub fn set_multicast_loop_v6(&self, on: bool) -> io::Result<()> {
        self.io.set_multicast_loop_v6(on)
    }

    /// How many hops its multicast datagrams may travel. The default is 1, the
    /// local network.
    pub fn multicast_ttl_v4(&self) -> io::Result<u32> {
        self.io.multicast_ttl_v4()
    }

    /// Sets how many hops its multicast datagrams may travel.
    pub fn set_multicast_ttl_v4(&self, ttl: u32) -> io::Result<()> {
        self.io.set_multicast_ttl_v4(ttl)
    }

    /// Joins a multicast group on the interface with this address. With
    /// `0.0.0.0`, the system chooses the interface.
    pub fn join_multicast_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.io.join_multicast_v4(&group, &interface)
    }

    /// Leaves a multicast group.
    pub fn leave_multicast_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.io.leave_multicast_v4(&group, &interface)
    }

    /// Joins a multicast group on the interface with this index. With 0, the
    /// system chooses the interface.
    pub fn join_multicast_v6(&self, group: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.io.join_multicast_v6(group, interface)
    }

    /// Leaves a multicast group.
    pub fn leave_multicast_v6(&self, group: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.io.leave_multicast_v6(group, interface)
    }
}

fn peek_sender(socket: &mio::net::UdpSocket) -> io::Result<SocketAddr> {
    sender(&socket.try_io(|| SockRef::from(socket).peek_sender())?)
}

fn sender(address: &SockAddr) -> io::Result<SocketAddr> {
    let address = address.as_socket();
    address.ok_or_else(|| io::Error::other("the sender has no internet address"))
}

socket::descriptor!(UdpSocket);
socket::try_from_std!(UdpSocket, net::UdpSocket);
