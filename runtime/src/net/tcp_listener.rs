//! Accepting TCP connections.

use super::{TcpStream, ToSocketAddrs, acceptor::Acceptor, address, socket};
use std::{
    io,
    net::{self, SocketAddr},
    task::{Context, Poll, ready},
};

/// A socket that accepts TCP connections.
///
/// ```
/// use wakeful::net::TcpListener;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     println!("listening on {}", listener.local_addr()?);
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct TcpListener {
    io: Acceptor<mio::net::TcpListener>,
}

impl TcpListener {
    /// Listens on the first address of `name` that allows it. On Unix, an
    /// earlier connection of the port may still be in the state `TIME_WAIT`
    /// (`SO_REUSEADDR`). [`TcpSocket`](super::TcpSocket) has more options.
    ///
    /// # Errors
    /// When no address works. The error is that of the last one.
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn bind<A: ToSocketAddrs>(name: A) -> io::Result<Self> {
        address::first_that_works(name, async |address| {
            Self::new(mio::net::TcpListener::bind(address)?)
        })
        .await
    }

    /// Takes a listener of `std`'s, and makes it non-blocking.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn from_std(listener: net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Self::new(mio::net::TcpListener::from_std(listener))
    }

    socket::into_std!("listener", net::TcpListener);

    #[track_caller]
    fn new(listener: mio::net::TcpListener) -> io::Result<Self> {
        let io = Acceptor::new(listener, "tcp listener")?;
        Ok(Self { io })
    }

    /// Accepts a connection. Several tasks may wait at once.
    ///
    /// A connection that was closed before it was accepted is skipped. If the
    /// system has no descriptors or memory left, the error comes after a pause,
    /// so that a loop that logs errors does not use a whole processor. The
    /// pause is 5 ms and doubles with every failure in a row, up to one second.
    ///
    /// # Errors
    /// When the system has no descriptors or memory left, and when the runtime
    /// has shut down.
    ///
    /// # Cancel safety
    /// If the future is dropped, no connection is lost.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = self.io.accept(mio::net::TcpListener::accept).await?;
        Ok((TcpStream::connected(stream)?, peer))
    }

    /// [`accept`](Self::accept) for hand-written futures. If several tasks
    /// poll, only the last one is woken.
    ///
    /// # Errors
    /// Those of `accept`.
    pub fn poll_accept(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let accepted = self.io.poll_accept(context, mio::net::TcpListener::accept);
        let (stream, peer) = ready!(accepted)?;
        Poll::Ready(Ok((TcpStream::connected(stream)?, peer)))
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// How many hops the packets of its connections may travel.
    pub fn ttl(&self) -> io::Result<u32> {
        self.io.ttl()
    }

    /// Sets how many hops the packets of its connections may travel.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.io.set_ttl(ttl)
    }
}

socket::descriptor!(TcpListener);
socket::try_from_std!(TcpListener, net::TcpListener);
