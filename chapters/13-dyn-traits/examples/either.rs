//! One server, over a script and over a socket. The program chooses at run time.

use std::io::{self, Write};
use std::net::Shutdown;
use std::thread;

use dyn_traits::futures_by_hand::Clock;
use dyn_traits::sockets::TcpListener;
use dyn_traits::sockets::reactor::Runtime;
use dyn_traits::{Boxing, Cached, DynLine, End, Line, Message, ScriptedLine};
use dyn_traits::{SocketLine, serve};

// ANCHOR: printed
const READINGS: [[u8; 6]; 2] = [[1, 4, 0, 0, 0, 3], [1, 4, 0, 0, 0, 4]];

/// A line that prints what it sends. It takes a line of any kind.
struct Printed<L>(L);

impl<L: Line> Line for Printed<L> {
    async fn byte(&mut self) -> Result<u8, End> {
        self.0.byte().await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        println!("  {message:?}");
        self.0.send(message).await
    }
}
// ANCHOR_END: printed

// ANCHOR: choose
/// A line over a socket, or over a script if there is no socket.
async fn open(
    listener: Option<TcpListener>,
    clock: &Clock,
) -> io::Result<Box<dyn DynLine>> {
    let Some(listener) = listener else {
        let script = [(10, &READINGS[0][..]), (20, &READINGS[1][..])];
        return Ok(Box::new(Boxing(Printed(ScriptedLine::new(clock, &script)))));
    };
    let (stream, _) = listener.accept().await?;
    Ok(Box::new(Cached::new(Printed(SocketLine::new(stream)?))))
}

async fn talk(listener: Option<TcpListener>, clock: &Clock) -> io::Result<End> {
    let mut line = open(listener, clock).await?;
    Ok(match serve(&mut *line).await {
        Ok(()) => unreachable!("a conversation ends with an error"),
        Err(end) => end,
    })
}
// ANCHOR_END: choose

fn main() -> io::Result<()> {
    println!("over a script:");
    let clock = Clock::new();
    let end = clock.run(talk(None, &clock)).expect("the script ends")?;
    println!("  {end:?}");

    println!("over a socket:");
    let end = Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let meter = thread::spawn(move || {
            let mut meter = std::net::TcpStream::connect(address)?;
            meter.write_all(READINGS.as_flattened())?;
            meter.shutdown(Shutdown::Write)?;
            io::copy(&mut meter, &mut io::sink())
        });
        let end = talk(Some(listener), &clock).await?;
        let answered = meter.join().expect("the meter does not panic")?;
        assert_eq!(answered, 12, "two answers");
        io::Result::Ok(end)
    })?;
    println!("  {end:?}");
    Ok(())
}
