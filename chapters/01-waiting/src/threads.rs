// ANCHOR: threads
//! A thread for each connection.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::{End, Rules, TcpLine, serve};

/// Serves every meter that connects, each on a thread with a stack of so many
/// bytes. Does not return unless accepting fails.
///
/// # Errors
///
/// Those of `accept`. Where there can be no thread for a meter, its connection
/// is closed and the others go on.
pub fn run(listener: &TcpListener, rules: Rules, stack: usize) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept()?;
        let thread = thread::Builder::new().stack_size(stack);
        drop(thread.spawn(move || one(stream, rules)));
    }
}

/// Serves one meter on this thread.
pub fn one(stream: TcpStream, rules: Rules) -> End {
    match TcpLine::new(stream, rules.deadline) {
        Ok(mut line) => serve(&mut line, rules),
        Err(error) => End::Broken(error),
    }
}
// ANCHOR_END: threads
