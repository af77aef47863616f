//! An echo server, and a client that talks to it.
//!
//! `cargo run -p wakeful --example echo` runs both and ends. With an address, it
//! serves until Ctrl-C. Try it with `nc`:
//!
//! ```text
//! cargo run -p wakeful --example echo -- 127.0.0.1:7000
//! nc 127.0.0.1 7000
//! ```

use futures_util::{AsyncReadExt, AsyncWriteExt, io};
use wakeful::net::{TcpListener, TcpStream};

fn main() -> std::io::Result<()> {
    let runtime = wakeful::Runtime::new()?;
    runtime.block_on(async {
        if let Some(address) = std::env::args().nth(1) {
            let listener = TcpListener::bind(address).await?;
            println!("echoing on {}, until Ctrl-C", listener.local_addr()?);
            drop(wakeful::spawn_local(serve(listener)));
            return wakeful::signal::ctrl_c().await;
        }

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        drop(wakeful::spawn_local(serve(listener)));

        let mut stream = TcpStream::connect(address).await?;
        for word in ["wake", "poll", "sleep"] {
            stream.write_all(word.as_bytes()).await?;
            let mut answer = vec![0; word.len()];
            stream.read_exact(&mut answer).await?;
            println!(
                "client: sent {word:?}, received {:?}",
                String::from_utf8_lossy(&answer)
            );
        }
        Ok(())
    })
}

/// Accepts connections for ever, and spawns a task for each.
async fn serve(listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => drop(wakeful::spawn_local(async move {
                if let Err(error) = echo(stream).await {
                    eprintln!("{peer}: {error}");
                }
            })),
            // If the system has no descriptors left, `accept` has waited already.
            Err(error) => eprintln!("accept: {error}"),
        }
    }
}

/// Sends all bytes back until the peer has sent its last.
async fn echo(stream: TcpStream) -> std::io::Result<()> {
    io::copy(&stream, &mut &stream).await?;
    (&stream).close().await
}
