//! Other people's crates and clients on wakeful. The tests are the examples:
//!
//! - `tests/web.rs`: axum and hyper, HTTP/1.1 and HTTP/2, with hyper's client,
//!   curl and h2load.
//! - `tests/tls.rs`: rustls through futures-rustls, with its client and curl.
//! - `tests/websocket.rs`: tokio-tungstenite.
//! - `tests/codec.rs`: a codec of tokio-util, and tokio's pipe the other way.
//! - `tests/smol.rs`: smol and its crates, which a program may keep in part.
//!
//! Here is what they share.

use std::{future::Future, time::Duration};
use wakeful::{Runtime, process::Command, time::timeout};

/// Runs a test on a runtime of its own.
pub fn run<F: Future>(awaited: &str, test: F) -> F::Output {
    let runtime = Runtime::new().expect("there is room for a runtime");
    run_on(&runtime, awaited, test)
}

/// Runs a test; what is not over in half a minute has hung.
pub fn run_on<F: Future>(runtime: &Runtime, awaited: &str, test: F) -> F::Output {
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), test).await });
    limited.unwrap_or_else(|_| panic!("waited in vain for {awaited}"))
}

/// What a program prints, or `None` where it is not installed.
pub async fn printed_by(program: &str, arguments: &[&str]) -> Option<String> {
    let output = match Command::new(program).args(arguments).output().await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: there is no {program}");
            return None;
        }
        output => output.expect("the program starts"),
    };
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}\n{printed}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Some(printed)
}
