//! Two tasks wait for two meters. The meter in the cellar is silent.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::io::AsyncReadExt;
use reactor::{Runtime, spawn};
use sockets::{TcpListener, TcpStream, pause};

const PATIENCE: Duration = Duration::from_millis(300);

/// Reads from a socket of the standard library.
#[expect(clippy::unused_async, reason = "this is the mistake that the page shows")]
// ANCHOR: blocking
async fn blocking(name: &'static str, mut stream: std::net::TcpStream) -> io::Result<()> {
    let mut litres = [0];
    match stream.read(&mut litres) {
        Ok(_) => println!("  {name}: {} litres", litres[0]),
        Err(_) => println!("  {name}: nothing for 300 ms"),
    }
    Ok(())
}
// ANCHOR_END: blocking

// ANCHOR: waiting
/// Reads from a socket of this chapter.
async fn waiting(name: &'static str, mut stream: TcpStream) -> io::Result<()> {
    let mut litres = [0];
    match select(stream.read(&mut litres), pin!(pause(PATIENCE))).await {
        Either::Left(_) => println!("  {name}: {} litres", litres[0]),
        Either::Right(_) => println!("  {name}: nothing for 300 ms"),
    }
    Ok(())
}
// ANCHOR_END: waiting

/// Connects a silent meter, and then one that sends seven litres.
fn meters(address: SocketAddr) -> io::Result<[std::net::TcpStream; 2]> {
    let cellar = std::net::TcpStream::connect(address)?;
    let mut roof = std::net::TcpStream::connect(address)?;
    roof.write_all(&[7])?;
    Ok([cellar, roof])
}

async fn with_std() -> io::Result<()> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let meters = meters(listener.local_addr()?)?;
    let mut tasks = Vec::new();
    for name in ["cellar", "roof"] {
        let (stream, _) = listener.accept()?;
        stream.set_read_timeout(Some(PATIENCE))?;
        tasks.push(spawn(blocking(name, stream)));
    }
    for task in tasks {
        task.await.expect("no panic")?;
    }
    drop(meters);
    Ok(())
}

async fn with_ours() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let meters = meters(listener.local_addr()?)?;
    let mut tasks = Vec::new();
    for name in ["cellar", "roof"] {
        let (stream, _) = listener.accept().await?;
        tasks.push(spawn(waiting(name, stream)));
    }
    for task in tasks {
        task.await.expect("no panic")?;
    }
    drop(meters);
    Ok(())
}

fn main() -> io::Result<()> {
    let runtime = Runtime::new()?;
    println!("std::net::TcpStream");
    runtime.block_on(with_std())?;
    println!("sockets::TcpStream");
    runtime.block_on(with_ours())
}
