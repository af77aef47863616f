//! Exercise `sockets/forward`: pass a connection on to another server.

use std::io;

// hole: begin
use futures_util::future::try_join;
use futures_util::io::{AsyncReadExt, AsyncWriteExt};
// hole: instead
//| // You will also need `futures_util::io::{AsyncReadExt, AsyncWriteExt}` and
//| // `futures_util::future::try_join`.
// hole: end
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
    // hole: begin
    let (mut from, mut to) = (from, to);
    let (mut buffer, mut copied) = ([0; 4096], 0);
    loop {
        let len = from.read(&mut buffer).await?;
        if len == 0 {
            break;
        }
        to.write_all(&buffer[..len]).await?;
        copied += len as u64;
    }
    to.close().await?;
    Ok(copied)
    // hole: instead
    //| let _ = (from, to);
    //| todo!("read and write until the end, and then close")
    // hole: end
}

/// Connects two peers with each other until both directions have ended. Returns the
/// number of bytes from the client and from the server.
///
/// # Errors
///
/// The first error of either direction. The other direction ends at once, because both
/// streams are dropped.
pub async fn forward(client: TcpStream, server: TcpStream) -> io::Result<(u64, u64)> {
    // hole: begin
    try_join(copy(&client, &server), copy(&server, &client)).await
    // hole: instead
    //| let _ = (copy(&client, &server), copy(&server, &client));
    //| todo!("copy both directions at the same time")
    // hole: end
}
