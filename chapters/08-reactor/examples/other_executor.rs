//! A socket of our reactor under the executor of another crate.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use reactor::{Direction, Reactor, Registered, mio};

fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut meter = TcpStream::connect(listener.local_addr()?)?;
    let (stream, _) = listener.accept()?;
    stream.set_nonblocking(true)?;
    // ANCHOR: other_executor
    let reactor = Reactor::new()?;
    let turning = reactor.clone();
    // This thread only turns the reactor.
    thread::spawn(move || while turning.turn(None).is_ok() {});

    let _entered = reactor.enter();
    let socket = Registered::new(mio::net::TcpStream::from_std(stream))?;
    meter.write_all(b"42 litres")?;
    let mut buffer = [0; 32];
    // This thread polls the future, and sleeps in an executor that knows no sockets.
    let len = futures_executor::block_on(
        socket.io(Direction::Read, |mut io| io.read(&mut buffer)),
    )?;
    println!("{}", String::from_utf8_lossy(&buffer[..len]));
    // ANCHOR_END: other_executor
    Ok(())
}
