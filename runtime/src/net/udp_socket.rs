//! Datagrams over UDP.

use super::{ToSocketAddrs, address, socket};
use crate::{
    reactor::{Direction, Interest, Ready, Registered},
    runtime::Handle,
};
use std::{
    io,
    net::{self, Ipv4Addr, Ipv6Addr, SocketAddr},
    task::{Context, Poll},
};

/// A UDP socket: it sends and receives datagrams, to and from anyone, or, once
/// [connected](Self::connect), one peer.
///
/// Every method takes `&self`: any number of tasks can send and receive. (Of
/// those that poll, one in each direction.)
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
    /// A socket at the first of the name's addresses that allows it.
    ///
    /// # Errors
    /// When no address works; the last one's reason is given.
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn bind<A: ToSocketAddrs>(name: A) -> io::Result<Self> {
        address::first_that_works(name, async |address| {
            Self::new(mio::net::UdpSocket::bind(address)?)
        })
        .await
    }

    /// Takes a socket of `std`'s over, which is made non-blocking.
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
        let io = Registered::new(
            Handle::current().reactor(),
            socket,
            "udp socket",
            interest,
            Ready::WRITABLE,
        )?;
        Ok(Self { io })
    }

    /// Chooses the peer for [`send`](Self::send), and the only one from whom
    /// datagrams are received: the first of the name's addresses that works.
    /// Nothing is sent by this. To connect again changes the peer.
    ///
    /// # Errors
    /// When no address works; the last one's reason is given.
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

    socket::datagram_methods!(SocketAddr);

    /// Sends a datagram to the first of the name's addresses.
    ///
    /// # Errors
    /// When the name has no address, and when the datagram is too long.
    ///
    /// # Cancel safety
    /// Dropped, nothing was sent.
    pub async fn send_to<A: ToSocketAddrs>(&self, datagram: &[u8], name: A) -> io::Result<usize> {
        let target = address::first(name).await?;
        self.io
            .io(Interest::WRITABLE, |socket| {
                socket.send_to(datagram, target)
            })
            .await
    }

    /// [`send_to`](Self::send_to), for futures written by hand. The last task
    /// to poll for writing is the one that is woken.
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

    /// [`send_to`](Self::send_to), now or never.
    ///
    /// # Errors
    /// `WouldBlock` if there is no room now, and those of `send_to`.
    pub fn try_send_to(&self, datagram: &[u8], target: SocketAddr) -> io::Result<usize> {
        self.io.try_io(Interest::WRITABLE, |socket| {
            socket.send_to(datagram, target)
        })
    }

    /// Looks at the next datagram of the peer it is connected to, and leaves it
    /// to be received.
    ///
    /// # Cancel safety
    /// Yes.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.io
            .io(Interest::READABLE, |socket| socket.peek(buffer))
            .await
    }

    /// Looks at the next datagram, says whose it is, and leaves it to be
    /// received.
    ///
    /// # Cancel safety
    /// Yes.
    pub async fn peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.io
            .io(Interest::READABLE, |socket| socket.peek_from(buffer))
            .await
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

    /// Whether this machine hears what it sends to a multicast group (IPv4).
    pub fn multicast_loop_v4(&self) -> io::Result<bool> {
        self.io.multicast_loop_v4()
    }

    /// Sets whether this machine hears what it sends to a multicast group
    /// (IPv4). On Windows it is the receiver's to set.
    pub fn set_multicast_loop_v4(&self, heard: bool) -> io::Result<()> {
        self.io.set_multicast_loop_v4(heard)
    }

    /// Whether this machine hears what it sends to a multicast group (IPv6).
    pub fn multicast_loop_v6(&self) -> io::Result<bool> {
        self.io.multicast_loop_v6()
    }

    /// Sets whether this machine hears what it sends to a multicast group
    /// (IPv6).
    pub fn set_multicast_loop_v6(&self, heard: bool) -> io::Result<()> {
        self.io.set_multicast_loop_v6(heard)
    }

    /// How many hops its multicast datagrams may travel: 1 unless told, which
    /// is the local network.
    pub fn multicast_ttl_v4(&self) -> io::Result<u32> {
        self.io.multicast_ttl_v4()
    }

    /// Sets how many hops its multicast datagrams may travel.
    pub fn set_multicast_ttl_v4(&self, ttl: u32) -> io::Result<()> {
        self.io.set_multicast_ttl_v4(ttl)
    }

    /// Joins a multicast group, at the interface with this address (`0.0.0.0`:
    /// the system chooses).
    pub fn join_multicast_v4(&self, group: &Ipv4Addr, interface: &Ipv4Addr) -> io::Result<()> {
        self.io.join_multicast_v4(group, interface)
    }

    /// Leaves a multicast group.
    pub fn leave_multicast_v4(&self, group: &Ipv4Addr, interface: &Ipv4Addr) -> io::Result<()> {
        self.io.leave_multicast_v4(group, interface)
    }

    /// Joins a multicast group, at the interface of this index (0: the system
    /// chooses).
    pub fn join_multicast_v6(&self, group: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.io.join_multicast_v6(group, interface)
    }

    /// Leaves a multicast group.
    pub fn leave_multicast_v6(&self, group: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.io.leave_multicast_v6(group, interface)
    }
}

socket::descriptor!(UdpSocket);
