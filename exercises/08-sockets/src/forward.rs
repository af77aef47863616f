//! Exercise `sockets/forward`: pass a connection on to another server.

use std::io;

// You will also need `futures_util::io::{AsyncReadExt, AsyncWriteExt}` and
// `futures_util::future::try_join`.
use futures_util::{AsyncRead, AsyncWrite};
use sockets::TcpStream;

/// Copies all bytes from one stream to another. When `from` has ended, closes this
/// direction of `to`, so that its peer sees the end, too. Returns the number of bytes.
///
/// # Errors
///
/// The first error of either stream. Then `to` is not closed.
pub async fn copy<R, W>(from: R, to: W) -> io::Result<u64>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let _ = (from, to);
    todo!("read and write until the end, and then close")
}

/// Connects two peers with each other until both directions have ended. Returns the
/// number of bytes from the client and from the server.
///
/// # Errors
///
/// The first error of either direction. The other direction ends at once, because both
/// streams are dropped.
pub async fn forward(client: TcpStream, server: TcpStream) -> io::Result<(u64, u64)> {
    let _ = (copy(&client, &server), copy(&server, &client));
    todo!("copy both directions at the same time")
}
