// ANCHOR: main
//! Serves meters until Ctrl-C:
//! `cargo run -p server -- 127.0.0.1:7000 127.0.0.1:7001 readings.txt`

use std::error::Error;
use std::fs::OpenOptions;
use std::net::TcpListener;
use std::{env, io};

use server::{Limits, Listeners, Server};
use timers::Runtime;

const USAGE: &str = "usage: meter-server ADDRESS ADDRESS-OF-METRICS JOURNAL";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [meters, metrics, journal] = &arguments[..] else { return Err(USAGE.into()) };
    let meters = TcpListener::bind(meters)?;
    let metrics = TcpListener::bind(metrics)?;
    println!("meters at {}, metrics at {}", meters.local_addr()?, metrics.local_addr()?);
    let journal = OpenOptions::new().append(true).create(true).open(journal)?;
    let server = Server::new(Limits::default());
    let listeners = Listeners { meters, metrics };
    let result = Runtime::new()?.block_on(server.clone().run(listeners, journal, stop()));
    print!("{}", server.metrics());
    println!("{} litres", result?);
    Ok(())
}

/// Waits until the server is asked to stop. If there are no signals, it runs for ever.
async fn stop() {
    #[cfg(unix)]
    let signal: io::Result<()> = server::ctrl_c().await;
    #[cfg(not(unix))]
    let signal: io::Result<()> = Err(io::ErrorKind::Unsupported.into());
    if let Err(error) = signal {
        eprintln!("Ctrl-C has no effect: {error}");
        std::future::pending::<()>().await;
    }
}
// ANCHOR_END: main
