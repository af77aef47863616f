//! Exercise `sockets/forward`: pass a connection on to another server.

// hole: begin
use std::io::{self, ErrorKind};
// hole: instead
//| use std::io;
//| // You will also need `std::io::ErrorKind`.
// hole: end

// hole: begin
use futures_util::future::try_join;
use futures_util::io::{AsyncReadExt, AsyncWriteExt};
// hole: instead
//| // You will also need `futures_util::io::{AsyncReadExt, AsyncWriteExt}` and
//| // `futures_util::future::try_join`.
// hole: end
use sockets::TcpStream;

/// Copies all bytes from one stream to another. When `from` has ended, closes this
/// direction of `to`, so that its peer sees the end, too. Returns the number of bytes.
pub async fn copy(from: &TcpStream, to: &TcpStream) -> io::Result<u64> {
    // hole: begin
    let (mut from, mut to) = (from, to);
    let (mut buffer, mut copied) = ([0; 4096], 0);
    loop {
        let len = match from.read(&mut buffer).await {
            Ok(0) => break,
            // Some peers end with a reset.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            result => result?,
        };
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
pub async fn forward(client: TcpStream, server: TcpStream) -> io::Result<(u64, u64)> {
    // hole: begin
    try_join(copy(&client, &server), copy(&server, &client)).await
    // hole: instead
    //| let _ = (copy(&client, &server), copy(&server, &client));
    //| todo!("copy both directions at the same time")
    // hole: end
}
