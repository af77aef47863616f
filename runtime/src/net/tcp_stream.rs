//! A TCP connection.

use super::{ToSocketAddrs, address, socket, tcp};
use crate::{
    reactor::{Direction, Interest, Ready, Registered},
    runtime::Handle,
};
use socket2::SockRef;
use std::{
    io::{self, Read, Write},
    net::{self, Shutdown, SocketAddr},
    time::Duration,
};

/// A TCP connection.
///
/// Reading and writing go through the traits of `futures-io`, by `&mut
/// TcpStream` or by `&TcpStream`, so that one task can read while another
/// writes. Two tasks in the same direction are one too many: the last to poll
/// is the one that is woken. Where a borrow does not reach, there is
/// [`into_split`](Self::into_split).
///
/// Dropping it closes the connection.
///
/// # Cancel safety
/// A read or write that is dropped before it is ready has moved no bytes.
/// (Methods like `read_exact` and `write_all`, which make several, have moved
/// those of the calls that were ready.)
pub struct TcpStream {
    io: Registered<mio::net::TcpStream>,
}

impl TcpStream {
    /// Connects to the first of the name's addresses that answers.
    ///
    /// # Errors
    /// When no address works; the last one's reason is given.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// # Cancel safety
    /// Dropped, the attempt is given up.
    pub async fn connect<A: ToSocketAddrs>(name: A) -> io::Result<Self> {
        address::first_that_works(name, Self::connect_to).await
    }

    async fn connect_to(address: SocketAddr) -> io::Result<Self> {
        Self::connecting(mio::net::TcpStream::connect(address)?).await
    }

    /// Waits for what has been begun.
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

    /// Takes a connection of `std`'s over, which is made non-blocking.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn from_std(stream: net::TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Self::connected(mio::net::TcpStream::from_std(stream))
    }

    socket::into_std!("connection", net::TcpStream);

    /// A connection that is there: it is taken to be ready, so that the first
    /// read and write are tried at once.
    #[track_caller]
    pub(super) fn connected(stream: mio::net::TcpStream) -> io::Result<Self> {
        Self::new(stream, Ready::READABLE | Ready::WRITABLE)
    }

    #[track_caller]
    fn new(stream: mio::net::TcpStream, ready: Ready) -> io::Result<Self> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        // Reads end at urgent data, so its coming must be known.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let interest = interest | Interest::PRIORITY;
        let io = Registered::new(
            Handle::current().reactor(),
            stream,
            "tcp stream",
            interest,
            ready,
        )?;
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

    /// Whether small writes are sent at once (`TCP_NODELAY`) instead of being
    /// gathered.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.io.nodelay()
    }

    /// Sets whether small writes are sent at once.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.io.set_nodelay(nodelay)
    }

    /// How many hops its packets may travel.
    pub fn ttl(&self) -> io::Result<u32> {
        self.io.ttl()
    }

    /// Sets how many hops its packets may travel.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.io.set_ttl(ttl)
    }

    /// How long the system goes on to deliver what was written when the
    /// connection is closed (`SO_LINGER`).
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        SockRef::from(self).linger()
    }

    /// Sets how long the system goes on to deliver what was written when the
    /// connection is closed. With zero the close is a reset, and what was not
    /// delivered is lost; with more, the drop may block for that long; with
    /// `None`, as usual, delivery goes on in the background. Systems count in
    /// seconds, rounded up here, and up to 65,535 of them.
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        let up = |linger: Duration| linger.as_secs() + u64::from(linger.subsec_nanos() != 0);
        let seconds = |linger| up(linger).min(u16::MAX.into());
        SockRef::from(self).set_linger(linger.map(|linger| Duration::from_secs(seconds(linger))))
    }

    /// Has the close be a reset, which is over at once: what was not delivered
    /// is lost.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.set_linger(Some(Duration::ZERO))
    }

    socket::stream_methods!(tcp);

    /// Looks at what has arrived without consuming it.
    ///
    /// # Cancel safety
    /// Yes.
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.io
            .io(Interest::READABLE, |stream| stream.peek(buffer))
            .await
    }
}

/// Whether a connection is still being made, which `peer_addr` says in two
/// ways.
fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::EINPROGRESS) {
        return true;
    }
    error.kind() == io::ErrorKind::NotConnected
}

socket::stream_traits!(TcpStream);
