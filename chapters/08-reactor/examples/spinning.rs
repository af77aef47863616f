//! One task that waits for a meter, without a reactor and with one.

use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use executor::Executor;
use reactor::{Direction, Registered, Runtime, mio};

/// A connection to a meter that sends one byte after 100 ms.
fn meter() -> io::Result<mio::net::TcpStream> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut meter = TcpStream::connect(listener.local_addr()?)?;
    let (stream, _) = listener.accept()?;
    stream.set_nonblocking(true)?;
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        meter.write_all(b"x")
    });
    Ok(mio::net::TcpStream::from_std(stream))
}

// ANCHOR: spinning
/// Reads one byte. While there is none, asks for another poll at once.
async fn spinning(mut io: mio::net::TcpStream, polls: &mut u32) -> io::Result<u8> {
    poll_fn(|cx| {
        *polls += 1;
        let mut byte = [0];
        match io.read(&mut byte) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            result => Poll::Ready(result.map(|_| byte[0])),
        }
    })
    .await
}
// ANCHOR_END: spinning

// ANCHOR: waiting
/// Reads one byte. While there is none, the reactor watches the socket.
async fn waiting(io: mio::net::TcpStream, polls: &mut u32) -> io::Result<u8> {
    let socket = Registered::new(io)?;
    poll_fn(|cx| {
        *polls += 1;
        let mut byte = [0];
        let read = socket.poll_io(cx, Direction::Read, |mut io| io.read(&mut byte));
        read.map_ok(|_| byte[0])
    })
    .await
}
// ANCHOR_END: waiting

fn main() -> io::Result<()> {
    let (mut polls, begin) = (0, Instant::now());
    Executor::new().block_on(spinning(meter()?, &mut polls))?;
    println!("without a reactor {:>4} ms {polls:>8} polls", begin.elapsed().as_millis());
    let (mut polls, begin) = (0, Instant::now());
    Runtime::new()?.block_on(waiting(meter()?, &mut polls))?;
    println!("with a reactor    {:>4} ms {polls:>8} polls", begin.elapsed().as_millis());
    Ok(())
}
