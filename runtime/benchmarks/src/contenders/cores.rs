//! Threads that share nothing. Each thread has its own runtime, and one acceptor
//! gives the connections to the threads in turn.
//!
//! The kernel can distribute connections too, with `SO_REUSEPORT`. But it uses the
//! hash of an address, so some threads get more connections than others, and
//! different ones on every run. The samples would not be comparable.

use super::WORKERS;
use smol::channel::{self, Receiver};
use std::{io, net, thread};

/// The connections for one thread.
pub type Connections = Receiver<net::TcpStream>;

/// Runs `serve` on [`WORKERS`] threads and distributes the connections of
/// `listener`. Returns on an error.
pub fn distribute(
    listener: &net::TcpListener,
    serve: impl Fn(Connections) -> io::Result<()> + Copy + Send + 'static,
) -> io::Error {
    let begin = |_| {
        let (sender, connections) = channel::unbounded();
        thread::spawn(move || {
            if let Err(error) = serve(connections) {
                eprintln!("a serving thread has failed: {error}");
            }
        });
        sender
    };
    let threads: Vec<_> = (0..WORKERS).map(begin).collect();
    let mut turn = 0;
    loop {
        let sent = listener.accept().and_then(|(stream, _)| {
            stream.set_nonblocking(true)?;
            let gone = |_| io::ErrorKind::BrokenPipe.into();
            threads[turn].try_send(stream).map_err(gone)
        });
        if let Err(error) = sent {
            return error;
        }
        turn = (turn + 1) % WORKERS;
    }
}
