//! Sockets: TCP, UDP and, on Unix, Unix sockets and pipes.
//!
//! Streams read and write by the traits of `futures-io`. Every socket gives its
//! descriptor (`AsFd`, or `AsSocket` on Windows). Use it with a crate such as
//! `socket2` to set options that have no method here.
//!
//! Inside:
//!
//! | module | holds |
//! |---|---|
//! | `socket`, `stream_macros`, `datagram_macros`, `ip_options` | what several sockets have in common |
//! | `acceptor`, `backoff` | what the listeners have in common |
//! | `split` | the owned halves of a stream |
//! | `address` | resolving names |
//! | `buf` | receiving into a `BufMut`, with the feature `bytes` |
//! | `named_resource` | the names of sockets for the inspector, with the feature `taskdump` |

mod acceptor;
mod address;
mod backoff;
#[cfg(feature = "bytes")]
mod buf;
mod datagram_macros;
mod ip_options;
#[cfg(feature = "taskdump")]
mod named_resource;
mod socket;
mod split;
mod stream_macros;
mod tcp_listener;
mod tcp_socket;
mod tcp_stream;
mod udp_socket;
#[cfg(unix)]
pub mod unix;
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
pub use unix::socket::UnixSocket;
#[cfg(unix)]
pub use unix_datagram::UnixDatagram;
#[cfg(unix)]
pub use unix_listener::UnixListener;
#[cfg(unix)]
pub use unix_stream::UnixStream;

/// The halves of a [`TcpStream`].
pub mod tcp {
    use super::{TcpStream, split};

    /// The reading direction, borrowed. See [`TcpStream::split`].
    pub type ReadHalf<'a> = &'a TcpStream;
    /// The writing direction, borrowed. See [`TcpStream::split`].
    pub type WriteHalf<'a> = &'a TcpStream;
    /// The reading direction, owned. See [`TcpStream::into_split`].
    pub type OwnedReadHalf = split::OwnedReadHalf<TcpStream>;
    /// The writing direction, owned. See [`TcpStream::into_split`]. Dropping it
    /// closes the direction.
    pub type OwnedWriteHalf = split::OwnedWriteHalf<TcpStream>;
    /// The halves belong to different connections.
    pub type ReuniteError = split::ReuniteError<TcpStream>;
}
