//! Tests crates and clients of other authors on wakeful. Each test is also an example:
//!
//! - `tests/web.rs`: axum and hyper, HTTP/1.1 and HTTP/2, with hyper's client,
//!   curl and h2load.
//! - `tests/line.rs`: plain TCP and TLS behind one object of `wakeful-dynamic`.
//! - `tests/tls.rs`: rustls through futures-rustls, with its client and curl.
//! - `tests/websocket.rs`: tokio-tungstenite.
//! - `tests/codec.rs`: a codec of tokio-util, and a pipe of tokio as a stream of
//!   `futures-io`.
//! - `tests/smol.rs`: smol and its crates, of which a program may keep some.
//!
//! This library has what the tests share.

mod trust;

pub use trust::Trust;

use std::{future::Future, time::Duration};
use wakeful::{Runtime, process::Command, time::timeout};

/// Runs a test on a new runtime.
pub fn run<F: Future>(awaited: &str, test: F) -> F::Output {
    let runtime = Runtime::new().expect("a runtime can be made");
    run_on(&runtime, awaited, test)
}

/// Runs a test on this runtime. After half a minute, it has hung.
pub fn run_on<F: Future>(runtime: &Runtime, awaited: &str, test: F) -> F::Output {
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), test).await });
    limited.unwrap_or_else(|_| panic!("waited without success for {awaited}"))
}

/// The output of a program, or `None` if the program is not installed.
pub async fn printed_by(program: &str, arguments: &[&str]) -> Option<String> {
    let output = match Command::new(program).args(arguments).output().await {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped, because {program} is not installed");
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
