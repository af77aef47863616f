//! A TCP proxy: it forwards bytes in both directions until both ends have finished.
//!
//! `cargo run -p wakeful --example proxy` shows one at work and ends. With an address
//! to listen on and one to connect to, it serves until Ctrl-C. Try it with `curl`, or
//! with any other program that uses TCP:
//!
//! ```text
//! cargo run -p wakeful --example proxy -- 127.0.0.1:8080 example.com:80
//! curl -H 'Host: example.com' http://127.0.0.1:8080/
//! ```

use futures_util::{AsyncReadExt, AsyncWriteExt, future::try_join, io::copy};
use std::{env, io, net::SocketAddr, time::Duration};
use wakeful::{
    net::{TcpListener, TcpStream},
    signal::ctrl_c,
    spawn_local,
    time::timeout,
};

/// A server that takes longer than this to connect is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

fn main() -> io::Result<()> {
    let runtime = wakeful::Runtime::new()?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    runtime.block_on(async {
        match arguments.as_slice() {
            [] => demo().await,
            [from, to] => {
                let listener = TcpListener::bind(from.clone()).await?;
                println!(
                    "forwarding {} to {to}, until Ctrl-C",
                    listener.local_addr()?
                );
                drop(spawn_local(serve(listener, to.clone())));
                ctrl_c().await
            }
            _ => Err(io::Error::other(
                "usage: proxy [LISTEN-ADDRESS SERVER-ADDRESS]",
            )),
        }
    })
}

/// Accepts connections for ever, and spawns a task for each.
async fn serve(listener: TcpListener, target: String) {
    loop {
        let (client, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // If the system has no descriptors left, `accept` has waited already.
            Err(error) => {
                eprintln!("accept: {error}");
                continue;
            }
        };
        let target = target.clone();
        drop(spawn_local(async move {
            match relay(&client, target).await {
                Ok((up, down)) => println!("proxy: {up} bytes to the server, {down} bytes back"),
                Err(error) => println!(
                    "proxy: a connection of {} failed: {}",
                    peer.ip(),
                    error.kind()
                ),
            }
        }));
    }
}

/// Connects a client with its server. Returns the number of bytes in each direction.
async fn relay(client: &TcpStream, target: String) -> io::Result<(u64, u64)> {
    let server = timeout(CONNECT_TIMEOUT, TcpStream::connect(target)).await??;
    try_join(one_way(client, &server), one_way(&server, client)).await
}

/// Forwards all bytes of one direction, and then its end. The other direction may
/// stay open.
async fn one_way(from: &TcpStream, mut to: &TcpStream) -> io::Result<u64> {
    let copied = copy(from, &mut to).await?;
    to.close().await?;
    Ok(copied)
}

/// Runs a server that answers after it has read everything, a proxy, and a client.
async fn demo() -> io::Result<()> {
    let server = TcpListener::bind("127.0.0.1:0").await?;
    let target = server.local_addr()?;
    let answers = spawn_local(async move {
        let (mut stream, _) = server.accept().await?;
        let mut question = String::new();
        stream.read_to_string(&mut question).await?;
        stream.write_all(question.to_uppercase().as_bytes()).await?;
        stream.close().await
    });

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let proxy = listener.local_addr()?;
    drop(spawn_local(serve(listener, target.to_string())));
    println!("client: received {:?}", ask(proxy).await?);
    answers.await??;
    // The server has ended, so the proxy cannot connect.
    println!("client: received {:?}", ask(proxy).await?);
    Ok(())
}

async fn ask(proxy: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(proxy).await?;
    stream.write_all(b"hello, server").await?;
    stream.close().await?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        // A proxy that closes without reading the question resets the connection.
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => return Err(error),
        _ => {}
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
