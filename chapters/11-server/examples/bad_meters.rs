//! Sends meters that behave badly to the server of chapter 08, and to the whole server.
//!
//! `cargo run --release -p server --example bad_meters`

use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use channels::oneshot;
use server::{Limits, Listeners, Server};
use socket2::SockRef;
use timers::Runtime;

#[path = "common/bad.rs"]
mod bad;

// ANCHOR: meet
/// Connects all bad meters at the same time, and returns what became of each.
fn meet_all(address: SocketAddr) -> [&'static str; 6] {
    let meet = |(_, meter)| thread::spawn(move || bad::meet(address, meter));
    bad::KINDS.map(meet).map(|thread| thread.join().unwrap_or("panicked"))
}
// ANCHOR_END: meet

const LIMITS: Limits = Limits {
    heartbeat: Duration::from_millis(200),
    deadline: Duration::from_millis(200),
    patience: Duration::from_millis(200),
    grace: Duration::from_millis(500),
    meters: 100,
};

fn listen() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    // The same for both servers: the kernel keeps few answers for a meter.
    SockRef::from(&listener).set_send_buffer_size(4096)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// The server of chapter 08, which never ends.
fn five_lines(listener: TcpListener) -> io::Result<()> {
    reactor::Runtime::new()?.block_on(async {
        let listener = sockets::TcpListener::from_std(listener)?;
        sockets::run(&listener).await;
        Ok(())
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let (listener, address) = listen()?;
    thread::spawn(|| five_lines(listener));
    let before = meet_all(address);

    let (meters, address) = listen()?;
    let (metrics, _) = listen()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = thread::spawn(move || {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        let server = Server::new(LIMITS);
        let stopped = async { stopped.await.unwrap_or(()) };
        let run = server.clone().run(Listeners { meters, metrics }, io::sink(), stopped);
        runtime.block_on(run).map_err(|error| error.to_string())?;
        let ends = ["late", "corrupt", "stalled", "closed", "broken"];
        Ok::<_, String>(ends.map(|end| format!("{end} {}", server.metrics().get(end))))
    });
    let after = meet_all(address);
    drop(stop);
    let ends = server.join().map_err(|_| "the server panicked")??;

    println!("{:<20}{:<18}this server", "", "chapter 08");
    for ((kind, _), (before, after)) in bad::KINDS.iter().zip(before.iter().zip(after)) {
        println!("{kind:<20}{before:<18}{after}");
    }
    println!("\nthe metrics of this server: {}", ends.join(", "));
    Ok(())
}
