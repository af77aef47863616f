// ANCHOR: head
//! The server with one thread for each connection.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::{End, Rules, TcpLine, serve};
// ANCHOR_END: head

// ANCHOR: threads
/// Serves every meter that connects, each on a thread whose stack has `stack`
/// bytes. Never returns. If no thread can be started, the connection is closed.
pub fn run(listener: &TcpListener, rules: Rules, stack: usize) -> ! {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                let thread = thread::Builder::new().stack_size(stack);
                drop(thread.spawn(move || talk(stream, rules)));
            }
            // For example too many open files. Try again when some are closed.
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    }
}
// ANCHOR_END: threads

// ANCHOR: talk
fn talk(stream: TcpStream, rules: Rules) -> Result<(), End> {
    let mut line = TcpLine::new(stream, rules.deadline).map_err(End::Broken)?;
    serve(&mut line, rules)
}
// ANCHOR_END: talk
