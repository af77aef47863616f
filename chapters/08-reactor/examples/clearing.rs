//! A meter sends ten bytes, in two parts. When may the reader forget that its socket is
//! ready? Three answers.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use reactor::mio::{self, Events, Interest, Poll, Token};

/// When the reader clears its flag `ready`.
#[derive(Clone, Copy, PartialEq)]
enum Clear {
    AfterEachRead,
    AfterWouldBlock,
    UnlessAnEventCame,
}

/// One socket, and the poll that watches it.
struct Reader {
    poll: Poll,
    events: Events,
    io: mio::net::TcpStream,
    ready: bool,
    tick: u64,
}

impl Reader {
    /// Waits for the next event, but not for ever.
    fn turn(&mut self) -> io::Result<()> {
        self.poll.poll(&mut self.events, Some(Duration::from_millis(200)))?;
        if !self.events.is_empty() {
            self.ready = true;
            self.tick += 1;
        }
        Ok(())
    }

    // ANCHOR: read
    /// Reads at most four bytes, if the socket is ready. `between` runs between the
    /// answer of the socket and the clearing, as another thread might.
    fn read(
        &mut self,
        clear: Clear,
        between: impl FnOnce(&mut Reader) -> io::Result<()>,
    ) -> io::Result<usize> {
        let tick = self.tick;
        let result = self.io.read(&mut [0; 4]);
        let blocked = matches!(&result, Err(e) if e.kind() == ErrorKind::WouldBlock);
        if blocked {
            between(self)?;
        }
        self.ready &= match clear {
            Clear::AfterEachRead => false,
            Clear::AfterWouldBlock => !blocked,
            Clear::UnlessAnEventCame => !blocked || self.tick != tick,
        };
        if blocked { Ok(0) } else { result }
    }
    // ANCHOR_END: read
}

fn run(name: &str, clear: Clear) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut meter = TcpStream::connect(listener.local_addr()?)?;
    let (stream, _) = listener.accept()?;
    stream.set_nonblocking(true)?;
    let mut io = mio::net::TcpStream::from_std(stream);
    let poll = Poll::new()?;
    poll.registry().register(&mut io, Token(0), Interest::READABLE)?;
    let events = Events::with_capacity(8);
    let mut reader = Reader { poll, events, io, ready: false, tick: 0 };
    let (mut received, mut quiet) = (0, 0);
    meter.write_all(b"eight by")?;
    let mut second_part = Some(*b"te");
    // The reader gives up after two turns without an event.
    while received < 10 && quiet < 2 {
        if !reader.ready {
            reader.turn()?;
            quiet = if reader.ready { 0 } else { quiet + 1 };
            continue;
        }
        received += reader.read(clear, |reader| {
            let Some(part) = second_part.take() else { return Ok(()) };
            meter.write_all(&part)?;
            reader.turn()
        })?;
    }
    println!("{name:<48} {received:>2} of 10 bytes");
    Ok(())
}

fn main() -> io::Result<()> {
    run("clear after each read", Clear::AfterEachRead)?;
    run("clear after `WouldBlock`", Clear::AfterWouldBlock)?;
    run("clear after `WouldBlock`, unless an event came", Clear::UnlessAnEventCame)
}
