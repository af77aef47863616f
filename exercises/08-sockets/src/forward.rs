//! Exercise `sockets/forward`: pass a connection on to another server.

use std::io;
// You will also need `std::io::ErrorKind`.

// You will also need `futures_util::io::{AsyncReadExt, AsyncWriteExt}` and
// `futures_util::future::try_join`.
use sockets::TcpStream;

/// Copies all bytes from one stream to another. When `from` has ended, closes this
/// direction of `to`, so that its peer sees the end, too. Returns the number of bytes.
pub async fn copy(from: &TcpStream, to: &TcpStream) -> io::Result<u64> {
    let _ = (from, to);
    todo!("read and write until the end, and then close")
}

/// Connects two peers with each other until both directions have ended. Returns the
/// number of bytes from the client and from the server.
pub async fn forward(client: TcpStream, server: TcpStream) -> io::Result<(u64, u64)> {
    let _ = (copy(&client, &server), copy(&server, &client));
    todo!("copy both directions at the same time")
}
