//! Three meters see the end of their server.
//!
//! `cargo run -p server --example orderly_end`

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use channels::oneshot;
use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use server::{Limits, Listeners, Server};
use sockets::TcpStream;
use timers::{Runtime, sleep, spawn};

// ANCHOR: meter
/// Sends the first bytes of a reading, and the rest `later`.
async fn meter(
    name: &str,
    server: SocketAddr,
    first: &[u8],
    later: Option<(Duration, &[u8])>,
) -> io::Result<()> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(first).await?;
    if let Some((pause, rest)) = later {
        sleep(pause).await;
        stream.write_all(rest).await?;
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    println!("{name}: {answer:?}, and then the end");
    Ok(())
}
// ANCHOR_END: meter

fn main() -> Result<(), Box<dyn Error>> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners = Listeners { meters: listen()?, metrics: listen()? };
    let address = listeners.meters.local_addr()?;
    let limits = Limits { grace: Duration::from_millis(500), ..Limits::default() };
    let server = Server::new(limits);
    Runtime::new()?.block_on(async {
        // ANCHOR: story
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { stopped.await.unwrap_or(()) };
        let run = spawn(server.clone().run(listeners, io::sink(), stopped));
        let late = (Duration::from_millis(250), &[0, 0, 8][..]);
        let quiet = spawn(meter("quiet ", address, &[], None));
        let slow = spawn(meter("slow  ", address, &[1, 4, 0], Some(late)));
        let stuck = spawn(meter("stuck ", address, &[1, 4, 0], None));
        sleep(Duration::from_millis(100)).await;
        println!("stop");
        drop(stop);
        if let Ok(sum) = run.await {
            println!("server: {} litres", sum?);
        }
        // ANCHOR_END: story
        for meter in [quiet, slow, stuck] {
            meter.await.map_err(|_| "a meter panicked")??;
        }
        print!("{}", server.metrics());
        Ok(())
    })
}
