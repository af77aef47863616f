// ANCHOR: head
//! The server: one task for each connection.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use reactor::spawn;
use waiting::End;
use wakers::Flag;

use crate::{Line, TcpListener, TcpStream, serve};
// ANCHOR_END: head

// ANCHOR: run
/// Serves every meter that connects, each in a task of its own. Never returns.
///
/// # Panics
///
/// Outside of a runtime.
pub async fn run(listener: &TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(spawn(talk(stream))),
            // For example too many open files. Try again when some are closed.
            Err(_) => pause(Duration::from_millis(10)).await,
        }
    }
}
// ANCHOR_END: run

// ANCHOR: talk
async fn talk(stream: TcpStream) -> Result<(), End> {
    let mut line = Line::new(stream).map_err(End::Broken)?;
    serve(&mut line).await
}
// ANCHOR_END: talk

// ANCHOR: pause
/// Waits at least as long as `duration`. Uses a thread, and is only for the time
/// until we have timers.
pub async fn pause(duration: Duration) {
    let passed = Arc::new(Flag::new());
    let raise = Arc::clone(&passed);
    thread::spawn(move || {
        thread::sleep(duration);
        raise.raise();
    });
    passed.wait().await;
}
// ANCHOR_END: pause
