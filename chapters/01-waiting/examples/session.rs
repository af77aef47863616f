//! One meter talks to a server: two readings, then silence, one pong, and then
//! silence for good. `-- threads` or `-- loop` chooses the server.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;
use std::{env, thread};

use waiting::{EventLoop, Message, Rules, threads};

const RULES: Rules =
    Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_millis(100) };

fn say(stream: &mut TcpStream, message: Message) -> io::Result<()> {
    println!("meter:  {message:?}");
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    stream.write_all(&bytes)
}

/// Waits for a message. Returns `false` if the server closed the connection.
fn hear(stream: &mut TcpStream) -> io::Result<bool> {
    let mut head = [0; 2];
    if stream.read_exact(&mut head).is_err() {
        println!("server: (closes the connection)");
        return Ok(false);
    }
    let mut body = vec![0; usize::from(head[1])];
    stream.read_exact(&mut body)?;
    match Message::decode(head[0], &body) {
        Ok(message) => println!("server: {message:?}"),
        Err(end) => println!("server: {end:?}"),
    }
    Ok(true)
}

fn session(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    for more in [3, 4] {
        say(&mut stream, Message::Reading(more))?;
        hear(&mut stream)?;
    }
    hear(&mut stream)?;
    say(&mut stream, Message::Pong)?;
    while hear(&mut stream)? {}

    let mut slow = TcpStream::connect(address)?;
    println!("meter:  (on a new connection: two bytes of a message, no more)");
    slow.write_all(&[1, 4])?;
    hear(&mut slow)?;
    Ok(())
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    match env::args().nth(1).as_deref() {
        Some("threads") => {
            _ = thread::spawn(move || threads::run(&listener, RULES, 64 * 1024));
        }
        Some("loop") => {
            let mut event_loop = EventLoop::new(listener, RULES)?;
            thread::spawn(move || while event_loop.turn().is_ok() {});
        }
        _ => return Err(io::Error::other("say which server: `-- threads` or `-- loop`")),
    }
    session(address)
}
