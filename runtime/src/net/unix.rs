//! The halves of a [`UnixStream`], the addresses of Unix sockets, the
//! credentials of a peer, and pipes.

pub mod pipe;
pub(super) mod socket;
mod ucred;

pub use std::os::unix::net::SocketAddr;
pub use ucred::{UCred, gid_t, pid_t, uid_t};

use super::{UnixStream, split};

/// The reading direction, borrowed. See [`UnixStream::split`].
pub type ReadHalf<'a> = &'a UnixStream;
/// The writing direction, borrowed. See [`UnixStream::split`].
pub type WriteHalf<'a> = &'a UnixStream;
/// The reading direction, owned. See [`UnixStream::into_split`].
pub type OwnedReadHalf = split::OwnedReadHalf<UnixStream>;
/// The writing direction, owned. See [`UnixStream::into_split`]. Dropping it
/// closes the direction.
pub type OwnedWriteHalf = split::OwnedWriteHalf<UnixStream>;
/// The halves belong to different connections.
pub type ReuniteError = split::ReuniteError<UnixStream>;
