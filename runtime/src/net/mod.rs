//! Sockets: TCP, UDP and, on Unix, those of the file system.
//!
//! Streams read and write through the traits of `futures-io`, and everything
//! can be asked for its descriptor (`AsFd`; `AsSocket` on Windows), through
//! which crates like `socket2` set what has no method here.
//!
//! - `socket`: what the sockets have in common.
//! - `acceptor`, `backoff`: what the listeners have in common.
//! - `split`: the two directions of a stream, each to own.
//! - `address`: from names to addresses.
//! - `named`: what sockets are called, for the feature `trace`.

mod acceptor;
mod address;
mod backoff;
#[cfg(feature = "trace")]
mod named;
mod socket;
mod split;
mod tcp_listener;
mod tcp_socket;
mod tcp_stream;
mod udp_socket;
#[cfg(unix)]
mod unix_datagram;
#[cfg(unix)]
mod unix_listener;
#[cfg(unix)]
mod unix_stream;

pub use address::{ToSocketAddrs, lookup_host};
pub use tcp_listener::TcpListener;
pub use tcp_socket::TcpSocket;
pub use tcp_stream::TcpStream;
pub use udp_socket::UdpSocket;
#[cfg(unix)]
pub use unix_datagram::UnixDatagram;
#[cfg(unix)]
pub use unix_listener::UnixListener;
#[cfg(unix)]
pub use unix_stream::UnixStream;

/// The two directions of a [`TcpStream`].
pub mod tcp {
    use super::{TcpStream, split};

    /// The direction to read from, borrowed; from [`TcpStream::split`].
    pub type ReadHalf<'a> = &'a TcpStream;
    /// The direction to write to, borrowed; from [`TcpStream::split`].
    pub type WriteHalf<'a> = &'a TcpStream;
    /// The direction to read from.
    pub type OwnedReadHalf = split::OwnedReadHalf<TcpStream>;
    /// The direction to write to; dropping it closes it.
    pub type OwnedWriteHalf = split::OwnedWriteHalf<TcpStream>;
    /// Two halves that are not of the same connection.
    pub type ReuniteError = split::ReuniteError<TcpStream>;
}

/// The two directions of a [`UnixStream`], and what its ends are called.
#[cfg(unix)]
pub mod unix {
    use super::{UnixStream, split};

    pub use std::os::unix::net::SocketAddr;

    /// The direction to read from, borrowed; from [`UnixStream::split`].
    pub type ReadHalf<'a> = &'a UnixStream;
    /// The direction to write to, borrowed; from [`UnixStream::split`].
    pub type WriteHalf<'a> = &'a UnixStream;
    /// The direction to read from.
    pub type OwnedReadHalf = split::OwnedReadHalf<UnixStream>;
    /// The direction to write to; dropping it closes it.
    pub type OwnedWriteHalf = split::OwnedWriteHalf<UnixStream>;
    /// Two halves that are not of the same connection.
    pub type ReuniteError = split::ReuniteError<UnixStream>;
}
