//! A TCP proxy: what comes is sent on, both ways, until both ends are done.
//!
//! `cargo run -p wakeful --example proxy` shows one at work and ends. With an
//! address to listen on and one to connect to, it serves until Ctrl-C; try it
//! with `curl`, or anything that speaks TCP:
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

/// A server that does not answer for this long is down.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> io::Result<()> {
    let runtime = wakeful::Runtime::new()?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    runtime.block_on(async {
        match arguments.as_slice() {
            [] => show().await,
            [from, to] => {
                let listener = TcpListener::bind(from.clone()).await?;
                println!("{} leads to {to}, until Ctrl-C", listener.local_addr()?);
                drop(spawn_local(serve(listener, to.clone())));
                ctrl_c().await
            }
            _ => Err(io::Error::other(
                "usage: proxy [LISTEN-ADDRESS SERVER-ADDRESS]",
            )),
        }
    })
}

/// Accepts for ever, and gives each connection a task.
async fn serve(listener: TcpListener, target: String) {
    loop {
        let (client, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // The listener has paused already if the system is out of room.
            Err(error) => {
                eprintln!("accept: {error}");
                continue;
            }
        };
        let target = target.clone();
        drop(spawn_local(async move {
            match relay(&client, target).await {
                Ok((up, down)) => println!("proxy: {up} bytes up, {down} bytes down"),
                Err(error) => println!("proxy: gave {} up: {}", peer.ip(), error.kind()),
            }
        }));
    }
}

/// Connects a client with its server; says how many bytes went up and down.
async fn relay(client: &TcpStream, target: String) -> io::Result<(u64, u64)> {
    let server = timeout(PATIENCE, TcpStream::connect(target)).await??;
    try_join(one_way(client, &server), one_way(&server, client)).await
}

/// Sends on what comes, and then that no more comes: the other direction may
/// have much to say still.
async fn one_way(from: &TcpStream, mut to: &TcpStream) -> io::Result<u64> {
    let copied = copy(from, &mut to).await?;
    to.close().await?;
    Ok(copied)
}

/// A server that answers when it has heard everything, a proxy, and a client.
async fn show() -> io::Result<()> {
    let server = TcpListener::bind("127.0.0.1:0").await?;
    let behind = server.local_addr()?;
    let shout = spawn_local(async move {
        let (mut stream, _) = server.accept().await?;
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await?;
        stream.write_all(heard.to_uppercase().as_bytes()).await?;
        stream.close().await
    });

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let proxy = listener.local_addr()?;
    drop(spawn_local(serve(listener, behind.to_string())));
    println!("client: heard {:?}", ask(proxy).await?);
    shout.await??;
    // Nobody listens there any more.
    println!("client: heard {:?}", ask(proxy).await?);
    Ok(())
}

async fn ask(proxy: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(proxy).await?;
    stream.write_all(b"is anybody there?").await?;
    stream.close().await?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        // Let down with its question unread, the client hears a reset.
        Err(error) if error.kind() != io::ErrorKind::ConnectionReset => return Err(error),
        _ => {}
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
