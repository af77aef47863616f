//! A server whose journal is on a full disk.
//!
//! `cargo run -p server --example full_disk`

use std::error::Error;
use std::fs::OpenOptions;
use std::future::pending;
use std::net::{Ipv4Addr, TcpListener};

use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use server::{Limits, Listeners, Server};
use sockets::TcpStream;
use timers::{Runtime, spawn};

fn main() -> Result<(), Box<dyn Error>> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners = Listeners { meters: listen()?, metrics: listen()? };
    let address = listeners.meters.local_addr()?;
    // ANCHOR: full
    // A device of Linux that is always full.
    let journal = OpenOptions::new().write(true).open("/dev/full")?;
    let server = Server::new(Limits::default());
    Runtime::new()?.block_on(async {
        let server = spawn(server.run(listeners, journal, pending()));
        let mut meter = TcpStream::connect(address).await?;
        meter.write_all(&[1, 4, 0, 0, 0, 42]).await?;
        let mut answer = Vec::new();
        meter.read_to_end(&mut answer).await?;
        println!("the meter: {} bytes, and then the end", answer.len());
        if let Ok(Err(error)) = server.await {
            println!("the server: {error}");
            println!("the reaction: {:?}", error.reaction());
        }
        Ok(())
    })
    // ANCHOR_END: full
}
