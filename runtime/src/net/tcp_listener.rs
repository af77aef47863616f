//! Waiting for connections.

use super::{TcpStream, address, backoff};
use crate::{
    reactor::{Direction, Flags, Registered},
    time::sleep,
};
use mio::Interest;
use std::{
    fmt, io,
    net::{self, SocketAddr, ToSocketAddrs},
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
    io: Registered<mio::net::TcpListener>,
    backoff: backoff::Backoff,
}

impl TcpListener {
    /// Listens on the first of the name's addresses that allows it. On Unix
    /// the port may be in its waiting time (`SO_REUSEADDR`).
    ///
    /// A name that is neither an address nor its text is resolved on the
    /// blocking pool.
    ///
    /// # Errors
    /// When no address works; the last one's reason is given.
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn bind<A>(name: A) -> io::Result<Self>
    where
        A: ToSocketAddrs + Send + 'static,
    {
        address::first_that_works(name, async |address| {
            Self::new(mio::net::TcpListener::bind(address)?)
        })
        .await
    }

    /// Takes a listener of `std`'s over, which is made non-blocking.
    ///
    /// # Panics
    /// Outside a runtime.
    pub fn from_std(listener: net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Self::new(mio::net::TcpListener::from_std(listener))
    }

    fn new(listener: mio::net::TcpListener) -> io::Result<Self> {
        let io = Registered::new(listener, "tcp listener", Interest::READABLE, Flags::NONE)?;
        Ok(Self {
            io,
            backoff: backoff::Backoff::default(),
        })
    }

    /// Waits for a connection. Several tasks may wait at once.
    ///
    /// A connection that was gone before it was accepted is passed over. When
    /// the system has no descriptors or memory left, the error comes after a
    /// pause of 5 ms that doubles with every failure in a row, up to a second,
    /// so a loop that logs and goes on does not spin.
    ///
    /// # Cancel safety
    /// Dropped, no connection is lost.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        loop {
            let accepted = self.io.io(Direction::Read, mio::net::TcpListener::accept);
            let accepted = match accepted.await {
                Err(error) if backoff::is_stillborn(&error) => continue,
                accepted => accepted,
            };
            if let Some(pause) = self.backoff.pause_after(&accepted) {
                sleep(pause).await;
            }
            let (stream, peer) = accepted?;
            return Ok((TcpStream::connected(stream)?, peer));
        }
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}
