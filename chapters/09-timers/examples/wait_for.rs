//! Waits until services accept connections. Useful in a script that starts a server and
//! then its clients.
//!
//! `cargo run -p timers --example wait_for -- 10 127.0.0.1:8080 127.0.0.1:5432`
//!
//! The first argument is the limit in seconds. Ends with an error if the time is over.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use sockets::TcpStream;
use timers::{Missed, Runtime, interval, spawn, timeout};

// ANCHOR: reach
/// Tries to connect four times in a second, until it succeeds.
async fn reach(address: SocketAddr) {
    let mut attempts = interval(Duration::from_millis(250)).on_missed(Missed::Delay);
    loop {
        attempts.tick().await;
        let attempt = timeout(Duration::from_secs(1), TcpStream::connect(address));
        if let Ok(Ok(_)) = attempt.await {
            println!("{address} accepts connections");
            return;
        }
    }
}
// ANCHOR_END: reach

fn parse(arguments: &[String]) -> Option<(Duration, Vec<SocketAddr>)> {
    let (seconds, addresses) = arguments.split_first()?;
    let limit = Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?;
    let addresses = addresses.iter().map(|address| address.parse().ok());
    Some((limit, addresses.collect::<Option<_>>()?))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((limit, addresses)) = parse(&arguments) else {
        eprintln!("usage: wait_for SECONDS ADDRESS:PORT…");
        return ExitCode::FAILURE;
    };
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cannot create the runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    // ANCHOR: all
    let all = runtime.block_on(async {
        let tasks: Vec<_> = addresses.into_iter().map(|to| spawn(reach(to))).collect();
        timeout(limit, async {
            for task in tasks {
                task.await.expect("the task does not panic");
            }
        })
        .await
    });
    // ANCHOR_END: all
    match all {
        Ok(()) => ExitCode::SUCCESS,
        Err(elapsed) => {
            eprintln!("gave up: {elapsed}");
            ExitCode::FAILURE
        }
    }
}
