//! Threads that share nothing, for those whose runtimes know nothing of each
//! other: one runtime a thread, and the connections dealt out in turn.
//!
//! The kernel could deal them out, to listeners with `SO_REUSEPORT`; but by the
//! hash of an address, which gives some threads more than others, and other ones
//! on every run. The load would then be different for each sample.

use super::WORKERS;
use smol::channel::{self, Receiver};
use std::{io, net, thread};

/// The connections of one thread.
pub type Dealt = Receiver<net::TcpStream>;

/// Has `serve` run on [`WORKERS`] threads, and deals out what `listener`
/// accepts, until something goes wrong.
pub fn deal_out(
    listener: &net::TcpListener,
    serve: impl Fn(Dealt) -> io::Result<()> + Copy + Send + 'static,
) -> io::Error {
    let begin = |_| {
        let (sender, dealt) = channel::unbounded();
        thread::spawn(move || {
            if let Err(error) = serve(dealt) {
                eprintln!("a thread that serves: {error}");
            }
        });
        sender
    };
    let threads: Vec<_> = (0..WORKERS).map(begin).collect();
    let mut turn = 0;
    loop {
        let dealt = listener.accept().and_then(|(stream, _)| {
            stream.set_nonblocking(true)?;
            let gone = |_| io::ErrorKind::BrokenPipe.into();
            threads[turn].try_send(stream).map_err(gone)
        });
        if let Err(error) = dealt {
            return error;
        }
        turn = (turn + 1) % WORKERS;
    }
}
