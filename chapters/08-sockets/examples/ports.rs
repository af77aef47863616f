//! Says which of these addresses have a server. All attempts run at the same time.
//!
//! `cargo run -p sockets --example ports -- 127.0.0.1:22 127.0.0.1:80 [::1]:631`

use std::net::SocketAddr;
use std::process::ExitCode;

use reactor::{Runtime, spawn};
use sockets::TcpStream;

// ANCHOR: ports
async fn ports(addresses: Vec<SocketAddr>) -> bool {
    let mut attempts = Vec::new();
    for address in addresses {
        attempts.push(spawn(async move {
            let result = TcpStream::connect(address).await;
            match &result {
                Ok(_) => println!("{address}  open"),
                Err(error) => println!("{address}  {}", error.kind()),
            }
            result.is_ok()
        }));
    }
    let mut all_open = true;
    for attempt in attempts {
        all_open &= attempt.await.unwrap_or(false);
    }
    all_open
}
// ANCHOR_END: ports

fn main() -> ExitCode {
    let addresses: Result<Vec<SocketAddr>, _> =
        std::env::args().skip(1).map(|text| text.parse()).collect();
    let (addresses, runtime) = match (addresses, Runtime::new()) {
        (Ok(addresses), Ok(runtime)) => (addresses, runtime),
        (Err(error), _) => {
            eprintln!("usage: ports ADDRESS:PORT…  ({error})");
            return ExitCode::from(2);
        }
        (_, Err(error)) => {
            eprintln!("cannot start: {error}");
            return ExitCode::from(2);
        }
    };
    if runtime.block_on(ports(addresses)) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
